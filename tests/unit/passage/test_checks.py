"""Which rules look at a vehicle, with which facts: clock, plate, class."""

from __future__ import annotations

from datetime import timedelta

import pytest

from laneside.clock import beijing_digits
from laneside.passage.answers import Rejected
from laneside.passage.notes import Ending

JPEG = b"\xff\xd8 a vehicle"


def test_another_actual_class_wants_a_release_and_is_charged_as_seen(station):
    station.arrive("car-sm4")
    station.desk.take_photo(JPEG, live=True)
    station.does("submit-picture", plate="甘A8K631", colour=0)
    view = station.does("select", toll_class=2, vehicle_kind=0)
    assert [f.code for f in view.findings] == [140]
    assert "quote" not in view.actions
    wrong = station.tries("release", view.revision, code="140", leader="620100", password="no", reason="核对属实")
    assert isinstance(wrong, Rejected)
    view = station.does("release", code="140", leader="620100", password="over-the-hills", reason="核对属实")
    station.does("quote")
    done = station.does("submit")
    assert done.result.ending is Ending.COMPLETED
    (upload,) = station.records()
    assert upload.record.toll_class == 2
    assert upload.record.fee_fen == 1520
    assert upload.record.special_type == "140"
    assert upload.released_by == "620100"


def test_a_wrong_plate_is_found_before_the_fee(station):
    station.arrive("car-sm4")
    station.desk.take_photo(JPEG, live=True)
    view = station.does("submit-picture", plate="甘A8K637", colour=0)
    assert [f.code for f in view.findings] == [138]
    assert "quote" not in view.actions
    view = station.does("submit-picture", plate="甘A8K631", colour=0)
    assert view.findings == ()
    assert "quote" in view.actions


def test_a_clock_that_went_back_stops_debits(station):
    station.arrive("car-sm4")
    station.confirm("car-sm4")
    station.does("quote")
    before = station.card
    station.clock.set_back(3600)
    answer = station.tries("submit")
    assert isinstance(answer, Rejected)
    assert station.card == before


@pytest.mark.parametrize(("off_s", "code"), [(301, "clock-ahead"), (-301, "clock-late")])
def test_a_clock_that_is_off_the_centres_time_stops_debits_until_it_is_right(station, off_s, code):
    station.journal.clock.told(station.clock.now() - timedelta(seconds=off_s))
    view = station.arrive("car-sm4")
    assert [(f.code, f.releasable) for f in view.findings] == [(code, False)]
    assert "submit-picture" not in view.actions
    before = station.card["balance_fen"]
    station.journal.clock.told(station.clock.now())
    station.does("read")
    station.pay("car-sm4")
    assert before - station.card["balance_fen"] == 1045


@pytest.mark.parametrize("off_s", [300, -300])
def test_a_clock_within_the_limit_debits(station, off_s):
    station.journal.clock.told(station.clock.now() - timedelta(seconds=off_s))
    station.arrive("car-sm4")
    station.pay("car-sm4")


def test_without_the_centre_a_jump_ahead_asks_a_shift_leader(station):
    station.clock.set_back(-7200)
    view = station.arrive("car-sm4")
    assert [(f.code, f.releasable) for f in view.findings] == [("clock-ahead", True)]
    station.does("release", code="clock-ahead", leader="620100", password="over-the-hills", reason="已核对时间")
    station.pay("car-sm4")


def test_what_the_clock_says_while_the_vehicle_is_worked_counts_when_it_is_debited(station):
    station.arrive("car-sm4")
    station.confirm("car-sm4")
    view = station.does("quote")
    before = station.card
    station.journal.clock.told(station.clock.now() - timedelta(seconds=4000))
    assert isinstance(station.tries("submit", view.revision), Rejected)
    assert (station.card, station.records()) == (before, [])


def test_a_leader_may_let_one_vehicle_pass_although_the_clock_went_back(station):
    station.arrive("car-3des")
    station.pay("car-3des")
    station.home()
    last = station.journal.clock.now()
    station.clock.set_back(3600)
    view = station.arrive("car-sm4")
    assert [f.code for f in view.findings] == ["clock-behind"]
    assert "photo" in view.actions
    assert "submit-picture" not in view.actions
    station.does("release", code="clock-behind", leader="620100", password="over-the-hills", reason="已核对时间")
    station.pay("car-sm4")
    record = station.records()[-1].record
    assert record.exit_time == beijing_digits(last)
    assert station.journal.clock.now() == last
