"""Drawn photographs: a vehicle from the front with its number plate, for a camera that has no road before it.

Everything is drawn here and depends on the arguments alone, so that the same call gives the same picture. The plate's
face is a subset of Noto Sans CJK (assets/plate.otf, OFL beside it). Pillow loads on the first drawing.
"""

from __future__ import annotations

import io
import random
from importlib.resources import files
from typing import TYPE_CHECKING

from laneside.virtual.marker import SIZE, paint_marker

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

Rgb = tuple[int, int, int]
Box = tuple[int, int, int, int]

PLATE_CENTRE = (640, 716)
_PLATE_SIZE = {7: (440, 140), 8: (480, 140)}

_WHITE: Rgb = (250, 250, 250)
_BLACK: Rgb = (16, 16, 16)

# code: (ground at the top, ground at the bottom, characters); spec/codes.md 5.1
_PLATE_PAINT: dict[int, tuple[Rgb, Rgb, Rgb]] = {
    0: ((12, 60, 170), (12, 60, 170), _WHITE),
    1: ((246, 190, 0), (246, 190, 0), _BLACK),
    2: ((20, 20, 22), (20, 20, 22), _WHITE),
    3: ((238, 238, 238), (238, 238, 238), _BLACK),
    4: ((226, 246, 232), (34, 172, 90), _BLACK),
    5: ((34, 172, 90), (34, 172, 90), _BLACK),
    6: ((12, 60, 170), (225, 233, 248), _BLACK),
    7: ((196, 214, 236), (196, 214, 236), _BLACK),
    11: ((34, 172, 90), (34, 172, 90), _BLACK),
    12: ((190, 24, 32), (190, 24, 32), _WHITE),
}
_YELLOW_GREEN = 5
_YELLOW: Rgb = (246, 190, 0)
_BODY_PAINT: tuple[Rgb, ...] = ((176, 40, 44), (60, 84, 120), (150, 154, 160), (40, 96, 84), (214, 206, 188))


def plate_box(plate: str) -> Box:
    """Say where on the picture the plate lies: left, top, right, bottom in pixels."""
    width, height = _PLATE_SIZE[8 if len(plate) >= 8 else 7]
    x, y = PLATE_CENTRE
    return x - width // 2, y - height // 2, x + width // 2, y + height // 2


def draw_vehicle(plate: str, colour: int, toll_class: int, seed: int, caption: str = "") -> bytes:
    """Draw one vehicle as a JPEG of 1280×960: its plate, the seed's pattern top left, the caption below.

    Characters that the face does not have show as its empty box; colours outside the plate paints are drawn white.
    """
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- Pillow loads only where pictures are made

    chance = random.Random(f"{plate}/{colour}/{toll_class}/{seed}")  # noqa: S311 -- a picture, not a secret
    image = Image.new("RGB", SIZE)
    brush = ImageDraw.Draw(image)
    _scenery(brush, chance)
    _body(brush, toll_class, chance.choice(_BODY_PAINT))
    image = _grain(image, chance)
    _plate(image, plate, colour)
    return _finished(image, caption, seed)


def draw_empty_lane(seed: int, caption: str = "") -> bytes:
    """Draw the lane with nobody in it, as a JPEG of 1280×960 with the seed's pattern."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- Pillow loads only where pictures are made

    chance = random.Random(seed)  # noqa: S311 -- a picture, not a secret
    image = Image.new("RGB", SIZE)
    _scenery(ImageDraw.Draw(image), chance)
    return _finished(_grain(image, chance), caption, seed)


def _finished(image: Image.Image, caption: str, seed: int) -> bytes:
    """Add caption and pattern and encode."""
    _caption(image, caption)
    paint_marker(image, seed)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def _scenery(brush: ImageDraw.ImageDraw, chance: random.Random) -> None:
    """Paint sky, canopy and road."""
    width, height = SIZE
    horizon = 380 + chance.randrange(-20, 20)
    for y in range(horizon):
        shade = 150 + 90 * y // horizon
        brush.line((0, y, width, y), fill=(shade - 40, shade - 14, shade))
    brush.rectangle((0, horizon, width, height), fill=(92, 94, 98))
    brush.rectangle((0, 150, width, 210), fill=(34, 104, 74))
    for x in (70, width - 110):
        brush.rectangle((x, 210, x + 40, height - 150), fill=(196, 198, 200))
    for x in (180, width - 190):
        brush.polygon(((x, horizon), (x + 14, horizon), (x - 60, height), (x - 100, height)), fill=(222, 222, 214))


def _body(brush: ImageDraw.ImageDraw, toll_class: int, paint: Rgb) -> None:
    """Paint the front of a car, a coach or a truck: higher classes stand taller."""
    match toll_class:
        case 1:
            top, half, glass = 360, 300, 150
        case 2 | 3 | 4:
            top, half, glass = 220, 340, 260
        case _:
            top, half, glass = 240, 360, 190
    left, right = 640 - half, 640 + half
    dark = (paint[0] // 2, paint[1] // 2, paint[2] // 2)
    brush.ellipse((left - 40, 830, right + 40, 930), fill=(58, 58, 62))
    for x in (left + 10, right - 110):
        brush.rounded_rectangle((x, 770, x + 100, 910), 24, fill=(24, 24, 26))
    brush.rounded_rectangle((left, top, right, 860), 60, fill=paint, outline=dark, width=6)
    brush.rounded_rectangle((left + 50, top + 40, right - 50, top + 40 + glass), 30, fill=(46, 62, 74))
    brush.rectangle((left + 60, 596, right - 60, 628), fill=dark)
    for x in (left + 26, right - 146):
        brush.rounded_rectangle((x, 640, x + 120, 710), 22, fill=(246, 244, 224), outline=dark, width=4)
    if toll_class > 4:
        brush.rectangle((left - 24, top - 60, right + 24, top), fill=dark)


def _grain(image: Image.Image, chance: random.Random) -> Image.Image:
    """Lay a camera's noise over everything drawn so far."""
    from PIL import Image  # noqa: PLC0415 -- see draw_vehicle

    width, height = SIZE[0] // 4, SIZE[1] // 4
    noise = Image.frombytes("L", (width, height), chance.randbytes(width * height)).resize(SIZE)
    return Image.blend(image, noise.convert("RGB"), 0.06)


def _plate(image: Image.Image, plate: str, colour: int) -> None:
    """Paint the plate: ground, rim, province and letter, the dot, the rest."""
    from PIL import ImageDraw  # noqa: PLC0415 -- see draw_vehicle

    left, top, right, bottom = plate_box(plate)
    upper, lower, ink = _PLATE_PAINT.get(colour, _PLATE_PAINT[3])
    brush = ImageDraw.Draw(image)
    for y in range(top, bottom):
        share = (y - top) / (bottom - top)
        row = tuple(round(a + (b - a) * share) for a, b in zip(upper, lower, strict=True))
        brush.line((left, y, right, y), fill=row)
    if colour == _YELLOW_GREEN:
        brush.rectangle((left, top, left + 128, bottom), fill=_YELLOW)
    brush.rounded_rectangle((left + 4, top + 4, right - 4, bottom - 4), 10, outline=ink, width=4)
    _plate_text(image, plate, ink, (left, top, right, bottom))


def _plate_text(image: Image.Image, plate: str, ink: Rgb, box: Box) -> None:
    """Set each character in a cell of its own, with the dot after the second of a seven-character plate."""
    from PIL import ImageDraw  # noqa: PLC0415 -- see draw_vehicle

    left, top, right, bottom = box
    dot = 22 if len(plate) == 7 else 8
    cell = (right - left - 32 - dot) / max(len(plate), 1)
    for place, character in enumerate(plate):
        x = round(left + 16 + cell * place + (dot if place >= 2 else 0))
        glyph = _glyph(character, round(cell) - 9, bottom - top - 44)
        image.paste(ink, (x + 4, top + 22), glyph)
    if len(plate) == 7:
        middle, height = left + 16 + cell * 2 + dot / 2, (top + bottom) / 2
        ImageDraw.Draw(image).ellipse((middle - 6, height - 6, middle + 6, height + 6), fill=ink)


def _glyph(character: str, width: int, height: int) -> Image.Image:
    """Draw one character as a mask that fills a plate's tall cell; narrow ones keep their width."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- see draw_vehicle

    face = _face(height * 4 // 3)
    box = face.getbbox(character)
    size = max(1, int(box[2] - box[0])), max(1, int(box[3] - box[1]))
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).text((-box[0], -box[1]), character, font=face, fill=255)
    stretched = mask.resize((min(width, size[0]), height))
    cell = Image.new("L", (width, height))
    cell.paste(stretched, ((width - stretched.width) // 2, 0))
    return cell


def _caption(image: Image.Image, caption: str) -> None:
    """Write the caption on a dark strip at the lower left."""
    from PIL import ImageDraw  # noqa: PLC0415 -- see draw_vehicle

    if not caption:
        return
    brush = ImageDraw.Draw(image)
    face = _face(34)
    width = int(face.getlength(caption))
    brush.rectangle((24, 890, 24 + width + 32, 940), fill=(20, 20, 22))
    brush.text((40, 915), caption, font=face, fill=_WHITE, anchor="lm")


def _face(size: int) -> ImageFont.FreeTypeFont:
    """Load the plate face out of the package."""
    from PIL import ImageFont  # noqa: PLC0415 -- see draw_vehicle

    data = files("laneside.virtual").joinpath("assets", "plate.otf").read_bytes()
    return ImageFont.truetype(io.BytesIO(data), size)
