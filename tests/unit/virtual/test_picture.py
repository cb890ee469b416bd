"""The drawn photographs: they decode, bear the plate's colours where they say, and carry the camera's pattern."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from laneside.virtual.marker import read_marker
from laneside.virtual.picture import draw_empty_lane, draw_vehicle, plate_box
from laneside.virtual.vehicles import VEHICLES


def opened(jpeg: bytes) -> Image.Image:
    with Image.open(io.BytesIO(jpeg)) as image:
        assert image.format == "JPEG"
        return image.convert("RGB")


def ground(image: Image.Image, plate: str, share: float) -> tuple[int, int, int]:
    """The plate's ground inside its rim, at a share of its height, left of the first character."""
    left, top, _, bottom = plate_box(plate)
    pixel = image.getpixel((left + 13, round(top + (bottom - top) * share)))
    assert isinstance(pixel, tuple)
    return pixel[0], pixel[1], pixel[2]


def near(pixel: tuple[int, int, int], wanted: tuple[int, int, int]) -> bool:
    return all(abs(a - b) <= 40 for a, b in zip(pixel, wanted, strict=True))


@pytest.mark.parametrize(
    ("plate", "colour", "upper", "lower"),
    [
        ("甘A12345", 0, (12, 60, 170), (12, 60, 170)),
        ("甘A6F680", 1, (246, 190, 0), (246, 190, 0)),
        ("甘AD20188", 4, (210, 235, 220), (50, 180, 100)),
        ("甘A20188F", 5, (246, 190, 0), (246, 190, 0)),
    ],
)
def test_plate_region_has_the_plate_colour(
    plate: str, colour: int, upper: tuple[int, int, int], lower: tuple[int, int, int]
) -> None:
    image = opened(draw_vehicle(plate, colour, 1, 7))
    assert image.size == (1280, 960)
    assert near(ground(image, plate, 0.12), upper)
    assert near(ground(image, plate, 0.88), lower)


def test_two_coloured_plate_is_yellow_left_and_green_right() -> None:
    image = opened(draw_vehicle("甘AF20188", 5, 16, 7))
    _, top, right, _ = plate_box("甘AF20188")
    pixel = image.getpixel((right - 12, top + 12))
    assert isinstance(pixel, tuple)
    assert near((pixel[0], pixel[1], pixel[2]), (34, 172, 90))


def test_every_character_is_drawn_apart_from_the_ground() -> None:
    plate = "甘A12345"
    image = opened(draw_vehicle(plate, 0, 1, 7))
    left, top, right, bottom = plate_box(plate)
    inner = image.crop((left + 14, top + 20, right - 14, bottom - 20)).convert("L")
    columns = inner.width // 7
    for place in range(7):
        cell = inner.crop((place * columns, 0, (place + 1) * columns, inner.height))
        white = sum(1 for value in cell.tobytes() if value > 180)
        assert white > 0.08 * columns * inner.height, f"character {place} is not there"


def test_same_arguments_give_the_same_bytes_and_another_seed_another_picture() -> None:
    assert draw_vehicle("甘A12345", 0, 1, 7, "car") == draw_vehicle("甘A12345", 0, 1, 7, "car")
    assert draw_vehicle("甘A12345", 0, 1, 7) != draw_vehicle("甘A12345", 0, 1, 8)


@pytest.mark.parametrize("seed", [0x0000, 0xFFFF, 0x5A01, 0xBEEF])
def test_the_pattern_survives_a_smaller_and_worse_copy(seed: int) -> None:
    image = opened(draw_vehicle("甘A12345", 0, 1, seed, "car-3des"))
    out = io.BytesIO()
    image.resize((640, 480)).save(out, "JPEG", quality=60)
    assert read_marker(out.getvalue()) == seed


def test_a_picture_without_the_pattern_has_none() -> None:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (90, 140, 90)).save(out, "PNG")
    assert read_marker(out.getvalue()) is None


def test_a_damaged_pattern_is_not_taken_for_another() -> None:
    image = opened(draw_vehicle("甘A12345", 0, 1, 0x5A01))
    image.paste((0, 0, 0), (24 + 32 * 4, 24, 24 + 32 * 5, 24 + 32))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    assert read_marker(out.getvalue()) is None


def test_the_empty_lane_has_a_pattern_and_no_blue_plate() -> None:
    jpeg = draw_empty_lane(0x1A9E)
    assert read_marker(jpeg) == 0x1A9E
    assert not near(ground(opened(jpeg), "甘A12345", 0.5), (12, 60, 170))


@pytest.mark.parametrize("vehicle", VEHICLES, ids=lambda vehicle: vehicle.name)
def test_every_vehicle_has_a_picture_with_its_own_pattern(vehicle) -> None:
    jpeg = draw_vehicle(vehicle.plate, vehicle.colour, vehicle.toll_class, vehicle.seed, vehicle.name)
    assert len(jpeg) < 400_000
    assert read_marker(jpeg) == vehicle.seed
