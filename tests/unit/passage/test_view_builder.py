"""What a page shows: the open step, and nothing that was not decided."""

from __future__ import annotations

from laneside.passage.answers import Done
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
