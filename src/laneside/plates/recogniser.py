"""The engine: a photograph's bytes in, its plates out."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, hypot
from typing import Final

import numpy as np

from laneside.codec import PlateKind
from laneside.plates.colour import colour_of
from laneside.plates.decoding import Decoded, Decoder
from laneside.plates.grammar import PLATE_FORMS, automaton_of
from laneside.plates.lettering import Lettering
from laneside.plates.models import DETECTOR, Network
from laneside.plates.photo import Photograph, Pixels, decode
from laneside.plates.reading import OFFER_MIN, PlateReading, Point
from laneside.plates.rectify import Corners, grown, sides, strip_of, upright
from laneside.plates.textboxes import find_text

_SIDES: Final = (736, 1280)
_STRIP_WIDTH: Final = 192
_ASPECT_MIN: Final = 1.6
_ASPECT_MAX: Final = 9.0
_CANDIDATES_MAX: Final = 12


@dataclass(frozen=True, slots=True)
class _Seen:
    corners: Corners
    strip: Pixels
    decoded: Decoded


class Recogniser:
    """Hold the loaded models; one photograph at a time."""

    def __init__(self, detector: Network, lettering: Lettering, decoder: Decoder) -> None:
        self._detector = detector
        self._lettering = lettering
        self._decoder = decoder

    @classmethod
    def load(cls) -> Recogniser:
        """Load the models. Raises PlateEngineError where they are not installed."""
        automaton = automaton_of(PLATE_FORMS)
        return cls(Network.load(DETECTOR), Lettering.load(automaton.symbols), Decoder(automaton))

    def recognise(self, photo: bytes) -> list[PlateReading]:
        """Read the plates of a photograph, best first. Raises PictureError for bytes that are no picture."""
        photograph = decode(photo)
        readings: list[PlateReading] = []
        for side in _SIDES:
            readings = self._readings(photograph, side)
            if any(reading.offered for reading in readings):
                break
        return readings

    def _readings(self, photograph: Photograph, side: int) -> list[PlateReading]:
        picture = photograph.pixels
        height, width = picture.shape[:2]
        found = [box.corners for box in find_text(self._detector, picture, side)]
        found = [corners for corners in found if _ASPECT_MIN < _aspect(corners) < _ASPECT_MAX]
        if width < 5 * height and width < 400:
            found.append(np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32))
        found = sorted(found, key=lambda corners: -sides(corners)[0])[:_CANDIDATES_MAX]
        seen: list[_Seen] = []
        for corners in found:
            seen.extend(self._seen(picture, [upright(corners), grown(upright(corners), 0.06, 0.06)]))
        best: dict[str, _Seen] = {}
        for sight in seen:
            known = best.get(sight.decoded.text)
            if known is None or sight.decoded.log_probability > known.decoded.log_probability:
                best[sight.decoded.text] = sight
        readings = [_reading(photograph, sight) for sight in best.values() if sight.decoded.log_probability > -8]
        return sorted(readings, key=lambda reading: _rank(reading, photograph))

    def _seen(self, picture: Pixels, quadrangles: list[Corners]) -> list[_Seen]:
        strips = [strip_of(picture, corners, _STRIP_WIDTH) for corners in quadrangles]
        result = []
        for corners, strip, frames in zip(quadrangles, strips, self._lettering.frames(strips), strict=True):
            decoded = self._decoder.best(frames, {})
            if decoded is not None:
                result.append(_Seen(corners, strip, decoded))
        return result


def _aspect(corners: Corners) -> float:
    width, height = sides(corners)
    return width / max(1.0, height)


def _reading(photograph: Photograph, sight: _Seen) -> PlateReading:
    colour, colour_confidence = colour_of(sight.strip)
    decoded = sight.decoded
    confidence = decoded.share * min(1.0, exp(decoded.log_probability / 4 + 0.5))
    return PlateReading(
        text=decoded.text,
        colour=colour,
        kind=PlateKind(decoded.form),
        confidence=confidence,
        colour_confidence=colour_confidence,
        characters=tuple(min(1.0, share) for share in decoded.characters),
        corners=_points(sight.corners / photograph.share),
        rows=1,
    )


def _points(corners: Corners) -> tuple[Point, Point, Point, Point]:
    first, second, third, fourth = ((float(x), float(y)) for x, y in corners)
    return first, second, third, fourth


def _rank(reading: PlateReading, photograph: Photograph) -> tuple[bool, float]:
    """Order sure readings by nearness to the middle and size, and all others by confidence."""
    if reading.confidence < OFFER_MIN:
        return True, -reading.confidence
    left, top, right, bottom = reading.box
    height, width = (side / photograph.share for side in photograph.pixels.shape[:2])
    away = hypot((left + right) / 2 / width - 0.5, (top + bottom) / 2 / height - 0.5)
    return False, away - (right - left) / width
