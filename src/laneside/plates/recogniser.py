"""The engine: a photograph's bytes in, its plates out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from math import hypot
from typing import Final

import numpy as np

from laneside.codec import plate_kind
from laneside.plates.colour import looks_like
from laneside.plates.decoding import Decoder
from laneside.plates.grammar import PLATE_FORMS, automaton_of
from laneside.plates.lettering import Lettering
from laneside.plates.light import brightened, lifted
from laneside.plates.looks import Look, Looks
from laneside.plates.photo import Photograph, Pixels, decode
from laneside.plates.placement import Placement, lower_row, over_row, stacked, wider_left
from laneside.plates.priors import Shares, colour_on, form_weights, of_two_rows
from laneside.plates.reading import SURE_MIN, PlateReading, Point
from laneside.plates.rectify import Corners, covers, sides
from laneside.plates.sighting import FAIR, GOOD, LIKELY_MIN, Glimpse, Sighting, View
from laneside.plates.straighten import straightened, trimmed
from laneside.plates.written import Floats

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
_PART_SIGNS: Final = range(4, 8)


class Recogniser:
    """Hold the loaded models; one photograph at a time."""

    def __init__(self, looks: Looks, lettering: Lettering, decoder: Decoder) -> None:
        self._looks = looks
        self._lettering = lettering
        self._decoder = decoder

    @classmethod
    def load(cls) -> Recogniser:
        """Load the models. Raises PlateEngineError where they are not installed."""
        automaton = automaton_of(PLATE_FORMS)
        return cls(Looks.load(), Lettering.load(automaton.symbols), Decoder(automaton))

    def recognise(self, photo: bytes) -> list[PlateReading]:
        """Read the plates of a photograph, best first. Raises PictureError for bytes that are no picture.

        A further look follows only where the plate that stands best is not read with enough confidence, and none once
        two looks have seen the same plate.
        """
        photograph = decode(photo)
        picture, sightings = photograph.pixels, list[Sighting]()
        for look in self._looks.ways(picture):
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
        sightings.sort(key=lambda sighting: (sighting.confidence < SURE_MIN, _place(sighting, photograph)))
        if sightings and sightings[0].confidence < GOOD:
            sightings[0] = self._relit(picture, sightings[0])
        return [_reading(photograph, sighting) for sighting in sightings]

    def _suffices(self, look: Look, photograph: Photograph, sightings: list[Sighting]) -> bool:
        """Say whether what was seen makes a look needless; what seems to, or is hopeless so far, is finished first."""
        best = _best_placed(sightings, photograph)
        if best is None or best.confidence >= look.enough:
            self._finish(photograph, sightings)
            best = _best_placed(sightings, photograph)
        return best is not None and best.confidence >= look.enough

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

        Where nothing is likely yet, that is everything. The others stay as they were seen: no second look at them would
        make them the one that is meant.
        """
        best = _best_placed(sightings, photograph)
        doubtful = [
            place
            for place, sighting in enumerate(sightings)
            if (sighting is best or best is None or sighting.confidence >= SURE_MIN) and not _is_finished(sighting)
        ]
        views = [sightings[place].view for place in doubtful]
        cut_out = [(view, [cut.strip(photograph.pixels) for cut in view.cuts[_FEW:]]) for view in views]
        for place, finished in zip(doubtful, self._agreed(cut_out, search=True), strict=True):
            sightings[place] = finished

    def _relit(self, picture: Pixels, sighting: Sighting) -> Sighting:
        """Look at a doubtful plate in other lights too."""
        strips = [cut.strip(picture) for cut in sighting.view.cuts[_RELIT]]
        lit = [change(strip) for change in (lifted, brightened) for strip in strips]
        (relit,) = self._agreed([(sighting.view, lit)])
        return relit

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
    return says_less and (covers(here, there) or covers(there, here))


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
    same = painted.agreed.text == plate.agreed.text and plate.confidence >= FAIR
    return same and below > height and own_width < width


def _same(sighting: Sighting, other: Sighting) -> bool:
    """Say whether two are of one plate: no text hangs twice, and no plate over another."""
    box, others = sighting.plate, other.plate
    return sighting.agreed.text == other.agreed.text or covers(box, others) or covers(others, box)


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
    likely = [sighting for sighting in sightings if sighting.confidence >= LIKELY_MIN]
    return min(likely, key=lambda sighting: _place(sighting, photograph), default=None)


def _place(sighting: Sighting, photograph: Photograph) -> float:
    """Say how far from the middle a plate is and how small: the vehicle that is worked stands large before us."""
    height, width = photograph.pixels.shape[:2]
    low, high = sighting.plate.min(axis=0), sighting.plate.max(axis=0)
    across, down = (low + high) / 2
    return float(hypot(across / width - 0.5, down / height - 0.5) - (high - low)[0] / width)
