"""Plate faces: sizes, cells and colours of every kind."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from sampling import darkest_and_lightest, ground, near
from tools.plates.kinds import KINDS, Kind

from laneside.codec.plate import PlateKind, plate_kind
from laneside.virtual.plate_face import BLACK, BLUE, GREEN, PX_PER_MM, RED, WHITE, YELLOW, Face, draw_face
from laneside.vocab.provinces import PROVINCES

GROUND = {0: BLUE, 1: YELLOW, 2: BLACK, 3: WHITE, 4: GREEN, 5: GREEN}
FORM = {
    "blue": PlateKind.CIVIL,
    "yellow": PlateKind.CIVIL,
    "yellow-two-row": PlateKind.CIVIL,
    "trailer": PlateKind.TRAILER,
    "driving-school": PlateKind.DRIVING_SCHOOL,
    "new-energy": PlateKind.NEW_ENERGY,
    "new-energy-large": PlateKind.NEW_ENERGY,
    "embassy": PlateKind.EMBASSY,
    "consulate": PlateKind.CONSULATE,
    "hong-kong": PlateKind.HONG_KONG,
    "macau": PlateKind.MACAU,
    "police": PlateKind.POLICE,
    "armed-police": PlateKind.ARMED_POLICE,
    "army": PlateKind.ARMY,
    "emergency": PlateKind.EMERGENCY,
}
by_name = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def face_of(kind: Kind, seed: int = 1) -> Face:
    return Face(plate=kind.write(random.Random(seed)), colour=kind.colour, rows=kind.rows)


@by_name
def test_a_kinds_numbers_have_its_form(kind: Kind) -> None:
    chance = random.Random(7)
    written = [kind.write(chance) for _ in range(300)]
    assert {plate_kind(text) for text in written} == {FORM[kind.name]}
    assert len(set(written)) > 290
    if kind.name == "new-energy-large":
        assert all(text[-1].isalpha() for text in written)


def test_every_province_comes_in_its_turn() -> None:
    blue, chance = KINDS[0], random.Random(7)
    seen = {blue.write(chance)[0] for _ in range(1_000)}
    assert seen == {province.initial for province in PROVINCES}


@by_name
def test_the_sheet_has_the_size_of_its_kind(kind: Kind) -> None:
    face = face_of(kind)
    wide = kind.name in {"new-energy", "new-energy-large", "emergency"}
    assert face.size_mm == ((440, 220) if kind.rows == 2 else (480, 140) if wide else (440, 140))
    assert draw_face(face).size == tuple(length * PX_PER_MM for length in face.size_mm)


@by_name
def test_characters_stand_in_cells_of_their_own_inside_the_rim(kind: Kind) -> None:
    face = face_of(kind)
    cells = face.cells()
    assert "".join(cell.character for cell in cells) == face.plate
    width, height = face.size_mm
    for cell in cells:
        assert 10 <= cell.x < cell.x + cell.width <= width - 10
        assert 10 <= cell.y < cell.y + cell.height <= height - 10
    for left, right in pairwise(cells):
        assert left.x + left.width + 5 < right.x or left.y + left.height < right.y


@by_name
def test_every_character_is_drawn_on_the_ground_of_its_colour(kind: Kind) -> None:
    face = face_of(kind)
    sheet = draw_face(face).reduce(PX_PER_MM)
    for cell in face.cells():
        dark, light = darkest_and_lightest(sheet, cell)
        # Red on black is the faintest pair there is.
        assert light - dark > (40 if cell.red else 100), cell.character
    assert near(ground(sheet, face, 0.93), GROUND[kind.colour], reach=30)


def test_signs_of_office_are_red() -> None:
    for plate, colour, red in (
        ("甘A1234警", 3, "警"),
        ("甘A1234应急", 3, "应急"),
        ("WJ甘12345", 3, "WJ"),
        ("VA12345", 3, "VA"),
        ("使014578", 2, "使"),
        ("014578领", 2, "领"),
        ("粤Z1234港", 2, ""),
        ("甘A1234学", 1, ""),
    ):
        face = Face(plate=plate, colour=colour)
        assert "".join(cell.character for cell in face.cells() if cell.red) == red
        sheet = draw_face(face).reduce(PX_PER_MM)
        for cell in face.cells():
            box = tuple(round(edge) for edge in (cell.x, cell.y, cell.x + cell.width, cell.y + cell.height))
            patch = sheet.crop(box)
            pixels = [patch.getpixel((x, y)) for x in range(patch.width) for y in range(patch.height)]
            assert any(near(pixel, RED, reach=30) for pixel in pixels) == cell.red


def test_a_missions_dot_stands_between_its_two_numbers() -> None:
    before, after = Face(plate="使014578", colour=2), Face(plate="014578使", colour=2)
    assert before.cells()[3].x < before.dot_mm[0] < before.cells()[4].x
    assert after.cells()[2].x < after.dot_mm[0] < after.cells()[3].x


def test_new_energy_has_no_dot() -> None:
    assert Face(plate="甘AD20188", colour=4).dot_mm is None


@pytest.mark.parametrize(("plate", "colour", "rows"), [("甘A1", 0, 1), ("甘A12345", 9, 1), ("甘AD20188", 4, 2)])
def test_what_is_no_plate_has_no_face(plate: str, colour: int, rows: int) -> None:
    with pytest.raises(AssertionError):
        Face(plate=plate, colour=colour, rows=rows)
