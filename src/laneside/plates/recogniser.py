"""The engine: a photograph's bytes in, its plates out."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from math import hypot
from typing import Final

import numpy as np
from msgspec.structs import replace

from laneside.codec.plate import plate_kind
from laneside.plates.candidates import FAIR, GOOD, LIKELY_MIN, Candidate, StripReading, View
from laneside.plates.colour import colour_likelihoods
from laneside.plates.ctc import Floats
from laneside.plates.decoding import Decoder
from laneside.plates.geometry import (
    Corners,
    Placement,
    covers,
    lower_row,
    over_row,
    sides,
    stacked,
    straightened,
    trimmed,
    wider_left,
)
from laneside.plates.grammar import PLATE_FORMS, automaton_of
from laneside.plates.photo import Photograph, Pixels, brightened, decode, even_contrast
from laneside.plates.priors import Shares, colour_on, form_weights, of_two_rows
from laneside.plates.reading import SURE_MIN, PlateReading, Point
from laneside.plates.strip_reader import StripReader
from laneside.plates.text_search import SearchPass, TextSearch

# Scores are logs of a text's probability in one strip. A crooked cut scores far lower than the same plate straightened,
# so the first bound is a loose one: it only ends the decoder's search early where there is no text at all.
_PROMISING: Final = -20.0
_DOUBTFUL: Final = -4.0
# Beside the best reading another one is cut out only if it can still win: at most five lower where the best one is a
# plate (exp(-5) is less than a hundredth), at most one lower where all are doubtful, as there are many of those.
_HOPELESS_BY: Final = 5.0
_HOPELESS_BESIDE_DOUBTFUL_BY: Final = 1.0
_WORSE_BY: Final = 3.0
"""At one place, a text so much less probable than another (a twentieth) is its misreading."""
_CLOSER_MAX: Final = 3
_LATER_MAX: Final = 1
"""Plates cut out in one pass: the worked vehicle's and its neighbours'; later passes look for one plate."""
_LATER_WEIGHT: Final = 2.0
_MISREAD_MAX: Final = 2
"""Two passes over one plate may read this many characters differently and still have found the same plate."""
_PARTS_MAX: Final = 2
_PART_SIGNS: Final = range(4, 8)
"""Characters in a part of a plate: five in a lower row, six beside a ground of another colour, or one misread."""
_TAIL: Final = 5
"""The number without province and letter: what a lower row and the number painted on a lorry have in common."""
_FEW: Final = 2
"""Cuts that are read first: of most plates they leave no doubt, and the other three are not cut at all."""
_RELIT: Final = slice(1, 3)
"""The cuts that are read in another light: the close ones, as evened contrast brings out the frame too."""
_SURE: Final = 0.97
"""From this confidence on further cuts are not read: enough above the 0.9 from which a reading is offered."""


class Recogniser:
    """Hold the loaded models; one photograph at a time."""

    def __init__(self, search: TextSearch, strip_reader: StripReader, decoder: Decoder) -> None:
        self._search = search
        self._strip_reader = strip_reader
        self._decoder = decoder

    @classmethod
    def load(cls) -> Recogniser:
        """Load the models. Raises PlateEngineError where they are not installed."""
        automaton = automaton_of(PLATE_FORMS)
        return cls(TextSearch.load(), StripReader.load(automaton.symbols), Decoder(automaton))

    def recognise(self, photo: bytes) -> list[PlateReading]:
        """Read the plates of a photograph, best first. Raises PictureError for bytes that are no picture.

        A further search pass follows only where the best placed plate is not read with enough confidence, and no pass
        follows once two of them have found the same plate.
        """
        photograph = decode(photo)
        picture, candidates = photograph.pixels, list[Candidate]()
        for search in self._search.passes(picture):
            if self._suffices(search, photograph, candidates):
                continue
            best = _best_placed(candidates, photograph)
            boxes = search.find(None if best is None else best.plate)
            found = self._read_boxes(picture, boxes, later=bool(candidates), near=best is not None)
            confirmed = any(_alike(new.agreed.text, old.agreed.text) for new in found for old in candidates)
            candidates = _apart(found, candidates)
            if confirmed:
                break
        self._finish(photograph, candidates)
        candidates.sort(key=lambda candidate: (candidate.confidence < SURE_MIN, _place(candidate, photograph)))
        if candidates and candidates[0].confidence < GOOD:
            candidates[0] = self._relit(picture, candidates[0])
        return [_reading(photograph, candidate) for candidate in candidates]

    def _suffices(self, search: SearchPass, photograph: Photograph, candidates: list[Candidate]) -> bool:
        """Return whether a pass is not needed; a candidate that makes it seem so, or is hopeless, is finished first."""
        best = _best_placed(candidates, photograph)
        if best is None or best.confidence >= search.enough:
            self._finish(photograph, candidates)
            best = _best_placed(candidates, photograph)
        return best is not None and best.confidence >= search.enough

    def _read_boxes(self, picture: Pixels, boxes: list[Corners], *, later: bool, near: bool) -> list[Candidate]:
        """Read the boxes, and in several cuts what can be a plate.

        A ``later`` pass does so for the best one only; one ``near`` a plate that was seen tries no other rows.
        """
        readings = self._read_strips(picture, [Placement(rows=(box,)) for box in boxes])
        if not near:
            readings += self._read_strips(picture, [*stacked(boxes), *self._completed(picture, readings)])
        promising = sorted(
            (reading for reading in readings if reading.text and reading.score > _PROMISING),
            key=lambda reading: -reading.score,
        )
        chosen: list[StripReading] = []
        for reading in promising:
            if reading.score < _worth_a_look(promising[0].score):
                break
            if not any(_is_settled(reading, better) for better in chosen):
                chosen.append(reading)
        return self._closer(picture, chosen[: _LATER_MAX if later else _CLOSER_MAX])

    def _completed(self, picture: Pixels, readings: list[StripReading]) -> list[Placement]:
        """Complete what may be a part of a plate, unless there is a whole plate that is wider.

        On a lorry's tail the number is painted once more, larger: what ends like a wider one is the plate itself.
        """
        wholes = [reading for reading in readings if reading.score >= _DOUBTFUL]
        wide = max((_width(reading) for reading in wholes), default=0.0)
        parts = []
        for reading in readings:
            signs = "" if reading.score >= _DOUBTFUL else self._signs(reading)
            repeats = any(_alike(signs[-_TAIL:], whole.text[-_TAIL:]) for whole in wholes)
            if _may_be_a_part(signs) and (repeats or _width(reading) > wide):
                parts.append(reading)
        return [
            completed for reading in parts[:_PARTS_MAX] for completed in _completions(picture, reading.placement.plate)
        ]

    def _read_strips(self, picture: Pixels, placements: list[Placement]) -> list[StripReading]:
        found = []
        strips = [placement.strip(picture) for placement in placements]
        for placement, strip, frames in zip(placements, strips, self._strip_reader.frames(strips), strict=True):
            weights = form_weights(_colours(placement, strip))
            decoded = self._decoder.best(frames, weights, log_probability_min=_PROMISING)
            text, score = ("", -99.0) if decoded is None else (decoded.text, decoded.log_probability)
            found.append(StripReading(placement, frames, text, score))
        return found

    def _signs(self, reading: StripReading) -> str:
        """Return the strip's text without any grammar."""
        columns = reading.frames.argmax(axis=1)
        changes = np.flatnonzero(np.diff(columns, prepend=0))
        return "".join(self._decoder.symbols[columns[place] - 1] for place in changes if columns[place])

    def _closer(self, picture: Pixels, readings: list[StripReading]) -> list[Candidate]:
        """Read plates in a few cuts together: enough to know which candidate for a plate is the best."""
        cut_out = []
        for reading in readings:
            cuts = tuple(_cuts(picture, reading.placement))
            strips = [cut.strip(picture) for cut in cuts[:_FEW]]
            view = View(
                cuts=cuts,
                colours=_colours(cuts[0], strips[0]),
                pictures=(reading.frames,),
                texts=frozenset({reading.text}),
            )
            cut_out.append((view, strips))
        return self._agreed(cut_out, search=True)

    def _finish(self, photograph: Photograph, candidates: list[Candidate]) -> None:
        """Read the best placed candidate, and those that would be offered, in all cuts, unless the few leave no doubt.

        Where nothing is likely yet, that is every candidate. The others are left as they were read: more cuts would not
        make one of them the plate that is meant.
        """
        best = _best_placed(candidates, photograph)
        doubtful = [
            place
            for place, candidate in enumerate(candidates)
            if (candidate is best or best is None or candidate.confidence >= SURE_MIN) and not _is_finished(candidate)
        ]
        views = [candidates[place].view for place in doubtful]
        cut_out = [(view, [cut.strip(photograph.pixels) for cut in view.cuts[_FEW:]]) for view in views]
        for place, finished in zip(doubtful, self._agreed(cut_out, search=True), strict=True):
            candidates[place] = finished

    def _relit(self, picture: Pixels, candidate: Candidate) -> Candidate:
        """Read a doubtful plate with evened contrast and brightened too."""
        strips = [cut.strip(picture) for cut in candidate.view.cuts[_RELIT]]
        lit = [change(strip) for change in (even_contrast, brightened) for strip in strips]
        (relit,) = self._agreed([(candidate.view, lit)])
        return relit

    def _agreed(self, cut_out: list[tuple[View, list[Pixels]]], *, search: bool = False) -> list[Candidate]:
        """Read more strips of plates and weigh all pictures of each together.

        With ``search`` each strip may add a text of its own. Strips are read in parallel while those already read are
        weighed.
        """
        frames = iter(self._strip_reader.frames([strip for _, strips in cut_out for strip in strips]))
        candidates = []
        for before, strips in cut_out:
            view = self._with(before, list(islice(frames, len(strips))), search=search)
            agreed = self._decoder.agree(view.pictures, view.texts, form_weights(view.colours))
            candidates.append(Candidate(view, agreed))
        return candidates

    def _with(self, view: View, pictures: list[Floats], *, search: bool) -> View:
        weights = form_weights(view.colours)
        found = [self._decoder.best(frames, weights) for frames in pictures] if search else []
        texts = view.texts | {decoded.text for decoded in found if decoded is not None}
        return replace(view, pictures=(*view.pictures, *pictures), texts=texts)


def _is_finished(candidate: Candidate) -> bool:
    """Return whether more cuts of a plate are not needed or were read already."""
    sure = len(candidate.view.texts) == 1 and candidate.confidence >= _SURE
    return sure or len(candidate.view.pictures) > 1 + _FEW


def _alike(text: str, other: str) -> bool:
    """Return whether two texts are so similar that they are hardly of two plates."""
    differing = sum(own != their for own, their in zip(text, other, strict=False))
    return len(text) == len(other) and differing <= _MISREAD_MAX


def _worth_a_look(best: float) -> float:
    """Return the score from which a reading is cut out beside the best one; among doubtful ones hardly any other is."""
    return best - (_HOPELESS_BY if best > _DOUBTFUL else _HOPELESS_BESIDE_DOUBTFUL_BY)


def _width(reading: StripReading) -> float:
    return sides(reading.placement.plate)[0]


def _is_settled(reading: StripReading, better: StripReading) -> bool:
    """Return whether a better reading at the same place has the same text, or is so much better, that this one goes."""
    here, there = reading.placement.plate, better.placement.plate
    is_worse = reading.text == better.text or reading.score < better.score - _WORSE_BY
    return is_worse and (covers(here, there) or covers(there, here))


def _colours(placement: Placement, strip: Pixels) -> Shares:
    seen = colour_likelihoods(strip)
    return of_two_rows(seen) if len(placement.rows) == 2 else seen


def _completions(picture: Pixels, box: Corners) -> Iterable[Placement]:
    """Take a box for the lower row of a plate, for both rows, or for all but the first two characters."""
    yield over_row(_row(picture, box))
    yield over_row(_row(picture, lower_row(box)))
    yield wider_left(box)


def _row(picture: Pixels, box: Corners) -> Corners:
    """Return a row of a plate with two: level, its characters upright, and without what is above it."""
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


def _apart(found: list[Candidate], before: list[Candidate]) -> list[Candidate]:
    """Keep of candidates that overlap the most probable one, and of equal texts the lowest.

    A later pass shows more of a plate than the one before: what it found weighs double. And the plate hangs below the
    number that is painted large on a lorry's tail.
    """
    weighed = [(_LATER_WEIGHT * new.worth, new) for new in found] + [(old.worth, old) for old in before]
    kept: list[Candidate] = []
    for _, candidate in sorted(weighed, key=lambda pair: -pair[0]):
        others = [other for other in kept if _same(candidate, other)]
        if not others:
            kept.append(candidate)
        elif len(others) == 1 and _is_painted_over(others[0], candidate):
            kept[kept.index(others[0])] = candidate
    return kept


def _is_painted_over(painted: Candidate, plate: Candidate) -> bool:
    """Return whether one is the same number as the other, larger and above it."""
    (width, height), (own_width, _) = sides(painted.plate), sides(plate.plate)
    below = float(plate.plate.mean(axis=0)[1] - painted.plate.mean(axis=0)[1])
    same = painted.agreed.text == plate.agreed.text and plate.confidence >= FAIR
    return same and below > height and own_width < width


def _same(candidate: Candidate, other: Candidate) -> bool:
    """Return whether two are of one plate: a text is there once, and no plate hangs over another."""
    box, others = candidate.plate, other.plate
    return candidate.agreed.text == other.agreed.text or covers(box, others) or covers(others, box)


def _reading(photograph: Photograph, candidate: Candidate) -> PlateReading:
    agreed = candidate.agreed
    colour, colour_confidence = colour_on(agreed.form, candidate.view.colours)
    kind = plate_kind(agreed.text)
    assert kind is not None, "the automaton accepts what the codec accepts"
    return PlateReading(
        text=agreed.text,
        colour=colour,
        kind=kind,
        confidence=candidate.confidence,
        colour_confidence=colour_confidence,
        characters=agreed.characters,
        corners=_points(candidate.plate / photograph.share),
        rows=len(candidate.view.cuts[0].rows),
    )


def _points(corners: Corners) -> tuple[Point, Point, Point, Point]:
    first, second, third, fourth = ((float(x), float(y)) for x, y in corners)
    return first, second, third, fourth


def _best_placed(candidates: list[Candidate], photograph: Photograph) -> Candidate | None:
    """Return of all that may be plates the best placed one."""
    likely = [candidate for candidate in candidates if candidate.confidence >= LIKELY_MIN]
    return min(likely, key=lambda candidate: _place(candidate, photograph), default=None)


def _place(candidate: Candidate, photograph: Photograph) -> float:
    """Return how far from the middle a plate is and how small: the vehicle that is worked is the large one."""
    height, width = photograph.pixels.shape[:2]
    low, high = candidate.plate.min(axis=0), candidate.plate.max(axis=0)
    across, down = (low + high) / 2
    return float(hypot(across / width - 0.5, down / height - 0.5) - (high - low)[0] / width)
