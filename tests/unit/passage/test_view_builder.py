"""What a page shows: the open step, and nothing that was not decided."""

from __future__ import annotations

import pytest

from laneside.passage.answers import Done
from laneside.passage.picture.plate_entry import PlateForm
from laneside.virtual.vehicles import vehicle_named

JPEG = b"\xff\xd8 a vehicle"


def test_the_steps_open_one_after_the_other(station):
    assert station.arrive("car-sm4").step == "picture"
    assert station.view.picture.plate == ""
    assert "submit-picture" not in station.view.actions
    assert station.desk.take_photo(JPEG, live=True) == Done()
    view = station.does("submit-picture", plate="甘a8k631 ", colour=0)
    assert view.step == "fee"
    assert [(c.code, c.selected) for c in view.classes if c.selected] == [(1, True)]
    assert (view.picture.card_agrees, view.picture.tag_agrees) == (True, True)
    view = station.does("quote")
    assert (view.step, view.quote.pay_fen, view.quote.discount_fen, view.quote.fee_fen) == ("submit", 1100, 55, 1045)
    assert station.does("submit").step == "done"


def test_nothing_is_preselected_for_a_yellow_plate(station):
    vehicle = vehicle_named("coach-3")
    station.arrive("coach-3")
    station.desk.take_photo(JPEG, live=True)
    view = station.does("submit-picture", plate=vehicle.plate, colour=vehicle.colour)
    assert view.step == "check"
    assert not [c for c in (*view.classes, *view.kinds) if c.selected]


@pytest.mark.parametrize(
    ("plate", "colour", "warning"),
    [
        ("甘A8K631", 0, None),
        ("甘AD12345", 4, None),
        ("甘AD12345", 0, "八位新能源车牌通常为绿色或黄绿色"),
        ("甘A8K63I", 0, "车牌格式少见，请再核对"),
        ("甘A8K63I", None, None),
    ],
)
def test_an_unusual_plate_is_warned_of_and_may_be_submitted(station, plate, colour, warning):
    station.arrive("car-sm4")
    station.desk.take_photo(JPEG, live=True)
    assert station.desk.draft(PlateForm(plate=plate, colour=colour)) == Done()
    found = station.view.picture.plate_warning
    assert (None if found is None else found.zh) == warning
    if colour is not None:
        assert station.does("submit-picture", plate=plate, colour=colour).taken.plate == plate


def test_what_was_submitted_is_shown_beside_what_is_typed_since(station):
    station.arrive("car-sm4")
    station.confirm("car-sm4")
    station.desk.draft(PlateForm(plate="甘B00001", colour=1))
    view = station.view
    assert (view.picture.plate, view.taken.plate) == ("甘B00001", "甘A8K631")
    assert (view.picture.card_agrees, view.taken.card_agrees) == (False, True)
