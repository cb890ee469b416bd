"""Boxes straightened: four corners in a photograph become a level strip."""

from __future__ import annotations

from math import hypot
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from laneside.plates.photo import Pixels

Corners = NDArray[np.float32]
"""Four points (x, y): top left, top right, bottom right, bottom left, as seen along the text."""

STRIP_HEIGHT: Final = 48
_UPRIGHT_MAX: Final = 0.6


def strip_of(picture: Pixels, corners: Corners, width: int, height: int = STRIP_HEIGHT) -> Pixels:
    """Cut the quadrangle out as (height, width, 3); what lies outside the picture repeats its edge."""
    goal = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    shrink = min(1.0, 1.5 * height / max(1.0, _length(corners[3] - corners[0])))
    source, corners = _near(picture, corners, shrink)
    turn = cv2.getPerspectiveTransform(corners, goal)
    cut = cv2.warpPerspective(source, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


def _near(picture: Pixels, corners: Corners, shrink: float) -> tuple[Pixels, Corners]:
    """Cut out the surroundings of a quadrangle and shrink them first where it is large, so that nothing aliases."""
    low = np.maximum(np.floor(corners.min(axis=0)) - 4, 0).astype(int)
    high = np.minimum(np.ceil(corners.max(axis=0)) + 5, picture.shape[1::-1]).astype(int)
    if (high - low < 2).any():
        return picture, corners
    part = picture[low[1] : high[1], low[0] : high[0]]
    moved = corners - low.astype(np.float32)
    if shrink > 0.8:
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
    """Return the box of the same slope whose short sides stand upright.

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
    """Say whether the middle of another quadrangle lies within this one's bounds."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    middle = other.mean(axis=0)
    return bool((low <= middle).all() and (middle <= high).all())


def _length(vector: NDArray[np.floating]) -> float:
    return float(hypot(float(vector[0]), float(vector[1])))
