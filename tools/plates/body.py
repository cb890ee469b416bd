"""What bears a plate: the outline of each body round it, and the parts that all of them have.

x 0 and y 0 are the plate's middle, y runs downwards, z into the vehicle; z 0 is the metal that the plate hangs on.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec
from tools.plates.painter import Painter

from laneside.virtual.plate_face import Rgb, mixed

DARK: Final[Rgb] = (22, 23, 25)
GLASS: Final[Rgb] = (44, 56, 66)
SKYLIT: Final[Rgb] = (138, 156, 170)
LENS: Final[Rgb] = (150, 156, 160)
LAMP: Final[Rgb] = (232, 232, 222)
REAR_LAMP: Final[Rgb] = (168, 20, 24)
INDICATOR: Final[Rgb] = (228, 146, 40)
CHROME: Final[Rgb] = (182, 186, 190)
LETTERING: Final[Rgb] = (236, 236, 230)
STRONG_PAINTS: Final[tuple[Rgb, ...]] = (
    (176, 36, 34),
    (40, 84, 150),
    (228, 228, 226),
    (206, 138, 36),
    (52, 110, 84),
)


class Body(StrEnum):
    """What bears the plate, and which end of it."""

    CAR = "car"
    COACH = "coach"
    TRUCK = "truck"
    CAR_REAR = "car-rear"
    COACH_REAR = "coach-rear"
    TRUCK_REAR = "truck-rear"
    TRAILER_REAR = "trailer-rear"


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """Hold how far a body reaches from its plate in millimetres, and where the right headlamp is, if it has any."""

    half_width: int
    height: int
    ground: int
    headlamps: tuple[int, int] | None = None


OUTLINES: Final[dict[Body, Outline]] = {
    Body.CAR: Outline(half_width=890, height=1000, ground=450, headlamps=(700, -190)),
    Body.CAR_REAR: Outline(half_width=890, height=1000, ground=620),
    Body.COACH: Outline(half_width=1250, height=2800, ground=520, headlamps=(960, -120)),
    Body.COACH_REAR: Outline(half_width=1250, height=2600, ground=760),
    Body.TRUCK: Outline(half_width=1230, height=2500, ground=560, headlamps=(980, -60)),
    Body.TRUCK_REAR: Outline(half_width=1225, height=2500, ground=860),
    Body.TRAILER_REAR: Outline(half_width=1225, height=3000, ground=900),
}


def lighter(paint: Rgb, share: float) -> Rgb:
    """Return a paint where the sky falls on it."""
    return mixed(paint, (255, 255, 255), share)


def darker(paint: Rgb, share: float) -> Rgb:
    """Return a paint in its own shade."""
    return mixed(paint, (0, 0, 0), share)


def near_side(painter: Painter) -> int:
    """Return 1 where the camera sees the right-hand flank, -1 for the left-hand one."""
    return 1 if painter.camera.pose.yaw_deg >= 0 else -1


def paint_shadow(painter: Painter, outline: Outline) -> None:
    """Lay the vehicle's shadow on the road, softer at its edge."""
    half, ground = outline.half_width, outline.ground
    for part, shade in ((0, 78), (90, 62), (190, 44)):
        low, edge = -240 + part, half + 170 - part
        places = ((-edge, ground, low), (edge, ground, low), (edge, ground, 3800), (-edge, ground, 3800))
        painter.shape(places, (shade, shade + 1, shade + 4), bent=True)


def paint_tyres(painter: Painter, outline: Outline, width: int) -> None:
    """Paint the tyres below the plate's end."""
    outer, ground = outline.half_width - 70, outline.ground
    for left in (-outer, outer - width):
        painter.board(left, ground - 330, left + width, ground, DARK, z=60)


def paint_wheel(painter: Painter, outline: Outline, z: int, radius: int) -> None:
    """Paint a wheel on the flank that the camera sees."""
    middle = near_side(painter) * (outline.half_width + 2), outline.ground - radius, z
    painter.disc(middle, radius, DARK, along_z=True)
    painter.disc(middle, radius * 0.6, (128, 130, 134), along_z=True)


def paint_flank(painter: Painter, outline: Outline, paint: Rgb, top: int, length: int) -> None:
    """Paint the long side of a coach or of a cargo box."""
    x, low = near_side(painter) * outline.half_width, outline.ground - 320
    painter.shaded(((x, low, 0), (x, top, 0), (x, top, length), (x, low, length)), paint, darker(paint, 0.4))


def paint_headlamps(painter: Painter, outline: Outline) -> None:
    """Paint the large headlamps of coaches and trucks, each with two lights."""
    assert outline.headlamps is not None, "only fronts have headlamps"
    x, y = outline.headlamps
    painter.pair(((x + 230, y - 90), (x + 230, y + 110), (x - 190, y + 85), (x - 150, y - 60)), (80, 84, 90))
    painter.pair(((x + 200, y - 70), (x + 200, y + 85), (x - 140, y + 65), (x - 110, y - 40)), LENS)
    for light in (x - 35, x + 115, -x + 35, -x - 115):
        painter.disc((light, y + 8, 0), 52, LAMP)
