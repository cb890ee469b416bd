"""Look at a drawn plate as if it were seen from the front, one pixel per millimetre."""

from __future__ import annotations

from PIL import Image, ImageStat
from tools.plates.camera import Corners

from laneside.virtual.plate_face import Cell, Face, Rgb


def flattened(image: Image.Image, corners: Corners, size_mm: tuple[int, int]) -> Image.Image:
    """Pull the quadrilateral straight; what little perspective it has is left in."""
    left_top, right_top, right_bottom, left_bottom = corners
    quad = (*left_top, *left_bottom, *right_bottom, *right_top)
    return image.transform(size_mm, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)


def darkest_and_lightest(sheet: Image.Image, cell: Cell) -> tuple[int, int]:
    """The tenth and the ninetieth part of the grey in a character's cell."""
    box = tuple(round(edge) for edge in (cell.x, cell.y, cell.x + cell.width, cell.y + cell.height))
    grey = sorted(sheet.crop(box).convert("L").tobytes())
    return grey[len(grey) // 10], grey[-len(grey) // 10]


def ground(sheet: Image.Image, face: Face, share: float) -> Rgb:
    """The mean of a plate's ground between its rim and the last character, at a share of its height."""
    middle = round(face.size_mm[1] * share)
    right = face.size_mm[0] - 8
    red, green, blue = ImageStat.Stat(sheet.crop((right - 4, middle - 3, right, middle + 3))).mean
    return round(red), round(green), round(blue)


def near(pixel: object, wanted: Rgb, reach: int = 56) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= reach for a, b in zip(pixel, wanted, strict=True))
