"""Coaches from the front and from behind."""

from __future__ import annotations

from typing import Final

from tools.plates.body import (
    DARK,
    GLASS,
    INDICATOR,
    REAR_LAMP,
    SKYLIT,
    STRONG_PAINTS,
    Outline,
    darker,
    near_side,
    paint_flank,
    paint_headlamps,
    paint_tyres,
    paint_wheel,
)
from tools.plates.painter import Painter

from laneside.virtual.plate_face import Rgb

_PAINTS: Final[tuple[Rgb, ...]] = ((232, 232, 230), (226, 206, 168), (206, 222, 232))
_COMPANIES: Final = ("陇原客运", "西北旅游", "河西快客", "金城巴士")
_DESTINATIONS: Final = ("兰州—天水", "旅游包车", "省际客运", "兰州—西宁")
_LENGTH_MM: Final = 9_000


def paint_coach(painter: Painter, outline: Outline) -> None:
    """Paint a coach's front: the great windscreen, where it goes, whose it is."""
    chance, half, top = painter.chance, outline.half_width, -outline.height
    paint, stripe = chance.choice(_PAINTS), chance.choice(STRONG_PAINTS)
    paint_tyres(painter, outline, 300)
    _flank(painter, outline, paint)
    shape = ((half - 60, top), (half, top + 160), (half, 230), (half - 60, 300))
    painter.contour(shape, paint, darker(paint, 0.2), bent=False)
    painter.board(-half, -480, half, -400, stripe)
    painter.contour(((half - 130, top + 520), (half - 90, -620)), SKYLIT, GLASS, bent=False)
    painter.board(-5, top + 520, 5, -620, DARK)
    for x in (-700, 150):  # wipers
        painter.shape(((x, -630, 0), (x + 22, -630, 0), (x + 560, -1130, 0), (x + 548, -1140, 0)), DARK)
    painter.board(-520, top + 180, 520, top + 430, DARK)
    painter.words(chance.choice(_DESTINATIONS), (0, top + 305), 170, (250, 168, 40))
    painter.words(chance.choice(_COMPANIES), (0, -300), 120, stripe)
    paint_headlamps(painter, outline)
    painter.board(-half, 110, half, 125, darker(paint, 0.4))
    painter.board(-255, -90, 255, 90, darker(paint, 0.3))
    mirror = ((half, top + 260), (half + 200, top + 320), (half + 200, top + 760), (half + 60, top + 760))
    painter.pair(mirror, DARK, z=-150)


def paint_coach_rear(painter: Painter, outline: Outline) -> None:
    """Paint a coach's rear: window, engine louvres, and whom to ring."""
    chance, half, top = painter.chance, outline.half_width, -outline.height
    paint, stripe = chance.choice(_PAINTS), chance.choice(STRONG_PAINTS)
    paint_tyres(painter, outline, 300)
    _flank(painter, outline, paint)
    painter.contour(((half - 60, top), (half, top + 160), (half, 360)), paint, darker(paint, 0.25), bent=False)
    painter.contour(((1000, top + 260), (1040, -1500)), SKYLIT, GLASS, bent=False)
    painter.words(chance.choice(_COMPANIES), (0, -1180), 300, stripe)
    painter.words("服务电话 0931-0000000", (0, -880), 110, darker(stripe, 0.3))
    for y in range(-700, -330, 70):
        painter.board(-760, y, 760, y + 34, darker(paint, 0.6))
    painter.pair(((1180, -420), (1180, 120), (1030, 120), (1030, -420)), REAR_LAMP)
    painter.pair(((1180, -200), (1180, -90), (1030, -90), (1030, -200)), INDICATOR)
    painter.board(-270, -160, 270, 160, darker(paint, 0.35))
    painter.words("核载53人", (-760, 60), 80, (60, 60, 64))


def _flank(painter: Painter, outline: Outline, paint: Rgb) -> None:
    """Paint the side with its windows and a wheel."""
    top, x = -outline.height, near_side(painter) * (outline.half_width + 3)
    paint_flank(painter, outline, paint, top + 60, _LENGTH_MM)
    for start in range(400, _LENGTH_MM, 1_500):
        end = start + 1_380
        painter.shape(((x, -700, start), (x, top + 550, start), (x, top + 550, end), (x, -700, end)), GLASS)
    paint_wheel(painter, outline, 2_300, 480)
