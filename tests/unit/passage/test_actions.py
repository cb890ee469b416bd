"""Actions: what they want from the collector, and what they refuse."""

from __future__ import annotations

import pytest

from laneside.passage.answers import Rejected

JPEG = b"\xff\xd8 a vehicle"


@pytest.mark.parametrize(
    ("plate", "colour", "field"),
    [
        ("", 0, "plate"),
        ("甘", 0, "plate"),
        ("甘A12345678901", 0, "plate"),
        ("甘A8K631", None, "colour"),
        ("甘A8K631", 77, "colour"),
    ],
)
def test_a_bad_plate_gets_its_message_beside_the_field(station, plate, colour, field):
    station.arrive("car-sm4")
    station.desk.take_photo(JPEG, live=True)
    answer = station.tries("submit-picture", plate=plate, colour=colour)
    assert isinstance(answer, Rejected)
    assert answer.field == field


@pytest.mark.parametrize("action", ["transfer", "abandon", "refuse"])
def test_ending_a_vehicle_wants_a_reason(station, action):
    station.arrive("plates-differ")
    answer = station.tries(action, reason="   ")
    assert (answer.field, answer.text.zh) == ("reason", "请选择原因")
    assert station.view.result is None
