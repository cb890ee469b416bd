"""Where a plate is in the picture: quadrangles, one or two rows of text, and the level strips cut from them.

A leaning line is straightened by what is in the picture itself: where a line of characters is cut level and upright,
its rows and columns are either ink or ground, and each profile then has the steepest edges.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import hypot
from typing import Final

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from laneside.plates.photo import Pixels, decode
from laneside.plates.reading import PlateReading

Grey = NDArray[np.float32]
Corners = NDArray[np.float32]
"""Four points (x, y): top left, top right, bottom right, bottom left, as seen along the text."""

STRIP_HEIGHT: Final = 48
STRIP_WIDTH: Final = 192
_TOP_WIDTH: Final = 60
"""Two characters, 80 mm wide and 60 high on the plate, as wide beside the lower row's five as on a plate of one row."""

_TOP_SPAN: Final = (0.17, 0.83)
_TOP_OVER_ROW: Final = (-0.56, 0.01)
"""The upper row over a box of the lower one, in its heights: 60 mm and a gap of 15 over characters of 110 mm."""
_START_SPAN: Final = 0.42
"""Province, letter and gap beside the six other characters of a new-energy plate, or the five of another."""
_SPLIT: Final = 0.40
"""Where one box round both rows is cut."""
ONE_ROW: Final = (480, 140)
TWO_ROWS: Final = (440, 220)
"""A straightened plate in pixels, in the shape of the real ones: 440 by 140 mm or 480 by 140, and 440 by 220."""
_QUALITY: Final = 85
_SLOPES: Final = np.linspace(-0.25, 0.25, 21)
"""Rise over run that is left after a box was turned: boxes follow the line of text, so little is."""
_LEANS: Final = np.linspace(-0.6, 0.6, 25)
"""Run over rise of an upright stroke: a camera beside the lane leans characters by as much as 30 degrees."""
_CORE: Final = slice(STRIP_HEIGHT // 6, STRIP_HEIGHT - STRIP_HEIGHT // 6)
"""The rows of a strip that are surely within the characters: screws and frame lie above and below."""

_REACH: Final = 0.25
_INK_MIN: Final = 0.3
_MARGIN: Final = 0.12
"""How much of a level box's height is beyond its line, what share of the line's ink a gap may have, what is left."""
_UPRIGHT_MAX: Final = 0.6
"""A line that climbs more steeply is a turned photo, not a plate seen from the side: there the box itself is right."""


def strip_of(picture: Pixels, corners: Corners, width: int, height: int = STRIP_HEIGHT) -> Pixels:
    """Cut the quadrangle out as (height, width, 3); what lies outside the picture repeats its edge."""
    goal = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    # Half as large again as wanted: the cubic cut then takes each pixel of the source once.
    shrink = min(1.0, 1.5 * height / max(1.0, _length(corners[3] - corners[0])))
    source, corners = _near(picture, corners, shrink)
    turn = cv2.getPerspectiveTransform(corners, goal)
    cut = cv2.warpPerspective(source, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


def _near(picture: Pixels, corners: Corners, shrink: float) -> tuple[Pixels, Corners]:
    """Cut out the surroundings of a quadrangle and shrink them first where it is large, so that nothing aliases."""
    # Four pixels more on each side: the cubic filter looks two beyond, and rounding takes one.
    low = np.maximum(np.floor(corners.min(axis=0)) - 4, 0).astype(int)
    high = np.minimum(np.ceil(corners.max(axis=0)) + 5, picture.shape[1::-1]).astype(int)
    if (high - low < 2).any():
        return picture, corners
    part = picture[low[1] : high[1], low[0] : high[0]]
    moved = corners - low.astype(np.float32)
    if shrink > 0.8:  # shrinking by less would only blur.
        return part, moved.astype(np.float32)
    size = np.maximum(1, np.round((high - low) * shrink)).astype(int)
    small = cv2.resize(part, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), (moved * (size / (high - low))).astype(np.float32)


def part(corners: Corners, along: tuple[float, float], across: tuple[float, float]) -> Corners:
    """Return a part of a quadrangle, from and to as shares of its width and height; below 0 and above 1 it grows."""
    (left, right), (top, bottom) = along, across
    first, second, third, fourth = corners
    return np.asarray(
        [
            (first * (1 - x) + second * x) * (1 - y) + (fourth * (1 - x) + third * x) * y
            for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))
        ],
        np.float32,
    )


def upright(corners: Corners) -> Corners:
    """Return the box of the same slope whose short sides are upright.

    A plate seen from the side keeps its characters upright while its line of text slopes; a turned box would lean them.
    """
    along = (corners[1] - corners[0] + corners[2] - corners[3]) / 2
    down = (corners[3] - corners[0] + corners[2] - corners[1]) / 2
    if abs(along[1]) > _UPRIGHT_MAX * abs(along[0]):
        return corners
    level = abs(along[0]) / _length(along)
    half = np.array([along[0], along[1]]) / 2
    drop = np.array([0.0, _length(down) / level / 2])
    middle = corners.mean(axis=0)
    return np.asarray(
        [middle - half - drop, middle + half - drop, middle + half + drop, middle - half + drop], np.float32
    )


def sides(corners: Corners) -> tuple[float, float]:
    """Return mean width and height in pixels."""
    width = (_length(corners[1] - corners[0]) + _length(corners[2] - corners[3])) / 2
    height = (_length(corners[3] - corners[0]) + _length(corners[2] - corners[1])) / 2
    return width, height


def covers(corners: Corners, other: Corners) -> bool:
    """Return whether the middle of another quadrangle is within this one's bounds."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    middle = other.mean(axis=0)
    return bool((low <= middle).all() and (middle <= high).all())


def _length(vector: NDArray[np.floating]) -> float:
    return float(hypot(float(vector[0]), float(vector[1])))


def straightened(picture: Pixels, corners: Corners) -> Corners:
    """Return the quadrangle with its line level and its characters upright."""
    strip = strip_of(picture, corners, STRIP_WIDTH)
    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY).astype(np.float32)
    slope = _slope(grey)
    lean = _lean(_sheared(grey, np.array([[1, 0, 0], [-slope, 1, slope * STRIP_WIDTH / 2]])))
    frame = np.array([[0, 0], [STRIP_WIDTH, 0], [STRIP_WIDTH, STRIP_HEIGHT], [0, STRIP_HEIGHT]], np.float32)
    middle = np.array([STRIP_WIDTH / 2, STRIP_HEIGHT / 2], np.float32)
    across, down = (frame - middle).T
    leaning = np.stack([across - lean * down, down + slope * across], axis=1).astype(np.float32) + middle
    back = cv2.getPerspectiveTransform(frame, corners)
    return np.asarray(cv2.perspectiveTransform(leaning[None], back)[0], np.float32)


def trimmed(picture: Pixels, corners: Corners) -> Corners:
    """Return the level quadrangle with one line of text in it: what the line above leaves in it is cut off.

    The strokes of a line make its rows rich in upright edges, from its top to its foot; between two lines are few.
    """
    tall = part(corners, (0.0, 1.0), (-_REACH, 1 + _REACH))
    grey = cv2.cvtColor(strip_of(picture, tall, STRIP_WIDTH), cv2.COLOR_BGR2GRAY).astype(np.float32)
    edges = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0))[:, STRIP_WIDTH // 16 : -STRIP_WIDTH // 16].mean(axis=1)
    ink = np.convolve(edges, np.full(3, 1 / 3), mode="same")
    middle = STRIP_HEIGHT // 2
    least = _INK_MIN * float(np.median(ink[middle - STRIP_HEIGHT // 6 : middle + STRIP_HEIGHT // 6]))
    gaps = np.flatnonzero(ink < least)
    top = int(max(gaps[gaps < middle], default=-1)) + 1
    foot = int(min(gaps[gaps > middle], default=STRIP_HEIGHT))
    margin = _MARGIN * (foot - top)
    return part(tall, (0.0, 1.0), ((top - margin) / STRIP_HEIGHT, (foot + margin) / STRIP_HEIGHT))


def _slope(grey: Grey) -> float:
    edges = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0))
    turns = [np.array([[1, 0, 0], [-slope, 1, slope * STRIP_WIDTH / 2]]) for slope in _SLOPES]
    steepness = [_steepness(_sheared(edges, turn, border=cv2.BORDER_CONSTANT).sum(axis=1)) for turn in turns]
    return float(_SLOPES[int(np.argmax(steepness))])


def _lean(grey: Grey) -> float:
    core = np.ascontiguousarray(grey[_CORE])
    half = len(core) / 2
    turns = [np.array([[1, lean, -lean * half], [0, 1, 0]]) for lean in _LEANS]
    steepness = [_steepness(_sheared(core, turn).mean(axis=0)) for turn in turns]
    return float(_LEANS[int(np.argmax(steepness))])


def _sheared(grey: Grey, turn: NDArray[np.floating], *, border: int = cv2.BORDER_REPLICATE) -> Grey:
    height, width = grey.shape
    return np.asarray(cv2.warpAffine(grey, turn.astype(np.float32), (width, height), borderMode=border), np.float32)


def _steepness(profile: NDArray[np.float32]) -> float:
    return float(np.square(np.diff(profile)).sum())


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one row of text, or the upper and the lower row of a plate."""

    rows: tuple[Corners, ...]

    def __post_init__(self) -> None:
        assert len(self.rows) in {1, 2}

    @property
    def plate(self) -> Corners:
        """Return the quadrangle round all rows."""
        if len(self.rows) == 1:
            return self.rows[0]
        upper, lower = self.rows
        down = (lower[3] - lower[0] + lower[2] - lower[1]) / 2
        height = float(np.linalg.norm(down))
        rise = float(((lower[0] + lower[1]) / 2 - (upper[0] + upper[1]) / 2) @ (down / height)) / height
        return part(lower, (0.0, 1.0), (-max(0.0, rise), 1.0))

    def strip(self, picture: Pixels) -> Pixels:
        """Return the rows side by side as one strip."""
        if len(self.rows) == 1:
            return strip_of(picture, self.rows[0], STRIP_WIDTH)
        upper, lower = self.rows
        return np.hstack([strip_of(picture, upper, _TOP_WIDTH), strip_of(picture, lower, STRIP_WIDTH - _TOP_WIDTH)])

    def regrown(self, along: float, across: float) -> Placement:
        """Move each row's sides outwards by shares of its width and height."""
        return Placement(rows=tuple(part(row, (-along, 1 + along), (-across, 1 + across)) for row in self.rows))


def lower_row(box: Corners) -> Corners:
    """Return the lower row of a box round both rows of a plate."""
    return part(box, (0.0, 1.0), (_SPLIT, 1.0))


def over_row(box: Corners) -> Placement:
    """Take a box for a plate's lower row."""
    return Placement(rows=(part(box, _TOP_SPAN, _TOP_OVER_ROW), box))


def wider_left(box: Corners) -> Placement:
    """Take a box for all but the first two characters of a plate: the ground under them may have another colour."""
    return Placement(rows=(part(box, (-_START_SPAN, 1.0), (0.0, 1.0)),))


def stacked(boxes: list[Corners]) -> Iterator[Placement]:
    """Pair each box with those that may be the upper row over it."""
    for lower in boxes:
        width, height = sides(lower)
        right, down = (lower[1] - lower[0]) / max(1.0, width), (lower[3] - lower[0]) / max(1.0, height)
        for upper in boxes:
            over = lower.mean(axis=0) - upper.mean(axis=0)
            aside, above = abs(float(over @ right)) / max(1.0, width), float(over @ down) / max(1.0, height)
            wide, high = (own / max(1.0, other) for own, other in zip(sides(upper), (width, height), strict=True))
            # As on a plate of two rows (60 mm over 110, two characters over five), each with room for a careless box.
            if aside < 0.2 and 0.6 < above < 1.4 and 0.25 < wide < 0.9 and 0.35 < high < 1.1:
                yield Placement(rows=(upper, lower))


def cut_plate(photo: bytes, reading: PlateReading) -> bytes:
    """Return the straightened plate as a JPEG. Raises PictureError for bytes that are no picture."""
    photograph = decode(photo)
    corners = np.array(reading.corners, np.float32) * np.float32(photograph.share)
    width, height = TWO_ROWS if reading.rows == 2 else ONE_ROW
    plate = strip_of(photograph.pixels, corners, width, height)
    _, jpeg = cv2.imencode(".jpg", plate, (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
    return jpeg.tobytes()
