"""The lane's link and its form without a lane."""

from __future__ import annotations

import pytest

from laneside.devices import NoLane, VirtualLane
from laneside.errors import LinkLostError, SettingError
from laneside.passage.lane import Conclusion, LaneLink, Waiting

PAID = Conclusion(
    passage_id="p1",
    open_barrier=True,
    display="10.45",
    voice="一路平安",
    paid_card_id="62012219230200000001",
    paid_contract_serial="6201011900000001",
)


def test_a_vehicle_through_the_lane(street) -> None:
    lane: LaneLink = street.lane
    street.panel.place("car-3des")
    lane.occupy("62010A0B11")
    assert lane.waiting() == Waiting(captured_plate="甘A12345")
    lane.conclude(PAID)
    seen = street.panel.state()["lane"]
    assert (seen["occupied"], seen["barrier"], seen["display"]) == ("62010A0B11", "open", "10.45")
    assert [mark["card_id"] for mark in seen["paid"]] == ["62012219230200000001"]
    lane.release()
    assert street.panel.state()["lane"]["occupied"] is None


def test_saying_an_end_again_after_a_lost_answer_is_harmless(street) -> None:
    street.panel.place("car-3des")
    street.panel.cut("lane", ins="conclude", when="after")
    with pytest.raises(LinkLostError):
        street.lane.conclude(PAID)
    assert street.panel.state()["lane"]["barrier"] == "open"
    street.panel.remove()
    street.lane.conclude(PAID)
    seen = street.panel.state()["lane"]
    assert (seen["barrier"], len(seen["paid"])) == ("closed", 1)


def test_an_end_that_never_arrived_can_be_said_later(street) -> None:
    street.panel.place("car-3des")
    street.panel.cut("lane", ins="conclude", when="before")
    with pytest.raises(LinkLostError):
        street.lane.conclude(PAID)
    assert street.panel.state()["lane"]["barrier"] == "closed"
    street.lane.conclude(PAID)
    assert street.panel.state()["lane"]["barrier"] == "open"


def test_what_the_antenna_left_open_is_told_until_it_is_paid(street) -> None:
    street.panel.place("lane-left-unfinished")
    trade = street.lane.waiting().open_trade
    assert trade is not None
    assert (trade.card_id, trade.terminal_number) == ("62012219230200000018", "620100009911")
    assert (trade.amount_fen, trade.sent_at, len(trade.transaction_number)) == (1045, "20240506115900", 8)
    street.lane.conclude(Conclusion(passage_id="p9", open_barrier=True, display="", paid_card_id=trade.card_id))
    assert street.lane.waiting().open_trade is None


def test_a_lane_of_another_station_is_refused(street) -> None:
    with pytest.raises(SettingError, match="62010A0C11"):
        street.lane.occupy("62010A0C11")


def test_no_roadside_is_a_lost_link(street) -> None:
    with pytest.raises(LinkLostError):
        VirtualLane("127.0.0.1", 1).waiting()
    assert street.lane.attached


def test_no_lane_knows_nothing_and_accepts_everything() -> None:
    lane: LaneLink = NoLane()
    lane.occupy("62010A0B11")
    lane.conclude(PAID)
    lane.release()
    assert (lane.attached, lane.waiting()) == (False, Waiting())
