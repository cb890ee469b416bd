"""The ways to look for text in a photograph, one after the other as far as they are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laneside.plates.models import DETECTOR, Network
from laneside.plates.photo import Pixels
from laneside.plates.rectify import Corners, covers, part, sides, upright
from laneside.plates.sighting import FAIR, GOOD, LIKELY_MIN
from laneside.plates.textboxes import TextBox, find_text

_SIDE: Final = 736
_LIFTED_SIDE: Final = 552
_PART: Final = 0.575
_MIDDLE: Final = (0.5, 0.7)
_CORNERS: Final = ((0.0, 1.0), (1.0, 1.0), (0.0, 0.0), (1.0, 0.0))
"""Where parts lie, 0 to 1 each way: first where plates mostly are, then all over the picture."""
_SMALL_MAX: Final = 900
_NEAR_SIDE: Final = 416
_NEAR_WIDTHS: Final = 3.5
_WINDOW_MIN: Final = 16
_CROP_SIDE_MAX: Final = 400
_ASPECTS: Final = (1.5, 9.0)
_BOXES_MAX: Final = 12
_MARGIN: Final = (0.04, 0.08)
"""What a box of text lacks on each side of the plate's characters, as shares of its width and height."""


@dataclass(frozen=True, slots=True)
class Look:
    """One way to look for text. ``find`` gets where a plate was seen best; ``enough`` confidence makes it needless."""

    find: Callable[[Corners | None], list[Corners]]
    enough: float


class Looks:
    """Hold the loaded detector and where it is to look."""

    def __init__(self, detector: Network) -> None:
        self._detector = detector

    @classmethod
    def load(cls) -> Looks:
        """Load the detector. Raises PlateEngineError where it is not installed."""
        return cls(Network.load(DETECTOR))

    def ways(self, picture: Pixels) -> Sequence[Look]:
        """List the ways to look for text: as a whole, near what was seen, in parts that show more, without shadows."""
        height, width = picture.shape[:2]
        if max(height, width) <= _CROP_SIDE_MAX and _ASPECTS[0] < width / height < _ASPECTS[1]:
            whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
            return (
                Look(lambda _: [whole], enough=1.0),
                Look(lambda _: _plausible(find_text(self._detector, picture, _CROP_SIDE_MAX)), enough=FAIR),
            )
        return (
            Look(lambda _: _plausible(find_text(self._detector, picture, _SIDE)), enough=1.0),
            Look(lambda seen: self._near(picture, seen), enough=GOOD),
            *self._part_looks(picture),
        )

    def _part_looks(self, picture: Pixels) -> Iterable[Look]:
        """Look at parts: finer, in the memory that one look at the whole takes; and what lies in shadow or haze."""
        height, width = picture.shape[:2]
        corners = _CORNERS if max(height, width) > _SMALL_MAX else ()
        for places in ((_MIDDLE,), corners):
            for side, light in ((_SIDE, False), (_LIFTED_SIDE, True)):
                for place in places:
                    yield self._part_look(picture, place, side, lifted=light)

    def _near(self, picture: Pixels, seen: Corners | None) -> list[Corners]:
        """Find the text of what was seen again, enlarged."""
        if seen is None:
            return []
        reach = _NEAR_WIDTHS * sides(seen)[0] / 2
        found = self._in_window(picture, seen.mean(axis=0) - reach, seen.mean(axis=0) + reach, _NEAR_SIDE)
        return [box for box in _plausible(found) if covers(box, seen) or covers(seen, box)]

    def _part_look(self, picture: Pixels, at: tuple[float, float], side_max: int, *, lifted: bool) -> Look:
        """Look at a part: finer, in the memory that one look at the whole takes."""
        size = np.array(picture.shape[1::-1], np.float32)
        start = size * at * (1 - _PART)
        return Look(
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
