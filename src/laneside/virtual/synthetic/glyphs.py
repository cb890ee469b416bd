"""Characters for plates and for words in the picture: plate signs from strokes, Chinese from a free face.

``assets/plate.otf`` is a subset of Noto Sans CJK SC (OFL beside it; ``tools/plate_font.py`` makes it).
"""

from __future__ import annotations

import io
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING, Final

from laneside.virtual.synthetic.signs import sign_mask

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
