"""What a plate's colour says of its text, and a text of its colour: clear pictures overrule the fleet."""

from __future__ import annotations

from laneside.plates.grammar import FormName
from laneside.plates.priors import COLOURS, colour_fit, colour_on, form_weights, of_two_rows
from laneside.vocab.vehicle import PlateColour


def clearly(colour: PlateColour) -> dict[PlateColour, float]:
    return {each: 0.95 if each is colour else 0.01 for each in COLOURS}


def test_a_white_plate_is_no_ordinary_one() -> None:
    weights = form_weights(clearly(PlateColour.WHITE))
    assert weights[FormName.POLICE.value] > weights[FormName.CIVIL.value]


def test_a_doubtful_colour_follows_the_form_and_a_clear_one_the_picture() -> None:
    even = dict.fromkeys(COLOURS, 1 / len(COLOURS))
    assert colour_on(FormName.NEW_ENERGY_SMALL, even)[0] is PlateColour.GREEN
    assert colour_on(FormName.CIVIL, clearly(PlateColour.YELLOW))[0] is PlateColour.YELLOW
    assert colour_fit(FormName.CIVIL, clearly(PlateColour.BLUE)) > colour_fit(
        FormName.CIVIL, clearly(PlateColour.WHITE)
    )


def test_two_rows_are_hardly_ever_blue() -> None:
    seen = of_two_rows(dict.fromkeys(COLOURS, 1.0))
    assert seen[PlateColour.BLUE] < seen[PlateColour.YELLOW] / 100
