"""What a lane is asked and told is in the trace, also where it does not answer; leaving it ends a vehicle's trace."""

from __future__ import annotations

import pytest
from lane_kit import NOON, HandClock

from laneside.errors import LinkLostError
from laneside.passage.lane import Conclusion, Waiting
from laneside.terminal.traced_lane import TracedLane

OPENED = Conclusion(
    passage_id="P1",
    open_barrier=True,
    display="10.45",
    paid_card_id="6201" * 5,
    paid_contract_serial="6201012300004567",
)


class Keeper:
    def __init__(self):
        self.told = []

    def tell(self, exchanged):
        self.told.append((exchanged.name, exchanged.sent, exchanged.received, exchanged.status))

    def detach_latest(self):
        return lambda: self.told.append("written")


class Lane:
    attached = True

    def __init__(self):
        self.lost = False

    def occupy(self, lane_hex):
        self.ask()

    def waiting(self):
        self.ask()
        return Waiting(captured_plate="甘A12345", lane_event=3)

    def conclude(self, conclusion):
        self.ask()

    def release(self):
        self.ask()

    def ask(self):
        if self.lost:
            raise LinkLostError("mute")


@pytest.fixture
def keeper():
    return Keeper()


@pytest.fixture
def lane():
    return Lane()


@pytest.fixture
def traced(lane, keeper):
    return TracedLane(lane, keeper=keeper, clock=HandClock(NOON), later=lambda job: job())


def test_each_exchange_is_one_line(traced, keeper):
    traced.occupy("62010A0B11")
    assert traced.waiting() == Waiting(captured_plate="甘A12345", lane_event=3)
    traced.conclude(OPENED)
    traced.release()
    assert keeper.told == [
        ("occupy", "62010A0B11", "", "ok"),
        ("waiting", "", "甘A12345 · event 3", "ok"),
        ("conclude", "barrier opens · 10.45 · paid: card …6201, tag …4567", "", "ok"),
        ("release", "", "", "ok"),
        "written",
    ]


def test_a_lane_that_does_not_answer_is_in_the_trace_too(traced, lane, keeper):
    lane.lost = True
    for ask in (traced.waiting, traced.release):
        with pytest.raises(LinkLostError):
            ask()
    assert keeper.told == [
        ("waiting", "", "", "link-lost: mute"),
        ("release", "", "", "link-lost: mute"),
        "written",
    ]
