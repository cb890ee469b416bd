"""The camera's pattern: 16 bits as black and white cells in a picture's corner, found again at any size.

A picture that came through camera, browser, re-encoding and upload still tells whose it is; a watermark elsewhere does
not disturb it. Six columns by four rows: a fixed column, four bits, and their parity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

ROWS = 4
COLUMNS = 6
CELL = 32
CORNER = (24, 24)
SIZE = (1280, 960)

_FIXED = (1, 0, 1, 0)
_LIGHT_MIN = 160
_DARK_MAX = 96


def marker_cells(seed: int) -> tuple[tuple[int, ...], ...]:
    """Lay out the low 16 bits of ``seed``, highest bit first; 1 is white."""
    rows = []
    for row in range(ROWS):
        bits = tuple(seed >> (15 - 4 * row - column) & 1 for column in range(4))
        rows.append((_FIXED[row], *bits, sum(bits) & 1))
    return tuple(rows)


def paint_marker(image: Image.Image, seed: int) -> None:
    """Paint the cells into an image of :data:`SIZE`."""
    left, top = CORNER
    for row, cells in enumerate(marker_cells(seed)):
        for column, bit in enumerate(cells):
            x, y = left + column * CELL, top + row * CELL
            image.paste((255, 255, 255) if bit else (0, 0, 0), (x, y, x + CELL, y + CELL))


def read_marker(picture: bytes) -> int | None:
    """Find the 16 bits in an encoded picture of any size and the drawn aspect; None when no whole pattern is there."""
    import io  # noqa: PLC0415 -- beside Pillow: nothing else here reads pictures

    from PIL import Image  # noqa: PLC0415 -- Pillow loads only where pictures are made or read

    with Image.open(io.BytesIO(picture)) as opened:
        grey = opened.convert("L").resize(SIZE)
    rows = [[_bit(grey, row, column) for column in range(COLUMNS)] for row in range(ROWS)]
    seed = 0
    for row, cells in enumerate(rows):
        bits = cells[1:5]
        if None in cells or cells[0] != _FIXED[row] or cells[5] != sum(bit or 0 for bit in bits) & 1:
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
    if mean >= _LIGHT_MIN:
        return 1
    return 0 if mean <= _DARK_MAX else None
