"""Characters for plates and for words in a picture: plate signs from strokes, Chinese from a free face.

``assets/plate.otf`` is a subset of Noto Sans CJK SC (OFL beside it; ``tools/plate_font.py`` makes it).
"""

from __future__ import annotations

import io
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from math import acos, atan2, ceil, cos, hypot, pi, sin, tan
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image, ImageFont

_STROKE: Final = 0.105  # of a cell's height: 9.5 mm of 90
# What stretching takes from the strokes of Chinese characters, upright and level, in parts of the cell's height.
_LOST_IN_NARROW: Final = (0.024, 0.008)
_LOST_IN_WIDE: Final = (0.02, 0.03)


@cache
def glyph_mask(character: str, width: int, height: int) -> Image.Image:
    """Draw one character as a mask that fills a plate's cell, lengths in pixels."""
    if character.isascii():
        return sign_mask(character, width, height, _STROKE * height if width < height else _STROKE * width)
    return _chinese(character, width, height)


def _chinese(character: str, width: int, height: int) -> Image.Image:
    """Stretch a character of the face into the cell and give its strokes their weight back."""
    from PIL import Image, ImageChops, ImageDraw  # noqa: PLC0415 -- Pillow loads only where pictures are made

    face = _face(height * 5 // 4)
    left, top, right, bottom = face.getbbox(character)
    mask = Image.new("L", (round(right - left), round(bottom - top)))
    ImageDraw.Draw(mask).text((-left, -top), character, font=face, fill=255)
    mask = mask.crop(mask.getbbox())  # getbbox() of a face measures the advance, not the ink
    across, down = (round(share * height) for share in (_LOST_IN_NARROW if width < height else _LOST_IN_WIDE))
    thin = mask.resize((width - across, height - down), Image.Resampling.LANCZOS)
    cell = Image.new("L", (width, height))
    for shift in product(range(across + 1), range(down + 1)):
        moved = Image.new("L", (width, height))
        moved.paste(thin, shift)
        cell = ImageChops.lighter(cell, moved)
    return cell


@lru_cache(maxsize=64)
def words_mask(words: str, height: int) -> Image.Image:
    """Set a line of words as a mask; ``height`` is that of a Chinese character in pixels."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- see _chinese

    face = _face(height)
    bold = max(1, height // 40)
    left, top, right, bottom = face.getbbox(words, stroke_width=bold)
    mask = Image.new("L", (max(1, round(right - left)), max(1, round(bottom - top))))
    ImageDraw.Draw(mask).text((-left, -top), words, font=face, fill=255, stroke_width=bold)
    return mask


@cache
def _face(size: int) -> ImageFont.FreeTypeFont:
    """Load the face out of the package."""
    from PIL import ImageFont  # noqa: PLC0415 -- see _chinese

    data = files("laneside.virtual").joinpath("assets", "plate.otf").read_bytes()
    return ImageFont.truetype(io.BytesIO(data), size)


# --- signs from strokes

Point = tuple[float, float]

_WIDTH: Final = 45.0
_HEIGHT: Final = 90.0
_INSET: Final = 4.75  # where the middle of an outer stroke runs
_FINE: Final = 4  # drawn this much larger, then made smaller, for smooth edges

# The middle of outer strokes: x 4.75 and 40.25, y 4.75 and 85.25.
_STROKES: Final[dict[str, str]] = {
    "0": "4.75,4.75,17 40.25,4.75,17 40.25,85.25,17 4.75,85.25,17 z",
    "1": "24.5,0 24.5,90; 11,21 24,5",
    "2": "4.75,28 4.75,4.75,17 40.25,4.75,17 40.25,40,18 4.5,85.25; 1.5,85.25 44,85.25",
    "3": "4.75,25 4.75,5,16 39,5,15 39,42.5,15 16,42.5; 16,42.5 40.25,42.5,17 40.25,85.25,17 4.75,85.25,17 4.75,64",
    "4": "29,-8 6,65; 2.5,65 45,65; 32,40 32,90",
    "5": "4,4.75 42,4.75; 7,4.75 7,46; 3.5,40.5 40.25,40.5,17 40.25,85.25,17 4.75,85.25,17 4.75,65",
    "6": "4.75,37,17 40.25,37,17 40.25,85.25,17 4.75,85.25,17 z; 30.3,-8 5.5,52",
    "7": "1,4.75 44,4.75; 40,4.75 15,98",
    "8": "6.5,4.75,15 38.5,4.75,15 38.5,42,15 6.5,42,15 z; 4.75,42,17 40.25,42,17 40.25,85.25,17 4.75,85.25,17 z",
    "9": "4.75,4.75,17 40.25,4.75,17 40.25,53,17 4.75,53,17 z; 14.7,98 39.5,38",
    "A": "3.7,98 21,-6; 41.3,98 24,-6; 17.6,4 27.4,4; 10,64 35,64",
    "B": "4.75,4.75 38.5,4.75,14 38.5,43,14 4.75,43; 4.75,43 40.25,43,17 40.25,85.25,17 4.75,85.25; 4.75,0 4.75,90",
    "C": "40.25,29 40.25,4.75,17 4.75,4.75,17 4.75,85.25,17 40.25,85.25,17 40.25,61",
    "D": "3,4.75 40.25,4.75,19 40.25,85.25,19 3,85.25; 4.75,0 4.75,90",
    "E": "4.75,0 4.75,90; 2,4.75 43,4.75; 4,43 37,43; 2,85.25 43,85.25",
    "F": "4.75,0 4.75,90; 2,4.75 43,4.75; 4,44 37,44",
    "G": "40.25,29 40.25,4.75,17 4.75,4.75,17 4.75,85.25,17 40.25,85.25,17 40.25,47; 24,50 45,50",
    "H": "4.75,0 4.75,90; 40.25,0 40.25,90; 4,44 41,44",
    "I": "22.5,0 22.5,90",
    "J": "35,0 35,85.25,16 5,85.25,16 5,62",
    "K": "4.75,0 4.75,90; 44,-8 5,55; 18,36 42.7,98",
    "L": "5.5,0 5.5,90; 3,85.25 43,85.25",
    "M": "4.75,0 4.75,90; 40.25,0 40.25,90; 2,-6 22.5,58 43,-6",
    "N": "4.75,0 4.75,90; 40.25,0 40.25,90; 2,-7 43,97",
    "O": "4.75,4.75,17 40.25,4.75,17 40.25,85.25,17 4.75,85.25,17 z",
    "P": "4.75,0 4.75,90; 3,4.75 40.25,4.75,17 40.25,48,17 3,48",
    "Q": "4.75,4.75,17 40.25,4.75,17 40.25,85.25,17 4.75,85.25,17 z; 24,60 46,96",
    "R": "4.75,0 4.75,90; 3,4.75 40.25,4.75,17 40.25,46,17 3,46; 20,46 43,98",
    "S": "40.25,26 40.25,4.75,17 4.75,4.75,17 4.75,32,10 40.25,56,10 40.25,85.25,17 4.75,85.25,17 4.75,63",
    "T": "1,4.75 44,4.75; 22.5,4 22.5,90",
    "U": "4.75,0 4.75,85.25,17 40.25,85.25,17 40.25,0",
    "V": "3.6,-8 21,96; 41.4,-8 24,96; 17.6,86 27.4,86",
    "W": "3.2,-6 12.6,96; 11.6,94 22.5,10 33.4,94; 41.8,-6 32.4,96",
    "X": "1.9,-8 43.1,98; 43.1,-8 1.9,98",
    "Y": "2,-8 22.5,46; 43,-8 22.5,46; 22.5,44 22.5,90",
    "Z": "2,4.75 43,4.75; 39,7 6,83; 2,85.25 43,85.25",
}


@cache
def sign_mask(sign: str, width: int, height: int, stroke: float) -> Image.Image:
    """Draw one letter or digit as a mask of its cell, all lengths in pixels. Only A–Z and 0–9 have a form."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- Pillow loads only where pictures are made

    wide = stroke * _FINE
    mask = Image.new("L", (width * _FINE, height * _FINE))
    brush = ImageDraw.Draw(mask)
    for path in _STROKES[sign].split(";"):
        line = _line(path, mask.size, wide)
        brush.line(line, fill=255, width=round(wide), joint="curve")
    return mask.reduce(_FINE)


def _line(path: str, size: tuple[int, int], stroke: float) -> list[Point]:
    """Read a stroke and bend its corners."""
    words = path.split()
    closed = words[-1] == "z"
    points, radii = [], []
    for word in words[: -1 if closed else None]:
        x, y, *radius = (float(part) for part in word.split(","))
        points.append((_stretched(x, _WIDTH, size[0], stroke), _stretched(y, _HEIGHT, size[1], stroke)))
        radii.append(radius[0] * min(size[0] / _WIDTH, size[1] / _HEIGHT) if radius else 0.0)
    line: list[Point] = []
    for place, corner in enumerate(points):
        before, after = points[place - 1], points[(place + 1) % len(points)]
        line.extend(_bend(before, corner, after, radii[place]) if radii[place] else (corner,))
    if closed:
        line.extend(line[:2])  # once round and a little more, so that the joint is whole
    return line


def _stretched(value: float, whole: float, target: float, stroke: float) -> float:
    """Move a coordinate into another cell so that outer strokes still end at its edge."""
    half = stroke / 2
    if value <= _INSET:
        return value / _INSET * half
    if value >= whole - _INSET:
        return target - (whole - value) / _INSET * half
    return half + (value - _INSET) / (whole - 2 * _INSET) * (target - stroke)


def _bend(before: Point, corner: Point, after: Point, radius: float) -> list[Point]:
    """Replace a corner by an arc that leaves both legs smoothly."""
    legs = [(point[0] - corner[0], point[1] - corner[1]) for point in (before, after)]
    lengths = [hypot(*leg) for leg in legs]
    (ax, ay), (bx, by) = ((leg[0] / length, leg[1] / length) for leg, length in zip(legs, lengths, strict=True))
    angle = acos(max(-1.0, min(1.0, ax * bx + ay * by)))
    reach = min(radius / tan(angle / 2), *(length for length in lengths))
    radius = reach * tan(angle / 2)
    middle = radius / sin(angle / 2)
    mx, my = ax + bx, ay + by
    norm = hypot(mx, my)
    centre = corner[0] + mx / norm * middle, corner[1] + my / norm * middle
    start = atan2(corner[1] + ay * reach - centre[1], corner[0] + ax * reach - centre[0])
    end = atan2(corner[1] + by * reach - centre[1], corner[0] + bx * reach - centre[0])
    sweep = (end - start + pi) % (2 * pi) - pi
    steps = max(2, ceil(abs(sweep) / 0.12))
    return [
        (centre[0] + radius * cos(start + sweep * step / steps), centre[1] + radius * sin(start + sweep * step / steps))
        for step in range(steps + 1)
    ]
