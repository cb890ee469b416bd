"""Trucks from the front, trucks and trailers from behind."""

from __future__ import annotations

from typing import Final

from tools.plates.body import (
    CHROME,
    DARK,
    GLASS,
    INDICATOR,
    LETTERING,
    REAR_LAMP,
    SKYLIT,
    STRONG_PAINTS,
    Outline,
    darker,
    lighter,
    paint_flank,
    paint_headlamps,
    paint_tyres,
    paint_wheel,
)
from tools.plates.cars import MAKES
from tools.plates.painter import Painter

from laneside.virtual.plate_face import Rgb

_CARGO_PAINTS: Final[tuple[Rgb, ...]] = ((214, 214, 210), (60, 92, 140), (150, 60, 50))
_CONTAINER_PAINTS: Final[tuple[Rgb, ...]] = ((150, 62, 48), (46, 88, 132), (60, 108, 88), (188, 190, 188))
_HAULIERS: Final = ("陇原物流", "顺路货运", "西域冷链", "大漠专线")
_BLESSINGS: Final = ("一路平安", "出入平安", "安全行车")
_WARNINGS: Final = ("保持车距", "请勿超车")
_YELLOW_LETTERING: Final[Rgb] = (238, 208, 60)
_STRIPS: Final[tuple[Rgb, Rgb]] = ((226, 226, 222), (190, 30, 34))


def paint_truck(painter: Painter, outline: Outline) -> None:
    """Paint a truck's cab with the cargo box behind it."""
    chance, half, top = painter.chance, outline.half_width, -outline.height
    paint, cargo = chance.choice(STRONG_PAINTS), chance.choice(_CARGO_PAINTS)
    box = painter.moved(0, 0, 2_300)
    box.board(-half - 20, top - 900, half + 20, outline.ground - 300, darker(cargo, 0.15))
    paint_flank(box, outline, cargo, top - 900, 7_000)
    paint_tyres(painter, outline, 320)
    paint_flank(painter, outline, paint, top + 60, 2_200)
    paint_wheel(painter, outline, 1_200, 500)
    shape = ((half - 100, top), (half, -1_000), (half, 150))
    painter.contour(shape, lighter(paint, 0.12), darker(paint, 0.4), bent=False)
    painter.contour(((half - 150, top + 330), (half - 70, -1_130)), SKYLIT, GLASS, bent=False)
    painter.board(-half + 130, top + 250, half - 130, top + 400, DARK)
    painter.words(chance.choice(_BLESSINGS), (0, top + 325), 110, _YELLOW_LETTERING)
    painter.board(-780, -980, 780, -330, DARK)
    for y in range(-930, -340, 120):
        painter.board(-760, y, 760, y + 22, (96, 98, 102))
    painter.words(chance.choice(MAKES), (0, -1_040), 110, CHROME)
    painter.board(-half, -250, half, 260, darker(paint, 0.25))
    paint_headlamps(painter, outline)
    painter.board(-560, 130, 560, 230, DARK)
    painter.board(-280, -100, 280, 100, darker(paint, 0.5))
    painter.words("总质量 25000kg", (-760, -290), 70, LETTERING)
    painter.pair(
        ((half, top + 380), (half + 180, top + 360), (half + 180, top + 1_000), (half, top + 980)), DARK, z=100
    )


def paint_truck_rear(painter: Painter, outline: Outline, number: str) -> None:
    """Paint a tailgate; ``number`` is the large copy of the plate's number that many bear, "" for none."""
    chance, half, top = painter.chance, outline.half_width, -outline.height
    paint = chance.choice(STRONG_PAINTS)
    paint_flank(painter, outline, paint, top, 7_000)
    painter.contour(((half, top), (half, -200)), paint, darker(paint, 0.3), bent=False)
    for x in (-half + 40, -20, half - 80):
        painter.board(x, top, x + 40, -200, darker(paint, 0.45))
    for y in (-1_450, -300):
        painter.board(-half, y, half, y + 36, darker(paint, 0.45))
    if number:
        painter.words(f"{number[:2]}·{number[2:]}", (0, -1_080), 260, LETTERING)
    painter.words(chance.choice((*_WARNINGS, *_HAULIERS)), (0, -560), 190, _YELLOW_LETTERING)
    _strips(painter, 1_200, -250, -200)
    _chassis(painter, outline)


def paint_trailer_rear(painter: Painter, outline: Outline) -> None:
    """Paint the doors of a container on a trailer, with its number and size."""
    chance, half, top = painter.chance, outline.half_width, -outline.height
    paint = chance.choice(_CONTAINER_PAINTS)
    paint_flank(painter, outline, paint, top, 12_000)
    painter.contour(((half, top), (half, -220)), paint, darker(paint, 0.3), bent=False)
    for x in (-900, -420, 380, 860):
        painter.board(x, top + 40, x + 44, -230, lighter(paint, 0.3))
        painter.board(x - 60, -900, x + 110, -840, darker(paint, 0.5))
    painter.board(-10, top, 10, -220, darker(paint, 0.6))
    number = f"LSDU {chance.randrange(10**6):06d} {chance.randrange(10)}"
    painter.words(number, (620, top + 420), 120, LETTERING)
    painter.words("22G1", (620, top + 600), 120, LETTERING)
    painter.words(chance.choice(_HAULIERS), (-640, -1_400), 220, LETTERING)
    _chassis(painter, outline)


def _chassis(painter: Painter, outline: Outline) -> None:
    """Paint beam, lamps, and the guard with the red and white strips."""
    paint_tyres(painter, outline, 520)
    painter.board(-1_150, -180, 1_150, 200, (52, 54, 58))
    painter.board(-1_180, 260, 1_180, 380, (70, 72, 76))
    _strips(painter, 1_160, 290, 350)
    painter.pair(((1_120, -110), (1_120, 80), (620, 80), (620, -110)), (36, 37, 40))
    painter.pair(((1_100, -90), (1_100, 60), (940, 60), (940, -90)), REAR_LAMP)
    painter.pair(((930, -90), (930, 60), (800, 60), (800, -90)), INDICATOR)
    painter.board(-265, -150, 265, 150, (40, 41, 44))


def _strips(painter: Painter, half: int, top: int, bottom: int) -> None:
    for place in range(10):
        left = -half + place * half // 5
        painter.board(left, top, left + half // 5, bottom, _STRIPS[place % 2])
