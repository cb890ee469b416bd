"""Characters for plates and for words in the picture: plate signs from strokes, Chinese from a free face.

``assets/plate.otf`` is a subset of Noto Sans CJK SC Bold (OFL beside it; ``tools/plate_font.py`` makes it).
"""

from __future__ import annotations

import io
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from laneside.virtual.synthetic.signs import sign_mask

if TYPE_CHECKING:
    from PIL import Image, ImageFont

_STROKE: Final = 0.105  # of a cell's height: 9.5 mm of 90
_CHINESE_HEAVIER: Final = 0.02  # of a cell's height: what squeezing takes from the upright strokes


@cache
def glyph_mask(character: str, width: int, height: int) -> Image.Image:
    """Draw one character as a mask that fills a plate's cell, lengths in pixels."""
    if character.isascii():
        return sign_mask(character, width, height, _STROKE * height if width < height else _STROKE * width)
    return _chinese(character, width, height)


def _chinese(character: str, width: int, height: int) -> Image.Image:
    """Stretch a character of the face into the cell and give its upright strokes their weight back."""
    from PIL import Image, ImageChops, ImageDraw  # noqa: PLC0415 -- Pillow loads only where pictures are made

    face = _face(height * 5 // 4)
    left, top, right, bottom = face.getbbox(character)
    mask = Image.new("L", (round(right - left), round(bottom - top)))
    ImageDraw.Draw(mask).text((-left, -top), character, font=face, fill=255)
    if width >= height:
        return mask.resize((width, height), Image.Resampling.LANCZOS)
    wider = max(1, round(_CHINESE_HEAVIER * height))
    narrow = mask.resize((width - wider, height), Image.Resampling.LANCZOS)
    cell = Image.new("L", (width, height))
    for shift in range(wider + 1):
        moved = Image.new("L", (width, height))
        moved.paste(narrow, (shift, 0))
        cell = ImageChops.lighter(cell, moved)
    return cell


@lru_cache(maxsize=64)
def words_mask(words: str, height: int) -> Image.Image:
    """Set a line of words as a mask; ``height`` is that of a Chinese character in pixels."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- see _chinese

    face = _face(height)
    left, top, right, bottom = face.getbbox(words)
    mask = Image.new("L", (max(1, round(right - left)), max(1, round(bottom - top))))
    ImageDraw.Draw(mask).text((-left, -top), words, font=face, fill=255)
    return mask


@cache
def _face(size: int) -> ImageFont.FreeTypeFont:
    """Load the face out of the package."""
    from PIL import ImageFont  # noqa: PLC0415 -- see _chinese

    data = files("laneside.virtual").joinpath("assets", "plate.otf").read_bytes()
    return ImageFont.truetype(io.BytesIO(data), size)
