"""Find text in a photograph: the detector's map cut into rotated boxes, in several passes as far as they are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import hypot
from typing import Final

import cv2
import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from laneside.plates.candidates import FAIR, GOOD, LIKELY_MIN
from laneside.plates.geometry import Corners, covers, part, sides, upright
from laneside.plates.models import DETECTOR, Network, Tensor, as_tensor
from laneside.plates.photo import Pixels, even_contrast

_STRIDE: Final = 32
"""The network halves its picture five times: sides must be multiples of this."""
_INK: Final = 0.3
_SCORE_MIN: Final = 0.4
_GROWTH: Final = 1.6
"""From which value a pixel of the map is text, a box is kept, and how far boxes grow: as the detector was trained."""
_SIDE_MIN: Final = 3.0
"""Pixels of the map: a thinner box is an edge, not a row of characters."""
_SIDE: Final = 736
_PART: Final = 0.575
"""A part is this share of the picture each way, brought to ``_SIDE``: as if the whole were searched at 1,280 pixels."""
_LIFTED_SIDE: Final = 552
"""With evened contrast a part is searched as at 960 pixels: what is only dark or hazy need not be small as well."""
_MIDDLE: Final = (0.5, 0.7)
_CORNERS: Final = ((0.0, 1.0), (1.0, 1.0), (0.0, 0.0), (1.0, 0.0))
"""Where parts are, 0 to 1 each way: first where plates mostly are, then the corners, the lower ones first."""
_SMALL_MAX: Final = 900
"""A smaller photo is searched nearly at its own scale already: its corners would add time and no detail."""
_NEAR_SIDE: Final = 416
_NEAR_WIDTHS: Final = 3.5
"""The window round a doubtful plate, in plate widths: room for a box that was cut short, and a plate enlarged in it."""
_WINDOW_MIN: Final = 16
_CROP_SIDE_MAX: Final = 400
"""A picture no larger than this, and shaped like a plate, is taken for a plate that somebody has cut out already."""
_ASPECTS: Final = (1.5, 9.0)
"""Width to height of a row: from the two characters of an upper row to a plate's eight, each with a doubtful box."""
_BOXES_MAX: Final = 12
"""Many signs in a street must not make a photo slow; the widest boxes do, as the worked vehicle is near."""
_MARGIN: Final = (0.04, 0.08)
"""What a box of text lacks on each side of the plate's characters, as shares of its width and height."""


class TextBox(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one box in the picture's pixels and how sure the detector is of it, 0 to 1."""

    corners: Corners
    score: float


class SearchPass(msgspec.Struct, frozen=True):
    """One pass over the picture. ``find`` gets where the best plate is; with ``enough`` confidence it is skipped."""

    find: Callable[[Corners | None], list[Corners]]
    enough: float


class TextSearch:
    """Hold the loaded detector, and list the passes that a picture may need."""

    def __init__(self, detector: Network) -> None:
        self._detector = detector

    @classmethod
    def load(cls) -> TextSearch:
        """Load the detector. Raises PlateEngineError where it is not installed."""
        return cls(Network.load(DETECTOR))

    def passes(self, picture: Pixels) -> Sequence[SearchPass]:
        """List the passes: the whole picture, near what was found, parts at a finer scale and with evened contrast."""
        height, width = picture.shape[:2]
        if max(height, width) <= _CROP_SIDE_MAX and _ASPECTS[0] < width / height < _ASPECTS[1]:
            whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
            return (
                SearchPass(lambda _: [whole], enough=1.0),
                SearchPass(lambda _: _plausible(find_text(self._detector, picture, _CROP_SIDE_MAX)), enough=FAIR),
            )
        return (
            SearchPass(lambda _: _plausible(find_text(self._detector, picture, _SIDE)), enough=1.0),
            SearchPass(lambda seen: self._near(picture, seen), enough=GOOD),
            *self._part_passes(picture),
        )

    def _part_passes(self, picture: Pixels) -> Iterable[SearchPass]:
        """Search parts at a finer scale, in the memory of one pass over the whole; and what is in shadow or haze."""
        height, width = picture.shape[:2]
        corners = _CORNERS if max(height, width) > _SMALL_MAX else ()
        for places in ((_MIDDLE,), corners):
            for side, is_lifted in ((_SIDE, False), (_LIFTED_SIDE, True)):
                for place in places:
                    yield self._part_pass(picture, place, side, lifted=is_lifted)

    def _near(self, picture: Pixels, seen: Corners | None) -> list[Corners]:
        """Find the text of the plate that was found again, enlarged."""
        if seen is None:
            return []
        reach = _NEAR_WIDTHS * sides(seen)[0] / 2
        found = self._in_window(picture, seen.mean(axis=0) - reach, seen.mean(axis=0) + reach, _NEAR_SIDE)
        return [box for box in _plausible(found) if covers(box, seen) or covers(seen, box)]

    def _part_pass(self, picture: Pixels, at: tuple[float, float], side_max: int, *, lifted: bool) -> SearchPass:
        """Search one part at a finer scale."""
        size = np.array(picture.shape[1::-1], np.float32)
        start = size * at * (1 - _PART)
        return SearchPass(
            lambda _: _plausible(self._in_window(picture, start, start + size * _PART, side_max, lifted=lifted)),
            enough=LIKELY_MIN,
        )

    def _in_window(
        self,
        picture: Pixels,
        low: NDArray[np.float32],
        high: NDArray[np.float32],
        side_max: int,
        *,
        lifted: bool = False,
    ) -> list[TextBox]:
        left, top = np.maximum(low, 0).astype(int)
        right, bottom = np.minimum(np.ceil(high), picture.shape[1::-1]).astype(int)
        if min(right - left, bottom - top) < _WINDOW_MIN:
            return []
        found = find_text(self._detector, picture[top:bottom, left:right], side_max, lifted=lifted)
        return [replace(box, corners=box.corners + np.array([left, top], np.float32)) for box in found]


def _plausible(boxes: list[TextBox]) -> list[Corners]:
    """Keep the boxes that are shaped like a row of a plate, the largest first."""
    low, high = _ASPECTS
    kept = [upright(box.corners) for box in boxes]
    kept = [_with_margin(corners) for corners in kept if low < _aspect(corners) < high]
    return sorted(kept, key=lambda corners: -sides(corners)[0])[:_BOXES_MAX]


def _with_margin(box: Corners) -> Corners:
    along, across = _MARGIN
    return part(box, (-along, 1 + along), (-across, 1 + across))


def _aspect(corners: Corners) -> float:
    width, height = sides(corners)
    return width / max(1.0, height)


def find_text(network: Network, picture: Pixels, side_max: int, *, lifted: bool = False) -> list[TextBox]:
    """Find boxes with the picture's longest side brought to ``side_max`` pixels.

    ``lifted`` evens out contrast first, which brings out what is in shadow or haze.
    """
    height, width = picture.shape[:2]
    share = side_max / max(height, width)
    small = cv2.resize(
        picture,
        (_strides(width * share), _strides(height * share)),
        interpolation=cv2.INTER_AREA if share < 1 else cv2.INTER_LINEAR,
    )
    pixels = np.asarray(small, np.uint8)
    heat = network.run(as_tensor(even_contrast(pixels) if lifted else pixels)[None])[0, 0]
    scale = np.array([width / heat.shape[1], height / heat.shape[0]], np.float32)
    mask = cv2.dilate((heat > _INK).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    boxes = (_box(heat, np.asarray(contour), scale) for contour in contours)
    return [box for box in boxes if box is not None]


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
