"""Where text stands in a picture: the detector's map, cut into rotated boxes."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from laneside.plates import light
from laneside.plates.models import Network, Tensor
from laneside.plates.photo import Pixels
from laneside.plates.rectify import Corners

_STRIDE: Final = 32
_INK: Final = 0.3
_SCORE_MIN: Final = 0.4
_GROWTH: Final = 1.6
_SIDE_MIN: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBox:
    """Hold one box in the picture's pixels and how sure the detector is of it, 0 to 1."""

    corners: Corners
    score: float


def find_text(network: Network, picture: Pixels, side_max: int, *, lifted: bool = False) -> list[TextBox]:
    """Find boxes with the picture's longest side brought to ``side_max`` pixels.

    ``lifted`` brings out what lies in shadow or haze first.
    """
    height, width = picture.shape[:2]
    share = side_max / max(height, width)
    small = cv2.resize(
        picture,
        (_strides(width * share), _strides(height * share)),
        interpolation=cv2.INTER_AREA if share < 1 else cv2.INTER_LINEAR,
    )
    pixels = np.asarray(small, np.uint8)
    heat = network.run(as_tensor(light.lifted(pixels) if lifted else pixels)[None])[0, 0]
    scale = np.array([width / heat.shape[1], height / heat.shape[0]], np.float32)
    mask = cv2.dilate((heat > _INK).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    boxes = (_box(heat, np.asarray(contour), scale) for contour in contours)
    return [box for box in boxes if box is not None]


def as_tensor(picture: Pixels) -> Tensor:
    """Bring pixels to (3, H, W) from -1 to 1, as both networks want them."""
    return np.ascontiguousarray((picture.astype(np.float32) * (1 / 127.5) - 1.0).transpose(2, 0, 1))


def _strides(length: float) -> int:
    return max(_STRIDE, round(length / _STRIDE) * _STRIDE)


def _box(heat: Tensor, contour: NDArray[np.int32], scale: Corners) -> TextBox | None:
    """Make a box of one contour; None where it is too small or too weak."""
    (x, y), (w, h), angle = cv2.minAreaRect(contour)
    if min(w, h) < _SIDE_MIN:
        return None
    left, top, right, bottom = _bounds(contour, heat.shape)
    window = heat[top:bottom, left:right]
    inside = np.zeros(window.shape, np.uint8)
    cv2.drawContours(inside, [contour - np.array([[left, top]], np.int32)], 0, 1, -1)
    score = float(window[inside > 0].mean())
    if score < _SCORE_MIN:
        return None
    growth = w * h * _GROWTH / (w + h)
    corners = cv2.boxPoints(((x, y), (w + growth, h + growth), angle))
    return TextBox(corners=ordered(np.asarray(corners, np.float32) * scale), score=score)


def _bounds(contour: NDArray[np.int32], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    x, y, w, h = cv2.boundingRect(contour)
    return x, y, min(x + w, shape[1]), min(y + h, shape[0])


def ordered(points: Corners) -> Corners:
    """Bring four corners of a box into reading order: the longer side runs from left to right."""
    ring = points[np.argsort(np.arctan2(*(points - points.mean(axis=0)).T[::-1]))]
    first, second = ring[1] - ring[0], ring[2] - ring[1]
    if hypot(*first) < hypot(*second):
        ring = np.roll(ring, -1, axis=0)
    if (ring[1] - ring[0])[0] < 0:
        ring = np.roll(ring, 2, axis=0)
    return np.ascontiguousarray(ring)
