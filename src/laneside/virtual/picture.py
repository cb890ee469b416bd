"""The lane camera's pictures: the front of the vehicle at the lane, or the empty lane, with the seed's pattern.

Simple on purpose: enough for a photograph that a collector recognises and from which a plate is read. A picture
depends on the arguments alone: the same call gives the same bytes.

The pattern in the corner is 16 bits as black and white cells, so that a picture that went through camera, browser,
re-encoding and upload still shows whose it is; a watermark elsewhere does not disturb it. Six columns by four rows: a
fixed column, four bits, and their parity.
"""

from __future__ import annotations

import io
import random
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from laneside.virtual.plate_face import BLACK, WHITE, Face, Rgb, draw_face, mixed
from laneside.virtual.plate_glyphs import words_mask

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

Pixel = tuple[float, float]
Corners = tuple[Pixel, Pixel, Pixel, Pixel]

SIZE: Final = (1280, 960)
ROWS: Final = 4
COLUMNS: Final = 6
CELL: Final = 32
CORNER: Final = (24, 24)
FIXED: Final = (1, 0, 1, 0)

_QUALITY: Final = 88
_CAPTION_PX: Final = 34
_PIXELS_PER_MM: Final = 0.68
_KEPT: Final = 4  # the panel asks again and again for the vehicle that is there

_SKY: Final[tuple[Rgb, Rgb]] = ((148, 170, 190), (204, 212, 216))
_ROAD: Final[tuple[Rgb, Rgb]] = ((98, 100, 102), (64, 66, 69))
_GLASS: Final[Rgb] = (38, 46, 56)
_RUBBER: Final[Rgb] = (30, 31, 33)
_LAMP: Final[Rgb] = (226, 230, 228)
_PAINTS: Final[tuple[Rgb, ...]] = ((168, 172, 176), (150, 38, 36), (44, 62, 88), (222, 222, 216), (52, 54, 58))


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    """The outline of a front in pixels: half its width, its roof, the foot of its windscreen, its bumper, its lamps."""

    half_width: int
    roof: int
    shoulder: int
    glass_top: int
    glass_foot: int
    bumper: int
    lamp: tuple[int, int]


_CAR: Final = _Body(half_width=430, roof=230, shoulder=300, glass_top=255, glass_foot=420, bumper=560, lamp=(330, 500))
_COACH: Final = _Body(half_width=510, roof=30, shoulder=490, glass_top=150, glass_foot=480, bumper=560, lamp=(420, 660))
_TRUCK: Final = _Body(half_width=540, roof=60, shoulder=520, glass_top=130, glass_foot=330, bumper=540, lamp=(430, 640))


class _View(msgspec.Struct, frozen=True, kw_only=True):
    """How the camera is held: where the plate's corners fall, and the vehicle's paint and body."""

    face: Face
    body: _Body
    paint: Rgb
    corners: Corners


@lru_cache(maxsize=_KEPT)
def draw_vehicle(plate: str, colour: int, toll_class: int, seed: int, caption: str = "") -> bytes:
    """Draw one vehicle's front as a JPEG of 1280×960: the seed's pattern top left, the caption below."""
    from PIL import ImageDraw  # noqa: PLC0415 -- Pillow loads only where pictures are made

    view, chance = _view(plate, colour, toll_class, seed)
    image = _lane()
    _paint_front(ImageDraw.Draw(image), view)
    _hang_plate(image, view)
    return _finished(image, chance, caption, seed)


@lru_cache(maxsize=1)
def draw_empty_lane(seed: int, caption: str = "") -> bytes:
    """Draw the lane without a vehicle, as a JPEG of 1280×960 with the seed's pattern."""
    return _finished(_lane(), random.Random(seed), caption, seed)  # noqa: S311 -- a picture, not a secret


def corners_of(plate: str, colour: int, toll_class: int, seed: int) -> Corners:
    """Return where on the picture the plate's corners are, clockwise from its left top, in pixels."""
    view, _ = _view(plate, colour, toll_class, seed)
    return view.corners


def _view(plate: str, colour: int, toll_class: int, seed: int) -> tuple[_View, random.Random]:
    """Decide how the camera is held before this vehicle; the chance that comes back decides the rest."""
    chance = random.Random(f"{plate}/{colour}/{toll_class}/{seed}")  # noqa: S311 -- a picture, not a secret
    face = Face(plate=plate, colour=colour)
    width, height = (length * _PIXELS_PER_MM * chance.uniform(0.95, 1.1) for length in face.size_mm)
    x, y = 640 + chance.uniform(-30, 30), 690 + chance.uniform(-20, 30)
    turn, lean = chance.uniform(-0.025, 0.025), chance.uniform(-0.04, 0.04)
    left, right = height * (1 + lean) / 2, height * (1 - lean) / 2
    slope = width / 2 * turn
    corners = (
        (x - width / 2, y - slope - left),
        (x + width / 2, y + slope - right),
        (x + width / 2, y + slope + right),
        (x - width / 2, y - slope + left),
    )
    body = {1: _CAR, 2: _COACH, 3: _COACH, 4: _COACH}.get(toll_class, _TRUCK)
    return _View(face=face, body=body, paint=chance.choice(_PAINTS), corners=corners), chance


def _lane() -> Image.Image:
    """Paint sky, road and the island's kerbs."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- see draw_vehicle

    image = Image.new("RGB", SIZE)
    brush, (width, height), horizon = ImageDraw.Draw(image), SIZE, 380
    for row in range(height):
        upper, lower = _SKY if row < horizon else _ROAD
        span = horizon if row < horizon else height - horizon
        brush.line(
            (0, row, width, row), fill=mixed(upper, lower, (row % horizon if row < horizon else row - horizon) / span)
        )
    for side in (-1, 1):
        middle = width / 2
        kerb = [(middle + side * 420, horizon), (middle + side * 470, horizon), (middle + side * 900, height)]
        brush.polygon([*kerb, (middle + side * 720, height)], fill=(176, 168, 120))
    return image


def _paint_front(brush: ImageDraw.ImageDraw, view: _View) -> None:
    """Paint a vehicle without its plate: shadow, tyres, body, windscreen, grille, bumper and lamps."""
    body, middle = view.body, 640
    dark, bright = mixed(view.paint, (0, 0, 0), 0.35), mixed(view.paint, (255, 255, 255), 0.12)
    half = body.half_width
    brush.ellipse((middle - half - 40, 850, middle + half + 40, 940), fill=(40, 41, 43))
    for side in (-1, 1):
        inner, outer = sorted((middle + side * (half - 130), middle + side * half))
        brush.rounded_rectangle((inner, 720, outer, 915), 26, fill=_RUBBER)
    brush.polygon(
        [(middle - body.shoulder, body.roof), (middle + body.shoulder, body.roof),
         (middle + half, body.glass_foot), (middle + half, 850), (middle - half, 850),
         (middle - half, body.glass_foot)],
        fill=view.paint,
    )  # fmt: skip
    brush.rectangle((middle - half, body.glass_foot, middle + half, body.glass_foot + 14), fill=bright)
    top, foot = body.shoulder - 34, half - 70
    brush.polygon(
        [(middle - top, body.glass_top), (middle + top, body.glass_top),
         (middle + foot, body.glass_foot), (middle - foot, body.glass_foot)],
        fill=_GLASS,
    )  # fmt: skip
    for row in range(body.bumper - 90, body.bumper, 18):
        brush.rectangle((middle - 210, row, middle + 210, row + 8), fill=dark)
    brush.rounded_rectangle((middle - half + 16, body.bumper, middle + half - 16, 850), 30, fill=dark)
    across, up = body.lamp
    for side in (-1, 1):
        x = middle + side * across
        brush.rounded_rectangle((x - 74, up - 32, x + 74, up + 32), 26, fill=_LAMP, outline=_RUBBER, width=5)


def _hang_plate(image: Image.Image, view: _View) -> None:
    """Put the flat plate where its corners fall."""
    from PIL import Image as Pictures  # noqa: PLC0415 -- see draw_vehicle

    face = draw_face(view.face)
    width, height = face.size
    flat = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
    seen = face.transform(
        SIZE, Pictures.Transform.PERSPECTIVE, _mapping(view.corners, flat), Pictures.Resampling.BICUBIC
    )
    whole = Pictures.new("L", face.size, 255)
    mask = whole.transform(
        SIZE, Pictures.Transform.PERSPECTIVE, _mapping(view.corners, flat), Pictures.Resampling.BILINEAR
    )
    image.paste(seen, (0, 0), mask)


def _mapping(seen: Corners, flat: Corners) -> tuple[float, ...]:
    """Return the eight coefficients that fetch the flat drawing for the picture: four corners give eight equations."""
    rows = []
    for (x, y), (u, v) in zip(seen, flat, strict=True):
        rows.append([x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u])
        rows.append([0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v])
    for column in range(8):  # Gauss and Jordan, with the largest pivot
        pivot = max(range(column, 8), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        lead = rows[column][column]
        rows[column] = [value / lead for value in rows[column]]
        for row in range(8):
            if row != column:
                factor = rows[row][column]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[column], strict=True)]
    return tuple(row[8] for row in rows)


def _finished(image: Image.Image, chance: random.Random, caption: str, seed: int) -> bytes:
    """Add what a lens and a sensor add, then caption and pattern, and encode."""
    from PIL import Image as Pictures  # noqa: PLC0415 -- see draw_vehicle
    from PIL import ImageFilter  # noqa: PLC0415 -- see draw_vehicle

    image = image.filter(ImageFilter.GaussianBlur(chance.uniform(0.5, 0.9)))
    grain = Pictures.frombytes("L", (320, 240), chance.randbytes(320 * 240)).resize(SIZE, Pictures.Resampling.BILINEAR)
    image = Pictures.blend(image, Pictures.merge("RGB", (grain, grain, grain)), chance.uniform(0.02, 0.04))
    if caption:
        words = words_mask(caption, _CAPTION_PX)
        image.paste(BLACK, (24, 890, 24 + words.width + 32, 940))
        image.paste(WHITE, (40, 915 - words.height // 2), words)
    paint_marker(image, seed)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


# --- the pattern in the corner


def marker_cells(seed: int) -> tuple[tuple[int, ...], ...]:
    """Lay out the low 16 bits of ``seed``, highest bit first; 1 is white."""
    rows = []
    for row in range(ROWS):
        bits = tuple(seed >> (15 - 4 * row - column) & 1 for column in range(4))
        rows.append((FIXED[row], *bits, sum(bits) & 1))
    return tuple(rows)


def paint_marker(image: Image.Image, seed: int) -> None:
    """Paint the cells into an image of :data:`SIZE`."""
    left, top = CORNER
    for row, cells in enumerate(marker_cells(seed)):
        for column, bit in enumerate(cells):
            x, y = left + column * CELL, top + row * CELL
            image.paste((255, 255, 255) if bit else (0, 0, 0), (x, y, x + CELL, y + CELL))
