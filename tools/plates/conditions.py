"""What makes a photograph worse: how the camera is held, light, weather, dirt and lens."""

from __future__ import annotations

import random
from typing import Final

import msgspec
from tools.plates.body import OUTLINES, Body
from tools.plates.camera import Pose

from laneside.virtual.picture import SIZE
from laneside.virtual.plate_face import Rgb

_DAY: Final[Rgb] = (255, 255, 255)
_EVENING: Final[Rgb] = (255, 238, 218)
_SODIUM: Final[Rgb] = (255, 224, 178)  # as the camera's white balance leaves it
_LED: Final[Rgb] = (214, 230, 255)


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """Describe what makes one photograph worse; each share runs from 0 (none) to 1 (as bad as is drawn)."""

    exposure: float = 1.0
    light: Rgb = _DAY
    lamps: bool = False
    plate_light: float = 1.0
    dirt: float = 0.0
    shade: float = 0.0
    glare: float = 0.0
    rain: float = 0.0
    blur_px: float = 0.6
    motion_px: float = 0.0
    noise: float = 0.2
    quality: int = 88

    def __post_init__(self) -> None:
        assert 0 < self.exposure <= 2, "the exposure is a factor round 1"
        assert all(0 <= share <= 1 for share in (self.dirt, self.shade, self.glare, self.rain, self.noise))
        assert 1 <= self.quality <= 95, "a JPEG's quality"


def mild_conditions(chance: random.Random) -> Conditions:
    """Return the conditions of a collector's ordinary photograph in daylight."""
    return Conditions(
        exposure=chance.uniform(0.9, 1.08),
        light=chance.choice((_DAY, _DAY, _EVENING)),
        dirt=chance.uniform(0.0, 0.12),
        blur_px=chance.uniform(0.4, 0.8),
        noise=chance.uniform(0.1, 0.25),
        quality=chance.randrange(84, 92),
    )


def road_conditions(chance: random.Random) -> Conditions:
    """Return the conditions of a whole year: a night in three, rain, dust, low sun, a hand that moved."""
    night = chance.random() < 0.33
    light = chance.choice((_SODIUM, _LED, _DAY)) if night else chance.choice((_DAY, _DAY, _DAY, _EVENING))
    return Conditions(
        exposure=chance.uniform(0.28, 0.55) if night else chance.uniform(0.85, 1.25),
        light=light,
        lamps=night and chance.random() < 0.75,
        plate_light=chance.uniform(1.1, 1.7) if night else chance.uniform(0.85, 1.1),
        dirt=chance.choice((0.0, 0.1, chance.uniform(0.1, 0.5))),
        shade=0.0 if night or chance.random() < 0.7 else chance.uniform(0.2, 0.5),
        glare=chance.choice((0.0, 0.0, chance.uniform(0.1, 0.5))),
        rain=chance.choice((0.0, 0.0, 0.0, chance.uniform(0.2, 0.8))),
        blur_px=chance.uniform(0.5, 1.3),
        motion_px=chance.choice((0.0, 0.0, chance.uniform(1.0, 3.0))),
        noise=chance.uniform(0.35, 0.8) if night else chance.uniform(0.15, 0.45),
        quality=chance.randrange(62, 90),
    )


def hard_conditions(chance: random.Random) -> Conditions:
    """Return the conditions of the worst tenth, which a person can still read at a second look."""
    night = chance.random() < 0.5
    return Conditions(
        exposure=chance.uniform(0.18, 0.36) if night else chance.uniform(0.55, 1.3),
        light=chance.choice((_SODIUM, _LED, _EVENING)),
        lamps=night,
        plate_light=chance.uniform(1.0, 1.9) if night else chance.uniform(0.75, 1.15),
        dirt=chance.uniform(0.2, 0.75),
        shade=0.0 if night else chance.uniform(0.0, 0.65),
        glare=chance.uniform(0.0, 0.75),
        rain=chance.choice((0.0, chance.uniform(0.3, 1.0))),
        blur_px=chance.uniform(0.8, 1.8),
        motion_px=chance.choice((0.0, chance.uniform(2.0, 6.0))),
        noise=chance.uniform(0.3, 1.0),
        quality=chance.randrange(45, 80),
    )


def mild_pose(body: Body, chance: random.Random) -> Pose:
    """Hold the camera as a practised collector does."""
    scale = _scale(body)
    return Pose(
        yaw_deg=chance.uniform(-9, 9),
        pitch_deg=chance.uniform(7, 12),
        roll_deg=chance.uniform(-1.5, 1.5),
        distance_mm=chance.uniform(3_600, 4_600),
        scale_px=scale * chance.uniform(0.95, 1.1),
        middle=(640 + chance.uniform(-30, 30), 640 + chance.uniform(-20, 30)),
    )


def road_pose(body: Body, chance: random.Random, *, aside: int = 0) -> Pose:
    """Hold the camera at any angle. ``aside`` ±1 keeps room for another vehicle on that side of the picture."""
    scale = _scale(body) * (chance.uniform(0.62, 0.75) if aside else chance.uniform(0.62, 1.25))
    return Pose(
        yaw_deg=chance.uniform(-8, 8) if aside else chance.uniform(-24, 24),
        pitch_deg=chance.uniform(1, 17),
        roll_deg=chance.gauss(0, 2.2),
        distance_mm=chance.uniform(3_200, 6_000),
        scale_px=scale,
        middle=(640 - aside * 210 + chance.uniform(-60, 60), 590 + chance.uniform(-110, 130)),
    )


def _scale(body: Body) -> float:
    """Return the pixels per millimetre at which a car fills four fifths of the picture and a truck all of it."""
    return max(0.5, 0.82 * SIZE[0] / (2 * OUTLINES[body].half_width))
