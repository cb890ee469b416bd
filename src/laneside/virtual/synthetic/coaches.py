"""Coaches from the front and from behind."""

from __future__ import annotations

from typing import Final

from laneside.virtual.synthetic.body import (
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
from laneside.virtual.synthetic.easel import Easel
from laneside.virtual.synthetic.face import Rgb

_PAINTS: Final[tuple[Rgb, ...]] = ((232, 232, 230), (226, 206, 168), (206, 222, 232))
_COMPANIES: Final = ("陇原客运", "西北旅游", "河西快客", "金城巴士")
_DESTINATIONS: Final = ("兰州—天水", "旅游包车", "省际客运", "兰州—西宁")
_LENGTH_MM: Final = 9_000


def paint_coach(easel: Easel, outline: Outline) -> None:
    """Paint a coach's front: the great windscreen, where it goes, whose it is."""
    chance, half, top = easel.chance, outline.half_width, -outline.height
    paint, stripe = chance.choice(_PAINTS), chance.choice(STRONG_PAINTS)
    paint_tyres(easel, outline, 300)
    _flank(easel, outline, paint)
    shape = ((half - 60, top), (half, top + 160), (half, 230), (half - 60, 300))
    easel.contour(shape, paint, darker(paint, 0.2), bent=False)
    easel.board(-half, -480, half, -400, stripe)
    easel.contour(((half - 130, top + 520), (half - 90, -620)), SKYLIT, GLASS, bent=False)
    easel.board(-5, top + 520, 5, -620, DARK)
    for x in (-700, 150):  # wipers
        easel.shape(((x, -630, 0), (x + 22, -630, 0), (x + 560, -1130, 0), (x + 548, -1140, 0)), DARK)
    easel.board(-520, top + 180, 520, top + 430, DARK)
    easel.words(chance.choice(_DESTINATIONS), (0, top + 305), 170, (250, 168, 40))
    easel.words(chance.choice(_COMPANIES), (0, -300), 120, stripe)
    paint_headlamps(easel, outline)
    easel.board(-half, 110, half, 125, darker(paint, 0.4))
    easel.board(-255, -90, 255, 90, darker(paint, 0.3))
    mirror = ((half, top + 260), (half + 200, top + 320), (half + 200, top + 760), (half + 60, top + 760))
    easel.pair(mirror, DARK, z=-150)


def paint_coach_rear(easel: Easel, outline: Outline) -> None:
    """Paint a coach's rear: window, engine louvres, and whom to ring."""
    chance, half, top = easel.chance, outline.half_width, -outline.height
    paint, stripe = chance.choice(_PAINTS), chance.choice(STRONG_PAINTS)
    paint_tyres(easel, outline, 300)
    _flank(easel, outline, paint)
    easel.contour(((half - 60, top), (half, top + 160), (half, 360)), paint, darker(paint, 0.25), bent=False)
    easel.contour(((1000, top + 260), (1040, -1500)), SKYLIT, GLASS, bent=False)
    easel.words(chance.choice(_COMPANIES), (0, -1180), 300, stripe)
    easel.words("服务电话 0931-0000000", (0, -880), 110, darker(stripe, 0.3))
    for y in range(-700, -330, 70):
        easel.board(-760, y, 760, y + 34, darker(paint, 0.6))
    easel.pair(((1180, -420), (1180, 120), (1030, 120), (1030, -420)), REAR_LAMP)
    easel.pair(((1180, -200), (1180, -90), (1030, -90), (1030, -200)), INDICATOR)
    easel.board(-270, -160, 270, 160, darker(paint, 0.35))
    easel.words("核载53人", (-760, 60), 80, (60, 60, 64))


def _flank(easel: Easel, outline: Outline, paint: Rgb) -> None:
    """Paint the side with its windows and a wheel."""
    top, x = -outline.height, near_side(easel) * (outline.half_width + 3)
    paint_flank(easel, outline, paint, top + 60, _LENGTH_MM)
    for start in range(400, _LENGTH_MM, 1_500):
        end = start + 1_380
        easel.shape(((x, -700, start), (x, top + 550, start), (x, top + 550, end), (x, -700, end)), GLASS)
    paint_wheel(easel, outline, 2_300, 480)
