"""One photograph of a vehicle at the lane, or of the empty lane: a pure function of its arguments."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING, assert_never

import msgspec
from tools.plates.body import OUTLINES, Body, paint_shadow
from tools.plates.camera import Camera, Corners, Pose
from tools.plates.cars import paint_car, paint_car_rear
from tools.plates.coaches import paint_coach, paint_coach_rear
from tools.plates.conditions import Conditions
from tools.plates.lorries import paint_trailer_rear, paint_truck, paint_truck_rear
from tools.plates.painter import Painter
from tools.plates.scenery import paint_scenery
from tools.plates.weather import lamp_glow, lit, rained_on, through_the_lens, uneven, weathered

from laneside.virtual.picture import SIZE
from laneside.virtual.plate_face import PX_PER_MM, Face, draw_face

if TYPE_CHECKING:
    from PIL import Image

_BEFORE_LENS_MM = 700
_BEFORE_METAL = (0.0, 0.0, -4.0)
_ASIDE_MM = 2_750.0


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A vehicle to photograph: its plate and its body."""

    face: Face
    body: Body


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """Camera, conditions, and another vehicle in the picture: ``aside`` is −1 for left of the subject, 1 for right."""

    pose: Pose
    conditions: Conditions
    neighbour: Subject | None = None
    aside: int = 1


class Photograph(msgspec.Struct, frozen=True):
    """A picture and where on it the plates are, clockwise from each plate's left top; the subject's own comes first."""

    image: Image.Image
    plates: tuple[Corners, ...]

    def jpeg(self, quality: int) -> bytes:
        """Encode the picture."""
        out = io.BytesIO()
        self.image.save(out, "JPEG", quality=quality)
        return out.getvalue()


def photograph(subject: Subject | None, setting: Setting, chance: random.Random) -> Photograph:
    """Take a photograph of 1280×960; without a subject there is no plate on it."""
    from PIL import Image  # noqa: PLC0415 -- Pillow loads only where pictures are made

    conditions = setting.conditions
    painter = Painter(Image.new("RGB", SIZE), Camera(setting.pose), chance)
    ground = OUTLINES[Body.CAR if subject is None else subject.body].ground
    paint_scenery(painter, ground, near=_BEFORE_LENS_MM - setting.pose.distance_mm)
    standing = _standing(painter, subject, setting)
    for place, who in reversed(standing):
        _paint(place, who)
    painter.image.paste(lit(uneven(painter.image, chance), conditions.light, conditions.exposure))
    plates = tuple(_hang(place, who, conditions) for place, who in standing)
    image = _weather(painter.image, standing, conditions, chance)
    return Photograph(through_the_lens(image, conditions, chance), plates)


def _paint(painter: Painter, subject: Subject) -> None:
    """Paint a vehicle without its plate."""
    outline = OUTLINES[subject.body]
    paint_shadow(painter, outline)
    match subject.body:
        case Body.CAR:
            paint_car(painter, outline)
        case Body.CAR_REAR:
            paint_car_rear(painter, outline)
        case Body.COACH:
            paint_coach(painter, outline)
        case Body.COACH_REAR:
            paint_coach_rear(painter, outline)
        case Body.TRUCK:
            paint_truck(painter, outline)
        case Body.TRUCK_REAR:
            paint_truck_rear(painter, outline, subject.face.plate if painter.chance.random() < 0.5 else "")
        case Body.TRAILER_REAR:
            paint_trailer_rear(painter, outline)
        case never:
            assert_never(never)


def plate_corners(subject: Subject, pose: Pose) -> Corners:
    """Return where a subject's plate is seen, clockwise from its left top."""
    return _seen(Camera(pose), subject.face)


def _seen(camera: Camera, face: Face) -> Corners:
    width, height = face.size_mm
    return camera.plane(_BEFORE_METAL).corners(-width / 2, -height / 2, width / 2, height / 2)


def _standing(painter: Painter, subject: Subject | None, setting: Setting) -> list[tuple[Painter, Subject]]:
    """List the vehicles with their places, the nearest first."""
    standing = [] if subject is None else [(painter, subject)]
    if setting.neighbour is not None:
        ground = OUTLINES[Body.CAR if subject is None else subject.body].ground
        height = ground - OUTLINES[setting.neighbour.body].ground
        back = painter.chance.uniform(2_200, 3_600)
        standing.append((painter.moved(setting.aside * _ASIDE_MM, height, back), setting.neighbour))
    return standing


def _hang(painter: Painter, subject: Subject, conditions: Conditions) -> Corners:
    """Paint the plate in its place and return where it is seen."""
    width, height = subject.face.size_mm
    worn = weathered(draw_face(subject.face), conditions, painter.chance)
    # Plates throw light back: at night they are brighter than the body round them.
    worn = lit(worn, conditions.light, min(1.1, conditions.exposure * conditions.plate_light))
    painter.sheet(worn, None, PX_PER_MM, (-width / 2, -height / 2), painter.camera.plane(_BEFORE_METAL))
    return _seen(painter.camera, subject.face)


def _weather(
    image: Image.Image, standing: list[tuple[Painter, Subject]], conditions: Conditions, chance: random.Random
) -> Image.Image:
    if conditions.lamps:
        for place, who in standing:
            if (headlamps := OUTLINES[who.body].headlamps) is not None:
                across, up = headlamps
                lamps = place.camera.pixels((-across, up, 0), (across, up, 0))
                image = lamp_glow(image, lamps, 70 * place.camera.px_per_mm(0), chance)
    return rained_on(image, conditions.rain, chance) if conditions.rain else image
