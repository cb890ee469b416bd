"""The lane as a value: occupation, barrier and display, marks of paid cards, the antenna's open trade."""

from __future__ import annotations

import msgspec
import pytest

from laneside.errors import SettingError
from laneside.virtual.lane import CONCLUSIONS_MAX, LaneOrder, LaneState, UnfinishedTrade

EMPTY = LaneState(lanes=("62010A0B11", "62010A0B12"))
TRADE = UnfinishedTrade(
    card_id="62012219230200000018",
    terminal_number="620100009911",
    transaction_number="00000007",
    amount_fen=1045,
    sent_at="20240506143015",
)


def arrived(plate: str = "甘A12345", trade: UnfinishedTrade | None = None) -> LaneState:
    return EMPTY.arrive(plate=plate, lane_event=None, open_trade=trade)


def paid(passage_id: str = "p1", *, card_id: str = "62012219230200000001", display: str = "10.45") -> LaneOrder:
    return LaneOrder(
        passage_id=passage_id,
        open_barrier=True,
        display=display,
        voice="一路平安",
        paid_card_id=card_id,
        paid_contract_serial="6201011900000001",
    )


def test_only_its_own_lanes_can_be_taken() -> None:
    assert EMPTY.occupy("62010A0B11").occupied == "62010A0B11"
    with pytest.raises(SettingError, match="62010A0B99"):
        EMPTY.occupy("62010A0B99")


def test_taking_again_and_releasing_twice_are_harmless() -> None:
    lane = EMPTY.occupy("62010A0B11").occupy("62010A0B11")
    assert lane.release() == lane.release().release() == EMPTY


def test_an_arriving_vehicle_is_told_as_waiting() -> None:
    waiting = arrived(trade=TRADE).waiting()
    assert waiting == {"captured_plate": "甘A12345", "lane_event": None, "open_trade": msgspec.to_builtins(TRADE)}
    assert EMPTY.waiting() == {"captured_plate": "", "lane_event": None, "open_trade": None}


def test_a_conclusion_opens_shows_and_marks() -> None:
    lane = arrived().conclude(paid())
    assert (lane.barrier, lane.display, lane.voice) == ("open", "10.45", "一路平安")
    assert [mark.card_id for mark in lane.paid] == ["62012219230200000001"]


def test_a_refused_vehicle_leaves_the_barrier_shut_and_no_mark() -> None:
    lane = arrived().conclude(LaneOrder(passage_id="p1", open_barrier=False, display="卡签不符"))
    assert (lane.barrier, lane.display, lane.paid) == ("closed", "卡签不符", ())


def test_the_same_conclusion_again_changes_nothing() -> None:
    once = arrived().conclude(paid())
    assert once.conclude(paid()) is once


def test_the_barrier_falls_behind_a_vehicle_and_a_repeated_word_does_not_raise_it() -> None:
    gone = arrived().conclude(paid()).leave()
    assert (gone.barrier, gone.display, gone.captured_plate) == ("closed", "", "")
    assert gone.conclude(paid()) is gone


def test_a_proof_after_an_unknown_end_is_carried_out_while_the_vehicle_stands() -> None:
    unknown = arrived().conclude(LaneOrder(passage_id="p1", open_barrier=False, display="待确认"))
    lane = unknown.conclude(paid())
    assert (lane.barrier, lane.display, len(lane.paid), len(lane.concluded)) == ("open", "10.45", 1, 1)


def test_a_late_proof_marks_the_card_but_opens_nothing_for_the_next_vehicle() -> None:
    unknown = arrived().conclude(LaneOrder(passage_id="p1", open_barrier=False, display="待确认"))
    next_one = unknown.arrive(plate="甘A8K631", lane_event=None, open_trade=None)
    lane = next_one.conclude(paid())
    assert (lane.barrier, lane.display) == ("closed", "")
    assert [mark.passage_id for mark in lane.paid] == ["p1"]


def test_paying_the_card_of_the_open_trade_closes_it() -> None:
    lane = arrived(trade=TRADE)
    assert lane.conclude(paid(card_id=TRADE.card_id)).open_trade is None
    assert lane.conclude(paid(card_id="62012219230200000001")).open_trade == TRADE


def test_old_conclusions_are_forgotten_in_the_end() -> None:
    lane = arrived()
    for number in range(CONCLUSIONS_MAX + 5):
        lane = lane.conclude(paid(f"p{number}"))
    assert len(lane.concluded) == len(lane.paid) == CONCLUSIONS_MAX
    assert lane.concluded[-1].conclusion.passage_id == f"p{CONCLUSIONS_MAX + 4}"


def test_a_lane_comes_back_from_its_notes() -> None:
    lane = arrived(trade=TRADE).occupy("62010A0B12").conclude(paid())
    assert msgspec.json.decode(msgspec.json.encode(lane), type=LaneState) == lane
