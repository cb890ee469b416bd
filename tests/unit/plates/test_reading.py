"""One plate as it was read: what makes it sure, and what can't be a reading."""

from __future__ import annotations

import msgspec
import pytest

from laneside.codec.plate import PlateKind
from laneside.plates.reading import SURE_MIN, PlateReading
from laneside.vocab.vehicle import PlateColour


def reading(**changes) -> PlateReading:
    fields = {
        "text": "甘A12345", "colour": PlateColour.BLUE, "kind": PlateKind.CIVIL, "confidence": 0.95,
        "colour_confidence": 0.95, "characters": (0.99,) * 7,
        "corners": ((1.0, 2.0), (9.0, 1.0), (10.0, 4.0), (2.0, 5.0)),
        "rows": 1,
    }  # fmt: skip
    return PlateReading(**(fields | changes))


def test_a_text_is_offered_and_a_colour_sure_from_the_same_probability_on() -> None:
    assert (reading(confidence=SURE_MIN).offered, reading(confidence=SURE_MIN - 0.01).offered) == (True, False)
    assert reading(colour_confidence=SURE_MIN).sure_colour == int(PlateColour.BLUE)
    assert reading(colour_confidence=SURE_MIN - 0.01).sure_colour is None


def test_the_box_is_upright_round_the_corners() -> None:
    assert reading().box == (1.0, 1.0, 10.0, 5.0)


@pytest.mark.parametrize("changes", [{"characters": (0.9,)}, {"confidence": 1.1}, {"rows": 3}])
def test_a_reading_that_contradicts_itself_cannot_exist(changes) -> None:
    with pytest.raises(AssertionError):
        reading(**changes)


def test_it_comes_back_from_disk() -> None:
    assert msgspec.json.decode(msgspec.json.encode(reading()), type=PlateReading) == reading()
