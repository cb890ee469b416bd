"""Paint flat things of the road where the camera sees them: filled shapes, shaded shapes, sheets with print on them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import ceil, cos, floor, pi, sin
from typing import TYPE_CHECKING

import msgspec
from tools.plates.camera import Camera, Pixel, Place, Plane

from laneside.virtual.plate_face import Rgb
from laneside.virtual.plate_glyphs import words_mask

if TYPE_CHECKING:
    from PIL import Image

_WORD_PX = 48
_SHEET_PX_MAX = 4_000_000


class Painter(msgspec.Struct, frozen=True):
    """A picture in the making, the camera before it and the chance that decides what the caller leaves open."""

    image: Image.Image
    camera: Camera
    chance: random.Random

    def moved(self, x: float, y: float, z: float) -> Painter:
        """Return an painter whose scene begins elsewhere on the same picture."""
        return Painter(self.image, self.camera.moved(x, y, z), self.chance)

    def half(self) -> Painter:
        """Return an empty painter of half the width and height, for what is out of focus."""
        from PIL import Image  # noqa: PLC0415 -- Pillow loads only where pictures are made

        size = self.image.width // 2, self.image.height // 2
        return Painter(Image.new("RGB", size), self.camera.half(), self.chance)

    def shape(self, places: Sequence[Place], fill: Rgb, *, bent: bool = False) -> None:
        """Fill a shape of the scene; ``bent`` rounds its corners off."""
        from PIL import ImageDraw  # noqa: PLC0415 -- Pillow loads only where pictures are made

        pixels = self.camera.pixels(*places)
        ImageDraw.Draw(self.image).polygon(_bent(pixels) if bent else pixels, fill=fill)

    def board(self, left: float, top: float, right: float, bottom: float, fill: Rgb, *, z: float = 0.0) -> None:
        """Fill an upright rectangle that faces the way the plate does."""
        self.shape(((left, top, z), (right, top, z), (right, bottom, z), (left, bottom, z)), fill)

    def pair(self, shape: Sequence[tuple[float, float]], fill: Rgb, *, z: float = 0.0) -> None:
        """Fill a shape on the right and its mirror on the left, corners rounded off."""
        for side in (1, -1):
            self.shape([(side * x, y, z) for x, y in shape], fill, bent=True)

    def contour(self, right: Sequence[tuple[float, float]], upper: Rgb, lower: Rgb, *, bent: bool = True) -> None:
        """Fill a shape that is the same left and right, given by its right half from top to bottom, with a run."""
        left = [(-x, y, 0.0) for x, y in reversed(right)]
        self.shaded([*((x, y, 0.0) for x, y in right), *left], upper, lower, bent=bent)

    def disc(self, middle: Place, radius: float, fill: Rgb, *, along_z: bool = False) -> None:
        """Fill a circle that faces the camera, or is on the vehicle's side."""
        x, y, z = middle
        ring = [(radius * cos(step * pi / 12), radius * sin(step * pi / 12)) for step in range(24)]
        self.shape([(x, y + b, z + a) if along_z else (x + a, y + b, z) for a, b in ring], fill)

    def blob(self, middle: Place, radius: float, fill: Rgb) -> None:
        """Fill the outline of a ball."""
        from PIL import ImageDraw  # noqa: PLC0415 -- see shape

        x, y = self.camera.pixel(*middle)
        reach = radius * self.camera.px_per_mm(middle[2])
        ImageDraw.Draw(self.image).ellipse((x - reach, y - reach, x + reach, y + reach), fill=fill)

    def shaded(self, places: Sequence[Place], upper: Rgb, lower: Rgb, *, bent: bool = False) -> None:
        """Fill a shape with a run from one colour at its top to another at its bottom; ``bent`` as in :meth:`shape`."""
        from PIL import Image, ImageDraw  # noqa: PLC0415 -- see shape

        pixels = self.camera.pixels(*places)
        pixels = _bent(pixels) if bent else pixels
        window = _window(pixels, self.image.size)
        if window is None:
            return
        left, top, right, bottom = window
        height = max(1, ceil(max(y for _, y in pixels)) - floor(min(y for _, y in pixels)))
        run = Image.linear_gradient("L").resize((1, height))
        start = top - floor(min(y for _, y in pixels))
        share = run.crop((0, start, 1, start + bottom - top)).resize((right - left, bottom - top))
        paint = Image.composite(Image.new("RGB", share.size, lower), Image.new("RGB", share.size, upper), share)
        mask = Image.new("L", share.size)
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in pixels], fill=255)
        self.image.paste(paint, (left, top), mask)

    def words(self, words: str, middle: Pixel, height_mm: float, ink: Rgb, *, plane: Plane | None = None) -> None:
        """Write on a plane of the scene, without one on the vehicle's front; ``height_mm`` is a Chinese character's."""
        from PIL import Image  # noqa: PLC0415 -- see shape

        mask = words_mask(words, _WORD_PX)
        px_per_mm = _WORD_PX / height_mm
        width, height = mask.width / px_per_mm, mask.height / px_per_mm
        corner = middle[0] - width / 2, middle[1] - height / 2
        self.sheet(Image.new("RGB", mask.size, ink), mask, px_per_mm, corner, plane or self.camera.plane())

    def sheet(
        self, print_: Image.Image, mask: Image.Image | None, px_per_mm: float, left_top_mm: Pixel, plane: Plane
    ) -> None:
        """Hang a printed sheet on a plane of the scene; ``mask`` says where it is not see-through."""
        from PIL import Image  # noqa: PLC0415 -- see shape

        right, bottom = (left_top_mm[0] + print_.width / px_per_mm, left_top_mm[1] + print_.height / px_per_mm)
        corners = plane.corners(*left_top_mm, right, bottom)
        window = _window(corners, self.image.size)
        if window is None or _is_turned_away(corners):
            return
        left, top, width, height = window[0], window[1], window[2] - window[0], window[3] - window[1]
        if width * height > _SHEET_PX_MAX:
            return
        full = Image.new("L", print_.size, 255) if mask is None else mask
        shrink = max(1, floor(px_per_mm * (right - left_top_mm[0]) / max(1.0, abs(corners[1][0] - corners[0][0]))))
        if shrink > 1:  # the transform looks at single pixels: what is much finer than the photograph would flicker
            print_, full = print_.reduce(shrink), full.reduce(shrink)
        fetch = plane.fetching(px_per_mm / shrink, left_top_mm, (left, top))
        kind, smooth = Image.Transform.PERSPECTIVE, Image.Resampling.BICUBIC
        seen = print_.transform((width, height), kind, fetch, smooth)
        where = full.transform((width, height), kind, fetch, smooth)
        self.image.paste(seen, (left, top), where)


def _bent(pixels: Sequence[Pixel]) -> list[Pixel]:
    """Cut the corners of a closed line three times, each time a little (Chaikin)."""
    line = list(pixels)
    for share in (0.18, 0.25, 0.25):
        line = [
            (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part)
            for a, b in zip(line, (*line[1:], line[0]), strict=True)
            for part in (share, 1 - share)
        ]
    return line


def _window(pixels: Sequence[Pixel], size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Return the part of the picture that points span; None outside it."""
    left, top = max(0, floor(min(x for x, _ in pixels))), max(0, floor(min(y for _, y in pixels)))
    right = min(size[0], ceil(max(x for x, _ in pixels)) + 1)
    bottom = min(size[1], ceil(max(y for _, y in pixels)) + 1)
    return (left, top, right, bottom) if left < right and top < bottom else None


def _is_turned_away(corners: Sequence[Pixel]) -> bool:
    """Return whether only a sheet's back could be seen."""
    (ax, ay), (bx, by), _, (dx, dy) = corners
    return (bx - ax) * (dy - ay) - (by - ay) * (dx - ax) <= 0
