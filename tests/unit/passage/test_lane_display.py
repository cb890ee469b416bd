"""What driver and barrier see at the end of a vehicle, as the lane has it."""

from __future__ import annotations

import pytest


def test_a_paid_vehicle_is_shown_and_let_through(station) -> None:
    station.arrive("car-3des")
    station.pay("car-3des")
    lane = station.world.lane
    assert (lane.barrier, lane.display) == ("open", "甘A12345 一型客车 10.45元")
    assert lane.voice == "收费10.45元，一路平安"


@pytest.mark.parametrize(("name", "shown"), [("card-expired", "ETC过期"), ("trip-running", "卡内有未结束行程")])
def test_a_refused_vehicle_sees_the_first_stop_and_a_shut_barrier(station, name: str, shown: str) -> None:
    station.arrive(name)
    station.does("refuse", reason="与卡签不符")
    lane = station.world.lane
    assert (lane.barrier, lane.display) == ("closed", shown)
