"""The lane camera's pictures: they decode, show the plate where they say, and carry the camera's pattern."""

from __future__ import annotations

import io

import pytest
from marker import read_marker
from PIL import Image
from sampling import darkest_and_lightest, flattened, near

from laneside.virtual.picture import SIZE, corners_of, draw_empty_lane, draw_vehicle, paint_marker
from laneside.virtual.plate_face import Face
from laneside.virtual.vehicles import VEHICLES

BLUE, YELLOW, GREEN, PALE = (16, 66, 178), (242, 178, 12), (66, 184, 112), (222, 244, 228)
MARKER_AND_CAPTION = ((24, 24, 216, 152), (24, 890, 560, 940))


def opened(jpeg: bytes) -> Image.Image:
    with Image.open(io.BytesIO(jpeg)) as image:
        assert image.format == "JPEG"
        return image.convert("RGB")


@pytest.mark.parametrize(
    ("plate", "colour", "toll_class", "upper", "lower"),
    [
        ("甘A12345", 0, 1, BLUE, BLUE),
        ("甘A6F680", 1, 16, YELLOW, YELLOW),
        ("甘AD20188", 4, 1, PALE, GREEN),
        ("甘A20188F", 5, 16, YELLOW, YELLOW),
    ],
)
def test_plate_region_has_the_plate_colour(plate, colour, toll_class, upper, lower) -> None:
    image = opened(draw_vehicle(plate, colour, toll_class, 7))
    assert image.size == (1280, 960)
    sheet = flattened(image, corners_of(plate, colour, toll_class, 7), Face(plate=plate, colour=colour).size_mm)
    assert near(sheet.getpixel((64, 14)), upper)
    assert near(sheet.getpixel((64, sheet.height - 14)), lower)


def test_two_coloured_plate_is_yellow_left_and_green_right() -> None:
    image = opened(draw_vehicle("甘A20188F", 5, 16, 7))
    sheet = flattened(image, corners_of("甘A20188F", 5, 16, 7), (480, 140))
    assert near(sheet.getpixel((14, 70)), YELLOW)
    assert near(sheet.getpixel((466, 70)), GREEN)


@pytest.mark.parametrize("vehicle", VEHICLES, ids=lambda vehicle: vehicle.name)
def test_every_named_vehicle_shows_its_characters_where_its_plate_is_said_to_be(vehicle) -> None:
    jpeg = draw_vehicle(vehicle.plate, vehicle.colour, vehicle.toll_class, vehicle.seed, vehicle.name)
    assert len(jpeg) < 400_000
    assert read_marker(jpeg) == vehicle.seed
    face = Face(plate=vehicle.plate, colour=vehicle.colour)
    corners = corners_of(vehicle.plate, vehicle.colour, vehicle.toll_class, vehicle.seed)
    sheet = flattened(opened(jpeg), corners, face.size_mm)
    for cell in face.cells():
        dark, light = darkest_and_lightest(sheet, cell)
        assert light - dark > 90, f"{cell.character} of {vehicle.plate} does not stand out"


@pytest.mark.parametrize("vehicle", VEHICLES, ids=lambda vehicle: vehicle.name)
def test_a_named_vehicles_plate_is_whole_large_and_clear_of_pattern_and_caption(vehicle) -> None:
    corners = corners_of(vehicle.plate, vehicle.colour, vehicle.toll_class, vehicle.seed)
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    assert 0 < left < right < 1280
    assert 0 < top < bottom < 960
    assert right - left > 200
    for a, b, c, d in MARKER_AND_CAPTION:
        assert right < a or c < left or bottom < b or d < top


def test_same_arguments_give_the_same_bytes_and_another_seed_another_picture() -> None:
    first = draw_vehicle("甘A12345", 0, 1, 7, "car")
    draw_vehicle.cache_clear()
    assert draw_vehicle("甘A12345", 0, 1, 7, "car") == first
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


def test_the_empty_lane_has_a_pattern_and_no_plate_where_one_would_hang() -> None:
    jpeg = draw_empty_lane(0x1A9E)
    assert read_marker(jpeg) == 0x1A9E
    road = opened(jpeg).crop((480, 540, 800, 740)).resize((32, 20), Image.Resampling.BOX)
    shown = [road.getpixel((x, y)) for x in range(32) for y in range(20)]
    assert not any(near(pixel, colour) for pixel in shown for colour in (BLUE, YELLOW, GREEN))


def encoded(image: Image.Image, quality: int = 60) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


@pytest.mark.parametrize("seed", [0, 1, 0x5A01, 0xFFFF, 0x1_5A01])
@pytest.mark.parametrize("share", [1.0, 0.5, 0.4])
def test_the_low_sixteen_bits_are_found_again_at_any_size(seed: int, share: float) -> None:
    image = Image.new("RGB", SIZE, (120, 130, 140))
    paint_marker(image, seed)
    small = image.resize((round(SIZE[0] * share), round(SIZE[1] * share)))
    assert read_marker(encoded(small)) == seed & 0xFFFF


@pytest.mark.parametrize("colour", [(0, 0, 0), (128, 128, 128), (255, 255, 255)])
def test_a_picture_without_the_pattern_has_no_seed(colour) -> None:
    assert read_marker(encoded(Image.new("RGB", SIZE, colour))) is None
