"""What a candidate's confidence is made of: its text among rivals, against no plate at all, and its colour."""

from __future__ import annotations

import numpy as np
import pytest

from laneside.plates.candidates import Candidate, View
from laneside.plates.decoding import Agreed
from laneside.plates.geometry import Placement
from laneside.plates.grammar import FormName
from laneside.plates.priors import COLOURS
from laneside.vocab.vehicle import PlateColour


def candidate(
    *, share: float = 1.0, probability: float = 0.9, colour: PlateColour = PlateColour.BLUE, sure: float = 0.95
) -> Candidate:
    """Make a civil plate read with ``probability``, on a ground that looks like ``colour`` to the share ``sure``."""
    box = np.array([[10, 10], [90, 10], [90, 40], [10, 40]], np.float32)
    rest = (1 - sure) / (len(COLOURS) - 1)
    return Candidate(
        View(
            cuts=(Placement(rows=(box,)), Placement(rows=(box + 1,))),
            colours={each: sure if each == colour else rest for each in COLOURS},
            pictures=(),
            texts=frozenset({"甘A8K631"}),
        ),
        Agreed(text="甘A8K631", form=FormName.CIVIL, probability=probability, share=share, characters=(0.9,) * 7),
    )


def test_a_clear_plate_is_believed_and_a_text_that_is_hardly_there_is_not() -> None:
    assert candidate().confidence > 0.9
    assert candidate(probability=1e-5).confidence < 0.05
    assert candidate(probability=0.0).confidence == 0.0


def test_the_share_among_rivals_counts_twice_as_the_cuts_err_together() -> None:
    assert candidate(share=0.5).confidence == pytest.approx(candidate().confidence / 4)
    assert candidate(share=0.5).worth == pytest.approx(candidate().worth / 2)


def test_a_colour_that_the_form_never_has_takes_confidence_away() -> None:
    green = candidate(colour=PlateColour.GREEN)
    assert green.fit < 0.05 < candidate().fit
    assert green.confidence < candidate().confidence
    assert green.worth < candidate().worth


def test_confidence_rises_with_the_probability_and_stays_within_one() -> None:
    rising = [candidate(probability=10.0**-power).confidence for power in range(300, -1, -1)]
    assert rising == sorted(rising)
    assert 0 <= rising[0] <= rising[-1] <= 1


def test_the_plate_is_where_its_straightened_cut_is() -> None:
    assert candidate().plate.tolist() == [[10, 10], [90, 10], [90, 40], [10, 40]]
