"""The flat face of a number plate, drawn after the proportions of the national plates (GA 36)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from laneside.codec.plate import PlateKind, plate_kind
from laneside.virtual.plate_glyphs import glyph_mask
from laneside.vocab.vehicle import PlateColour

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

Rgb = tuple[int, int, int]

PX_PER_MM: Final = 2

WHITE: Final[Rgb] = (240, 243, 246)
BLACK: Final[Rgb] = (20, 20, 22)
RED: Final[Rgb] = (212, 32, 36)
BLUE: Final[Rgb] = (16, 66, 178)
YELLOW: Final[Rgb] = (242, 178, 12)
GREEN: Final[Rgb] = (66, 184, 112)
_PALE: Final[Rgb] = (222, 244, 228)
_SCREW: Final[Rgb] = (168, 170, 174)

# ground at the top, at the bottom, characters; spec/codes.md 5.1
_PAINT: Final[dict[int, tuple[Rgb, Rgb, Rgb]]] = {
    PlateColour.BLUE: (BLUE, BLUE, WHITE),
    PlateColour.YELLOW: (YELLOW, YELLOW, BLACK),
    PlateColour.BLACK: (BLACK, BLACK, WHITE),
    PlateColour.WHITE: (WHITE, WHITE, BLACK),
    PlateColour.GREEN: (_PALE, GREEN, BLACK),
    PlateColour.YELLOW_GREEN: (GREEN, GREEN, BLACK),
}
_RED_SIGNS: Final = "警应急使领"
_YELLOW_PART_MM: Final = 118
_DOT_MM: Final = 5


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """Place one character: its box in millimetres."""

    character: str
    x: float
    y: float
    width: float
    height: float
    red: bool = False


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """Describe a plate as it hangs: text, colour code, one row or two."""

    plate: str
    colour: int
    rows: int = 1

    def __post_init__(self) -> None:
        assert self.colour in _PAINT, f"no plate has colour {self.colour}"
        assert self.rows in {1, 2}, "a plate has one row or two"
        assert plate_kind(self.plate) is not None, f"{self.plate!r} has no plate's form"
        assert self.rows == 1 or len(self.plate) == 7, "two rows hold two and five characters"

    @property
    def size_mm(self) -> tuple[int, int]:
        """Width and height."""
        if self.rows == 2:
            return 440, 220
        return (480 if plate_kind(self.plate) in {PlateKind.NEW_ENERGY, PlateKind.EMERGENCY} else 440), 140

    def cells(self) -> list[Cell]:
        """Lay the characters out."""
        if self.rows == 2:
            upper = [self._cell(place, 110 + 140 * place, 15, 80, 60) for place in range(2)]
            return upper + [self._cell(place, 27.5 + 80 * (place - 2), 90, 65, 110) for place in range(2, 7)]
        match plate_kind(self.plate):
            case PlateKind.NEW_ENERGY:
                rest = [self._cell(place, 161.5 + 52 * (place - 2), 25, 43, 90) for place in range(2, 8)]
                return [self._cell(0, 15.5, 25, 45, 90), self._cell(1, 69.5, 25, 43, 90), *rest]
            case PlateKind.EMERGENCY:
                return [
                    self._cell(place, 15.5 + 56 * place + (14 if place >= 2 else 0), 25, 45, 90) for place in range(8)
                ]
            case PlateKind.ARMED_POLICE:
                letters = [self._cell(place, 15.5 + 44 * place, 25, 38, 90) for place in range(2)]
                return letters + [self._cell(place, 118 + 52 * (place - 2), 25, 45, 90) for place in range(2, 8)]
            case _:
                gap = self._dot_place
                return [
                    self._cell(place, 15.5 + 57 * place + (22 if place >= gap else 0), 25, 45, 90) for place in range(7)
                ]

    @property
    def dot_mm(self) -> tuple[float, float] | None:
        """The middle of the dot; new-energy plates have none."""
        if self.rows == 2:
            return 220, 45
        if plate_kind(self.plate) is PlateKind.NEW_ENERGY:
            return None
        cells, place = self.cells(), self._dot_place
        return (cells[place - 1].x + cells[place - 1].width + cells[place].x) / 2, 70

    @property
    def _dot_place(self) -> int:
        """Before which character the dot is: after the second, a mission's before its last three digits."""
        if self.plate[0] in "使领":
            return 4
        return 3 if self.plate[-1] in "使领" else 2

    def _cell(self, place: int, x: float, y: float, width: float, height: float) -> Cell:
        character = self.plate[place]
        service = self.plate[0].isascii() and self.plate[1].isascii() and place < 2 and self.colour == PlateColour.WHITE
        red = service or character in _RED_SIGNS
        return Cell(character=character, x=x, y=y, width=width, height=height, red=red)


@lru_cache(maxsize=2)
def draw_face(face: Face) -> Image.Image:
    """Draw the plate flat and clean, 2 px per millimetre, with rim, dot and screws. Do not paint on what comes back."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- Pillow loads only where pictures are made

    width, height = (length * PX_PER_MM for length in face.size_mm)
    image = Image.new("RGB", (width, height))
    brush = ImageDraw.Draw(image)
    ink = _ground(brush, face, width, height)
    brush.rounded_rectangle((6, 6, width - 7, height - 7), 16, outline=ink, width=5)
    for cell in face.cells():
        _emboss(image, cell, RED if cell.red else ink)
    if (dot := face.dot_mm) is not None:
        _disc(brush, dot, _DOT_MM, ink)
    if plate_kind(face.plate) is PlateKind.NEW_ENERGY:
        _electric_sign(brush)
    for x in (face.size_mm[0] / 2 - 100, face.size_mm[0] / 2 + 100):
        for y in (12, face.size_mm[1] - 12):
            _disc(brush, (x, y), 5, _SCREW)
            _disc(brush, (x + 0.5, y + 0.5), 3, (112, 114, 118))
    return image


def _ground(brush: ImageDraw.ImageDraw, face: Face, width: int, height: int) -> Rgb:
    """Paint the ground and return the characters' colour."""
    upper, lower, ink = _PAINT[face.colour]
    for y in range(height):
        brush.line((0, y, width, y), fill=mixed(upper, lower, y / height))
    if face.colour == PlateColour.YELLOW_GREEN:
        brush.rectangle((0, 0, _YELLOW_PART_MM * PX_PER_MM, height), fill=YELLOW)
    return ink


def mixed(a: Rgb, b: Rgb, share: float) -> Rgb:
    """Return a colour between two; share 0 is the first."""
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )


def _emboss(image: Image.Image, cell: Cell, ink: Rgb) -> None:
    """Press one character into the sheet: its paint, and the shade below its edge."""
    width, height = round(cell.width * PX_PER_MM), round(cell.height * PX_PER_MM)
    x, y = round(cell.x * PX_PER_MM), round(cell.y * PX_PER_MM)
    mask = glyph_mask(cell.character, width, height)
    ground = image.getpixel((x, y))
    assert isinstance(ground, tuple)
    shade = mixed((ground[0], ground[1], ground[2]), (0, 0, 0), 0.35)
    image.paste(shade, (x + 2, y + 2), mask)
    image.paste(ink, (x, y), mask)


def _disc(brush: ImageDraw.ImageDraw, middle_mm: tuple[float, float], radius_mm: float, fill: Rgb) -> None:
    x, y, radius = (length * PX_PER_MM for length in (*middle_mm, radius_mm))
    brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


def _electric_sign(brush: ImageDraw.ImageDraw) -> None:
    """Draw the plug's ring between the second and the third character."""
    x, y = 137 * PX_PER_MM, 70 * PX_PER_MM
    brush.arc((x - 28, y - 28, x + 28, y + 28), 40, 320, fill=(16, 110, 60), width=7)
    brush.line((x - 14, y, x + 30, y), fill=(16, 110, 60), width=7)
