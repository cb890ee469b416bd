"""The engine: a photograph's bytes in, its plates out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import hypot
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laneside.codec import plate_kind
from laneside.plates.colour import looks_like
from laneside.plates.decoding import Decoder
from laneside.plates.grammar import PLATE_FORMS, automaton_of
from laneside.plates.lettering import Lettering
from laneside.plates.light import brightened, lifted
from laneside.plates.models import DETECTOR, Network
from laneside.plates.photo import Photograph, Pixels, decode
from laneside.plates.placement import Placement, lower_row, over_row, stacked, wider_left
from laneside.plates.priors import Shares, colour_on, form_weights, of_two_rows
from laneside.plates.reading import OFFER_MIN, PlateReading, Point
from laneside.plates.rectify import Corners, part, sides, upright
from laneside.plates.sighting import Glimpse, Sighting, View
from laneside.plates.straighten import straightened, trimmed
from laneside.plates.textboxes import TextBox, find_text
from laneside.plates.written import Floats

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
_PROMISING: Final = -20.0
_DOUBTFUL: Final = -4.0
_CLOSER_MAX: Final = 3
_LATER_MAX: Final = 1
_LATER_WEIGHS: Final = 2.0
_MISREAD_MAX: Final = 2
_PARTS_MAX: Final = 2
_TAIL: Final = 5
_FEW: Final = 2
_RELIT: Final = slice(1, 3)
_SURE: Final = 0.97
_WORSE_BY: Final = 3.0
_HOPELESS_BY: Final = 5.0
_HOPELESS_BESIDE_DOUBTFUL_BY: Final = 1.0
_MARGIN: Final = (0.04, 0.08)
"""What a box of text lacks on each side of the plate's characters, as shares of its width and height."""
_PART_SIGNS: Final = range(4, 8)
_LIKELY_MIN: Final = 0.05
_FAIR: Final = 0.3
_GOOD: Final = 0.6


@dataclass(frozen=True, slots=True)
class _Look:
    """One way to look for text. ``find`` gets where a plate was seen best; ``enough`` confidence makes it needless."""

    find: Callable[[Corners | None], list[Corners]]
    enough: float


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
        """Read the plates of a photograph, best first. Raises PictureError for bytes that are no picture.

        A further look follows only where the plate that stands best is not read with enough confidence, and none once
        two looks have seen the same plate.
        """
        photograph = decode(photo)
        picture, sightings = photograph.pixels, list[Sighting]()
        for look in self._looks(picture):
            if self._suffices(look, photograph, sightings):
                continue
            best = _best_placed(sightings, photograph)
            boxes = look.find(None if best is None else best.plate)
            found = self._sightings(picture, boxes, later=bool(sightings), near=best is not None)
            confirmed = any(_alike(new.agreed.text, old.agreed.text) for new in found for old in sightings)
            sightings = _apart(found, sightings)
            if confirmed:
                break
        self._finish(photograph, sightings)
        sightings.sort(key=lambda sighting: (sighting.confidence < OFFER_MIN, _place(sighting, photograph)))
        if sightings and sightings[0].confidence < _GOOD:
            sightings[0] = self._relit(picture, sightings[0])
        return [_reading(photograph, sighting) for sighting in sightings]

    def _suffices(self, look: _Look, photograph: Photograph, sightings: list[Sighting]) -> bool:
        """Say whether what was seen makes a look needless; what seems to, or is hopeless so far, is finished first."""
        best = _best_placed(sightings, photograph)
        if best is None or best.confidence >= look.enough:
            self._finish(photograph, sightings)
            best = _best_placed(sightings, photograph)
        return best is not None and best.confidence >= look.enough

    def _looks(self, picture: Pixels) -> Sequence[_Look]:
        """List the ways to look for text: as a whole, near what was seen, in parts that show more, without shadows."""
        height, width = picture.shape[:2]
        if max(height, width) <= _CROP_SIDE_MAX and _ASPECTS[0] < width / height < _ASPECTS[1]:
            whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
            return (
                _Look(lambda _: [whole], enough=1.0),
                _Look(lambda _: _plausible(find_text(self._detector, picture, _CROP_SIDE_MAX)), enough=_FAIR),
            )
        return (
            _Look(lambda _: _plausible(find_text(self._detector, picture, _SIDE)), enough=1.0),
            _Look(lambda seen: self._near(picture, seen), enough=_GOOD),
            *self._part_looks(picture),
        )

    def _part_looks(self, picture: Pixels) -> Iterable[_Look]:
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
        return [box for box in _plausible(found) if _covers(box, seen) or _covers(seen, box)]

    def _part_look(self, picture: Pixels, at: tuple[float, float], side_max: int, *, lifted: bool) -> _Look:
        """Look at a part: finer, in the memory that one look at the whole takes."""
        size = np.array(picture.shape[1::-1], np.float32)
        start = size * at * (1 - _PART)
        return _Look(
            lambda _: _plausible(self._in_window(picture, start, start + size * _PART, side_max, lifted=lifted)),
            enough=_LIKELY_MIN,
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

    def _sightings(self, picture: Pixels, boxes: list[Corners], *, later: bool, near: bool) -> list[Sighting]:
        """Read the boxes and look closely at what can be a plate.

        A ``later`` look does so at the best one only; one ``near`` a plate that was seen asks for no other rows.
        """
        glimpses = self._glimpses(picture, [Placement(rows=(box,)) for box in boxes])
        if not near:
            glimpses += self._glimpses(picture, [*stacked(boxes), *self._completed(picture, glimpses)])
        promising = sorted(
            (glimpse for glimpse in glimpses if glimpse.text and glimpse.score > _PROMISING),
            key=lambda glimpse: -glimpse.score,
        )
        chosen: list[Glimpse] = []
        for glimpse in promising:
            if glimpse.score < _worth_a_look(promising[0].score):
                break
            if not any(_is_settled(glimpse, better) for better in chosen):
                chosen.append(glimpse)
        return self._closer(picture, chosen[: _LATER_MAX if later else _CLOSER_MAX])

    def _completed(self, picture: Pixels, glimpses: list[Glimpse]) -> list[Placement]:
        """Complete what may be a part of a plate, unless a whole plate stands there that is wider.

        On a lorry's tail the number is painted once more, larger: what ends like a wider one is the plate itself.
        """
        wholes = [glimpse for glimpse in glimpses if glimpse.score >= _DOUBTFUL]
        wide = max((_width(glimpse) for glimpse in wholes), default=0.0)
        parts = []
        for glimpse in glimpses:
            signs = "" if glimpse.score >= _DOUBTFUL else self._signs(glimpse)
            repeats = any(_alike(signs[-_TAIL:], whole.text[-_TAIL:]) for whole in wholes)
            if _may_be_a_part(signs) and (repeats or _width(glimpse) > wide):
                parts.append(glimpse)
        return [
            completed for glimpse in parts[:_PARTS_MAX] for completed in _completions(picture, glimpse.placement.plate)
        ]

    def _glimpses(self, picture: Pixels, placements: list[Placement]) -> list[Glimpse]:
        found = []
        strips = [placement.strip(picture) for placement in placements]
        for placement, strip, frames in zip(placements, strips, self._lettering.frames(strips), strict=True):
            weights = form_weights(_colours(placement, strip))
            decoded = self._decoder.best(frames, weights, log_probability_min=_PROMISING)
            text, score = ("", -99.0) if decoded is None else (decoded.text, decoded.log_probability)
            found.append(Glimpse(placement, frames, text, score))
        return found

    def _signs(self, glimpse: Glimpse) -> str:
        """Return what the strip says without any grammar."""
        columns = glimpse.frames.argmax(axis=1)
        changes = np.flatnonzero(np.diff(columns, prepend=0))
        return "".join(self._decoder.symbols[columns[place] - 1] for place in changes if columns[place])

    def _closer(self, picture: Pixels, glimpses: list[Glimpse]) -> list[Sighting]:
        """Cut plates out in a few ways and let them agree: enough to know which view of a plate is the best."""
        cut_out = []
        for glimpse in glimpses:
            cuts = tuple(_cuts(picture, glimpse.placement))
            strips = [cut.strip(picture) for cut in cuts[:_FEW]]
            view = View(
                cuts=cuts,
                colours=_colours(cuts[0], strips[0]),
                pictures=(glimpse.frames,),
                texts=frozenset({glimpse.text}),
            )
            cut_out.append((view, strips))
        return self._agreed(cut_out, search=True)

    def _finish(self, photograph: Photograph, sightings: list[Sighting]) -> None:
        """Cut out in all ways what stands best and what would be offered, unless the few cuts leave no doubt.

        The others stay as they were seen: no second look at them would make them the one that is meant.
        """
        best = _best_placed(sightings, photograph)
        doubtful = [
            place
            for place, sighting in enumerate(sightings)
            if (sighting is best or best is None or sighting.confidence >= OFFER_MIN) and not _is_finished(sighting)
        ]
        views = [sightings[place].view for place in doubtful]
        cut_out = [(view, [cut.strip(photograph.pixels) for cut in view.cuts[_FEW:]]) for view in views]
        for place, finished in zip(doubtful, self._agreed(cut_out, search=True), strict=True):
            sightings[place] = finished

    def _relit(self, picture: Pixels, sighting: Sighting) -> Sighting:
        """Look at a doubtful plate in other lights too."""
        strips = [cut.strip(picture) for cut in sighting.view.cuts[_RELIT]]
        return self._agreed([(sighting.view, [change(strip) for change in (lifted, brightened) for strip in strips])])[
            0
        ]

    def _agreed(self, cut_out: list[tuple[View, list[Pixels]]], *, search: bool = False) -> list[Sighting]:
        """Read more strips of plates and let all pictures of each have their say.

        With ``search`` each strip may bring a text of its own. All are read side by side, and what has been read is
        weighed meanwhile.
        """
        frames = iter(self._lettering.frames([strip for _, strips in cut_out for strip in strips]))
        sightings = []
        for before, strips in cut_out:
            view = self._with(before, list(islice(frames, len(strips))), search=search)
            agreed = self._decoder.agree(view.pictures, view.texts, form_weights(view.colours))
            sightings.append(Sighting(view, agreed))
        return sightings

    def _with(self, view: View, pictures: list[Floats], *, search: bool) -> View:
        weights = form_weights(view.colours)
        found = [self._decoder.best(frames, weights) for frames in pictures] if search else []
        texts = view.texts | {decoded.text for decoded in found if decoded is not None}
        return replace(view, pictures=(*view.pictures, *pictures), texts=texts)


def _is_finished(sighting: Sighting) -> bool:
    """Say whether more cuts of a plate are not needed or were taken."""
    sure = len(sighting.view.texts) == 1 and sighting.confidence >= _SURE
    return sure or len(sighting.view.pictures) > 1 + _FEW


def _alike(text: str, other: str) -> bool:
    """Say whether two texts are hardly of two plates."""
    differing = sum(own != their for own, their in zip(text, other, strict=False))
    return len(text) == len(other) and differing <= _MISREAD_MAX


def _worth_a_look(best: float) -> float:
    """Say from which score on a glimpse is looked at beside the best one: among doubtful ones hardly any other is."""
    return best - (_HOPELESS_BY if best > _DOUBTFUL else _HOPELESS_BESIDE_DOUBTFUL_BY)


def _width(glimpse: Glimpse) -> float:
    return sides(glimpse.placement.plate)[0]


def _is_settled(glimpse: Glimpse, better: Glimpse) -> bool:
    """Say whether a better one at the same place says the same or is so much better that this one need not be read."""
    here, there = glimpse.placement.plate, better.placement.plate
    says_less = glimpse.text == better.text or glimpse.score < better.score - _WORSE_BY
    return says_less and (_covers(here, there) or _covers(there, here))


def _colours(placement: Placement, strip: Pixels) -> Shares:
    seen = looks_like(strip)
    return of_two_rows(seen) if len(placement.rows) == 2 else seen


def _completions(picture: Pixels, box: Corners) -> Iterable[Placement]:
    """Take a box for the lower row of a plate, for both rows, or for all but the first two characters."""
    yield over_row(_row(picture, box))
    yield over_row(_row(picture, lower_row(box)))
    yield wider_left(box)


def _row(picture: Pixels, box: Corners) -> Corners:
    """Return a row of a plate with two: level, its characters upright, and without what stands over it."""
    return trimmed(picture, straightened(picture, box))


def _cuts(picture: Pixels, placement: Placement) -> Iterable[Placement]:
    """Cut a plate straightened or as its box has it, closely and with some room."""
    *upper, lower = placement.rows
    straight = over_row(_row(picture, lower)) if upper else Placement(rows=(straightened(picture, lower),))
    yield straight
    yield straight.regrown(-0.03, -0.08)
    yield placement.regrown(-0.03, -0.07)
    yield placement.regrown(0.05, 0.02)
    yield straight.regrown(0.08, 0.05)


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


def _may_be_a_part(signs: str) -> bool:
    return len(signs) in _PART_SIGNS and (signs[:-1].isascii() or signs[2:-1].isascii())


def _apart(found: list[Sighting], before: list[Sighting]) -> list[Sighting]:
    """Keep of those that lie over one another the most probable one, and of equal texts the lowest.

    A later look shows more of a plate than the one before: what it found weighs double. And the plate hangs below the
    number that is painted large on a lorry's tail.
    """
    weighed = [(_LATER_WEIGHS * new.worth, new) for new in found] + [(old.worth, old) for old in before]
    kept: list[Sighting] = []
    for _, sighting in sorted(weighed, key=lambda pair: -pair[0]):
        others = [other for other in kept if _same(sighting, other)]
        if not others:
            kept.append(sighting)
        elif len(others) == 1 and _is_painted_over(others[0], sighting):
            kept[kept.index(others[0])] = sighting
    return kept


def _is_painted_over(painted: Sighting, plate: Sighting) -> bool:
    """Say whether one is the same number as the other, larger and above it."""
    (width, height), (own_width, _) = sides(painted.plate), sides(plate.plate)
    below = float(plate.plate.mean(axis=0)[1] - painted.plate.mean(axis=0)[1])
    same = painted.agreed.text == plate.agreed.text and plate.confidence >= _FAIR
    return same and below > height and own_width < width


def _same(sighting: Sighting, other: Sighting) -> bool:
    """Say whether two are of one plate: no text hangs twice, and no plate over another."""
    box, others = sighting.plate, other.plate
    return sighting.agreed.text == other.agreed.text or _covers(box, others) or _covers(others, box)


def _covers(corners: Corners, other: Corners) -> bool:
    low, high = corners.min(axis=0), corners.max(axis=0)
    middle = other.mean(axis=0)
    return bool((low <= middle).all() and (middle <= high).all())


def _reading(photograph: Photograph, sighting: Sighting) -> PlateReading:
    agreed = sighting.agreed
    colour, colour_confidence = colour_on(agreed.form, sighting.view.colours)
    kind = plate_kind(agreed.text)
    assert kind is not None, "the automaton accepts what the codec accepts"
    return PlateReading(
        text=agreed.text,
        colour=colour,
        kind=kind,
        confidence=sighting.confidence,
        colour_confidence=colour_confidence,
        characters=agreed.characters,
        corners=_points(sighting.plate / photograph.share),
        rows=len(sighting.view.cuts[0].rows),
    )


def _points(corners: Corners) -> tuple[Point, Point, Point, Point]:
    first, second, third, fourth = ((float(x), float(y)) for x, y in corners)
    return first, second, third, fourth


def _best_placed(sightings: list[Sighting], photograph: Photograph) -> Sighting | None:
    """Return of all that may be plates the one that stands best."""
    likely = [sighting for sighting in sightings if sighting.confidence >= _LIKELY_MIN]
    return min(likely, key=lambda sighting: _place(sighting, photograph), default=None)


def _place(sighting: Sighting, photograph: Photograph) -> float:
    """Say how far from the middle a plate is and how small: the vehicle that is worked stands large before us."""
    height, width = photograph.pixels.shape[:2]
    low, high = sighting.plate.min(axis=0), sighting.plate.max(axis=0)
    across, down = (low + high) / 2
    return float(hypot(across / width - 0.5, down / height - 0.5) - (high - low)[0] / width)
