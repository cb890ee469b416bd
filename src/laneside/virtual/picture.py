"""The lane camera's pictures: the vehicle that stands at the lane, or nobody, with the seed's pattern in the corner.

A picture depends on the arguments alone: the same call gives the same bytes. How vehicles are drawn is
:mod:`laneside.virtual.synthetic`'s business.
"""

from __future__ import annotations

import random
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from laneside.virtual.marker import paint_marker
from laneside.virtual.synthetic.body import Body
from laneside.virtual.synthetic.camera import Corners
from laneside.virtual.synthetic.conditions import mild_conditions, mild_pose
from laneside.virtual.synthetic.face import BLACK, WHITE, Face
from laneside.virtual.synthetic.glyphs import words_mask
from laneside.virtual.synthetic.photograph import Photograph, Setting, Subject, photograph, plate_corners

if TYPE_CHECKING:
    from PIL import Image

_QUALITY: Final = 88
_CAPTION_PX: Final = 34
_KEPT: Final = 4  # the panel asks again and again for the vehicle that stands there


@lru_cache(maxsize=_KEPT)
def draw_vehicle(plate: str, colour: int, toll_class: int, seed: int, caption: str = "") -> bytes:
    """Draw one vehicle's front as a JPEG of 1280×960: the seed's pattern top left, the caption below."""
    subject, setting, chance = _scene(plate, colour, toll_class, seed)
    return _finished(photograph(subject, setting, chance), caption, seed)


@lru_cache(maxsize=1)
def draw_empty_lane(seed: int, caption: str = "") -> bytes:
    """Draw the lane with nobody in it, as a JPEG of 1280×960 with the seed's pattern."""
    chance = random.Random(seed)  # noqa: S311 -- a picture, not a secret
    setting = Setting(pose=mild_pose(Body.CAR, chance), conditions=mild_conditions(chance))
    return _finished(photograph(None, setting, chance), caption, seed)


def corners_of(plate: str, colour: int, toll_class: int, seed: int) -> Corners:
    """Say where on the picture the plate's corners lie, clockwise from its left top, in pixels."""
    subject, setting, _ = _scene(plate, colour, toll_class, seed)
    return plate_corners(subject, setting.pose)


def _scene(plate: str, colour: int, toll_class: int, seed: int) -> tuple[Subject, Setting, random.Random]:
    """Decide how the vehicle stands before the camera; the chance that comes back decides the rest."""
    chance = random.Random(f"{plate}/{colour}/{toll_class}/{seed}")  # noqa: S311 -- a picture, not a secret
    subject = Subject(face=Face(plate=plate, colour=colour), body=_body(toll_class))
    return subject, Setting(pose=mild_pose(subject.body, chance), conditions=mild_conditions(chance)), chance


def _body(toll_class: int) -> Body:
    match toll_class:
        case 1:
            return Body.CAR
        case 2 | 3 | 4:
            return Body.COACH
        case _:
            return Body.TRUCK


def _finished(taken: Photograph, caption: str, seed: int) -> bytes:
    """Add caption and pattern and encode."""
    _caption(taken.image, caption)
    paint_marker(taken.image, seed)
    return taken.jpeg(_QUALITY)


def _caption(image: Image.Image, caption: str) -> None:
    """Write the caption on a dark strip at the lower left."""
    if not caption:
        return
    words = words_mask(caption, _CAPTION_PX)
    image.paste(BLACK, (24, 890, 24 + words.width + 32, 940))
    image.paste(WHITE, (40, 915 - words.height // 2), words)
