"""Find the camera's pattern in a picture again, at any size: the counterpart of ``paint_marker``."""

from __future__ import annotations

import io

from PIL import Image

from laneside.virtual.picture import CELL, COLUMNS, CORNER, FIXED, ROWS, SIZE

LIGHT_MIN = 160
DARK_MAX = 96


def read_marker(picture: bytes) -> int | None:
    """Find the 16 bits in an encoded picture of any size and the drawn aspect; None when no whole pattern is there."""
    with Image.open(io.BytesIO(picture)) as opened:
        grey = opened.convert("L").resize(SIZE)
    rows = [[_bit(grey, row, column) for column in range(COLUMNS)] for row in range(ROWS)]
    seed = 0
    for row, cells in enumerate(rows):
        bits = cells[1:5]
        if None in cells or cells[0] != FIXED[row] or cells[5] != sum(bit or 0 for bit in bits) & 1:
            return None
        for bit in bits:
            seed = seed << 1 | (bit or 0)
    return seed


def _bit(grey: Image.Image, row: int, column: int) -> int | None:
    """Judge the middle of one cell; None for grey."""
    left, top = CORNER
    x, y = left + column * CELL, top + row * CELL
    middle = grey.crop((x + 10, y + 10, x + CELL - 10, y + CELL - 10))
    pixels = middle.tobytes()
    mean = sum(pixels) / len(pixels)
    if mean >= LIGHT_MIN:
        return 1
    return 0 if mean <= DARK_MAX else None
