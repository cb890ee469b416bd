"""What the pages know of the station, and which lane's code goes with a PSAM's authorisation."""

from __future__ import annotations

import pytest
from lane_kit import ETC_LANE, MIXED_LANE, NOON, HandClock, parameters

from laneside.passage.answers import Done
from laneside.passage.flows.open_exit import OPEN_EXIT
from laneside.terminal.station import StationSetup, lane_id_of


class Documents:
    held = None

    def parameters(self, now):
        return self.held


class Enabled:
    lanes = frozenset({MIXED_LANE})

    def enabled(self):
        return self.lanes

    def enable(self, lanes_hex):
        self.lanes = lanes_hex
        return Done()


@pytest.fixture
def documents():
    return Documents()


@pytest.fixture
def station(documents):
    return StationSetup(setup=Enabled(), documents=documents, flows=(OPEN_EXIT,), clock=HandClock(NOON))


def test_before_the_first_parameters_there_is_nothing(station):
    assert (station.station_name(), station.home_initial(), station.lanes()) == ("", "", ())


def test_each_registered_lane_is_shown_with_its_use_and_status_code(station, documents):
    documents.held = parameters()
    assert (station.station_name(), station.home_initial()) == ("兰州东", "甘")
    shown = [(lane.lane_hex, lane.use.zh, lane.code, lane.exit, lane.enabled) for lane in station.lanes()]
    assert shown == [
        (ETC_LANE, "ETC出口", "06", True, False),
        (MIXED_LANE, "混合出口", "05", True, True),
        ("62010A0B01", "ETC入口", "", False, False),
    ]
    assert station.enable(frozenset({ETC_LANE})) == Done()
    assert [lane.lane_hex for lane in station.lanes() if lane.enabled] == [ETC_LANE]


def test_the_first_lane_has_its_gb_code():
    held = parameters()
    assert lane_id_of(held, [MIXED_LANE, ETC_LANE]) == held.station.lanes[1].lane_id
    assert lane_id_of(held, []) == lane_id_of(held, ["62010A0BFF"]) == lane_id_of(None, [ETC_LANE]) == ""
