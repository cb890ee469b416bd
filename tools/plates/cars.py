"""Cars from the front and from behind."""

from __future__ import annotations

from typing import Final

from tools.plates.body import (
    CHROME,
    DARK,
    GLASS,
    LAMP,
    LENS,
    LETTERING,
    REAR_LAMP,
    SKYLIT,
    Outline,
    darker,
    lighter,
    near_side,
    paint_tyres,
    paint_wheel,
)
from tools.plates.painter import Painter

from laneside.virtual.plate_face import Rgb

MAKES: Final = ("LANTU", "DONGSHAN", "QILIN", "TIANMA", "HEXI")

_PAINTS: Final[tuple[Rgb, ...]] = (
    (168, 34, 38),
    (226, 228, 230),
    (54, 78, 116),
    (146, 150, 156),
    (38, 40, 44),
    (214, 206, 188),
    (40, 92, 82),
    (96, 74, 60),
)
_ROOF_ABOVE_HOOD: Final = 640


def paint_car(painter: Painter, outline: Outline) -> None:
    """Paint a car's front: lamps, grille, the maker's ring, the lower air intake."""
    chance = painter.chance
    paint, hood = chance.choice(_PAINTS), chance.uniform(310, 430)
    half, dark = outline.half_width, darker(paint, 0.35)
    paint_tyres(painter, outline, 210)
    _shell(painter, outline, paint, hood)
    _windscreen_things(painter, hood)
    painter.contour(((840, -hood), (half, -hood + 130), (half, 160), (820, 280)), lighter(paint, 0.1), dark)
    painter.pair(((860, -hood + 60), (850, -130), (560, -105), (520, -190), (600, -hood + 110)), (70, 74, 80))
    painter.pair(((840, -hood + 85), (835, -150), (600, -130), (570, -190), (640, -hood + 125)), LENS)
    for side in (-1, 1):
        painter.disc((side * 745, -hood / 2 - 45, 0), 58, CHROME)
        painter.disc((side * 745, -hood / 2 - 45, 0), 46, LAMP)
        painter.disc((side * 640, -hood / 2 - 20, 0), 38, LAMP)
    _grille(painter, hood, dark)
    painter.shape(((-600, 115, 0), (600, 115, 0), (540, 235, 0), (-540, 235, 0)), DARK, bent=True)
    painter.board(-840, 20, 840, 28, dark)
    painter.pair(((610, 110), (770, 90), (780, 190), (620, 220)), DARK)
    for side in (-1, 1):
        painter.disc((side * 690, 150, 0), 42, LAMP)
    painter.board(-265, -92, 265, 92, darker(paint, 0.55))


def paint_car_rear(painter: Painter, outline: Outline) -> None:
    """Paint a car's rear: lamps, lid, the maker's name."""
    chance = painter.chance
    paint, hood = chance.choice(_PAINTS), chance.uniform(280, 360)
    half, dark = outline.half_width, darker(paint, 0.35)
    paint_tyres(painter, outline, 210)
    _shell(painter, outline, paint, hood)
    painter.contour(((840, -hood), (half, -hood + 130), (half, 200), (830, 420)), lighter(paint, 0.1), dark)
    painter.pair(((880, -hood + 70), (870, -70), (560, -80), (520, -hood + 100)), REAR_LAMP)
    painter.pair(((700, -hood + 90), (690, -100), (600, -100), (590, -hood + 95)), (222, 214, 206))
    painter.board(-300, -110, 300, 110, darker(paint, 0.4))
    painter.words(chance.choice(MAKES), (-480, -hood + 50), 60, CHROME)
    painter.disc((0, -hood + 70, 0), 50, CHROME)
    painter.board(-800, 190, 800, 205, dark)


def _grille(painter: Painter, hood: float, dark: Rgb) -> None:
    chance = painter.chance
    half, below, bottom = chance.choice(((430, 60, -110), (520, 90, -100), (330, 80, -120)))
    top = below - hood
    painter.board(-half, top, half, bottom, DARK)
    bars = chance.randrange(3, 7)
    for bar in range(bars):
        y = top + (bottom - top) * (bar + 0.5) / bars
        painter.board(-half, y - 5, half, y + 5, CHROME if chance.random() < 0.7 else (80, 82, 86))
    painter.disc((0, (top + bottom) / 2, 0), 62, CHROME)
    painter.disc((0, (top + bottom) / 2, 0), 44, dark)


def _shell(painter: Painter, outline: Outline, paint: Rgb, hood: float) -> None:
    """Paint flank, roof, glass, and the lid between the glass and the plate's end."""
    _flank(painter, outline, paint, hood)
    top = -hood - _ROOF_ABOVE_HOOD
    roof = ((-600, top - 40, 2900), (600, top - 40, 2900), (580, top, 1800), (-580, top, 1800))
    painter.shaded(roof, lighter(paint, 0.25), paint)
    glass = ((-580, top, 1800), (580, top, 1800), (740, -hood - 180, 1050), (-740, -hood - 180, 1050))
    painter.shaded(glass, SKYLIT, GLASS)
    for x in (-330, 300):  # the seats behind the glass
        low, high = -hood - 240, top + 190
        left, right = x * 1.15 - 200, x * 1.15 + 200
        seat = ((x - 150, high, 1650), (x + 150, high, 1650), (right, low, 1120), (left, low, 1120))
        painter.shape(seat, darker(GLASS, 0.3), bent=True)
    lid = ((-760, -hood - 190, 1050), (760, -hood - 190, 1050), (850, -hood + 90, 0), (-850, -hood + 90, 0))
    painter.shaded(lid, lighter(paint, 0.25), paint)
    far, near = -hood - 180, -hood - 20
    for x in (-560, 470):  # the sky in the paint
        patch = ((x, far, 1000), (x + 130, far, 1000), (x + 220, near, 100), (x - 40, near, 100))
        painter.shape(patch, lighter(paint, 0.34), bent=True)
    for x in (-430, 430):
        crease = ((x, far, 1050), (x + 12, far, 1050), (x * 1.1 + 14, near, 0), (x * 1.1, near, 0))
        painter.shape(crease, darker(paint, 0.45))
    painter.pair(((880, -hood - 200), (1010, -hood - 230), (1010, -hood - 340), (880, -hood - 330)), paint, z=1200)


def _flank(painter: Painter, outline: Outline, paint: Rgb, hood: float) -> None:
    side, half, low, top = near_side(painter), outline.half_width, outline.ground - 180, -hood - _ROOF_ABOVE_HOOD
    metal = (
        (half, low, 0),
        (half, -hood + 20, 0),
        (830, -hood - 190, 1050),
        (640, top, 1800),
        (640, top, 2900),
        (840, -hood - 150, 3900),
        (half, low, 4300),
    )
    glass = (
        (805, -hood - 215, 1250),
        (655, top + 50, 1830),
        (655, top + 50, 2880),
        (800, -hood - 200, 3500),
    )
    painter.shaded([(side * x, y, z) for x, y, z in metal], paint, darker(paint, 0.45))
    painter.shape([(side * x, y, z) for x, y, z in glass], GLASS)
    for z in (800, 3400):
        paint_wheel(painter, outline, z, 320)


def _windscreen_things(painter: Painter, hood: float) -> None:
    """Paint the mirror, the tag with its three letters, and a wiper."""
    top = -hood - _ROOF_ABOVE_HOOD
    painter.shape(((40, top + 60, 1760), (130, top + 60, 1760), (130, top + 110, 1740), (40, top + 110, 1740)), DARK)
    screen = painter.camera.plane((0, top + 120, 1720), down=(0.0, 0.57, -0.82))
    painter.words("ETC", (430, 0), 70, LETTERING, plane=screen)
    wiper = ((-640, -hood - 192, 1060), (60, -hood - 240, 1150), (60, -hood - 225, 1140), (-640, -hood - 180, 1050))
    painter.shape(wiper, DARK)
