"""Leaning plates set upright: the slope of the line and the lean of its characters, found in the picture itself.

Where a line of characters is cut level and upright, its rows and columns are either ink or ground; each profile then
has the steepest edges.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from laneside.plates.photo import Pixels
from laneside.plates.rectify import STRIP_HEIGHT, Corners, part, strip_of

_WIDTH: Final = 192
_SLOPES: Final = np.linspace(-0.25, 0.25, 21)
_LEANS: Final = np.linspace(-0.6, 0.6, 25)
_CORE: Final = slice(STRIP_HEIGHT // 6, STRIP_HEIGHT - STRIP_HEIGHT // 6)

_REACH: Final = 0.25
_INK_MIN: Final = 0.3
_MARGIN: Final = 0.12
"""How much of a level box's height lies beyond its line, what share of the line's ink a gap may have, what is left."""

Grey = NDArray[np.float32]


def straightened(picture: Pixels, corners: Corners) -> Corners:
    """Return the quadrangle with its line level and its characters upright."""
    strip = strip_of(picture, corners, _WIDTH)
    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY).astype(np.float32)
    slope = _slope(grey)
    lean = _lean(_sheared(grey, np.array([[1, 0, 0], [-slope, 1, slope * _WIDTH / 2]])))
    frame = np.array([[0, 0], [_WIDTH, 0], [_WIDTH, STRIP_HEIGHT], [0, STRIP_HEIGHT]], np.float32)
    middle = np.array([_WIDTH / 2, STRIP_HEIGHT / 2], np.float32)
    across, down = (frame - middle).T
    leaning = np.stack([across - lean * down, down + slope * across], axis=1).astype(np.float32) + middle
    back = cv2.getPerspectiveTransform(frame, corners)
    return np.asarray(cv2.perspectiveTransform(leaning[None], back)[0], np.float32)


def trimmed(picture: Pixels, corners: Corners) -> Corners:
    """Return the level quadrangle with one line of text in it: what the line above leaves in it is cut off.

    The strokes of a line make its rows rich in upright edges, from its top to its foot; between two lines are few.
    """
    tall = part(corners, (0.0, 1.0), (-_REACH, 1 + _REACH))
    grey = cv2.cvtColor(strip_of(picture, tall, _WIDTH), cv2.COLOR_BGR2GRAY).astype(np.float32)
    edges = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0))[:, _WIDTH // 16 : -_WIDTH // 16].mean(axis=1)
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
    turns = [np.array([[1, 0, 0], [-slope, 1, slope * _WIDTH / 2]]) for slope in _SLOPES]
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
