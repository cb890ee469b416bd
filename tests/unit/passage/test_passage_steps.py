"""What each step does with one vehicle, and what it takes back."""

from __future__ import annotations

import msgspec
import pytest
from lane_kit import PASSWORD

from laneside.contract.parameters import Policy
from laneside.errors import LinkLostError
from laneside.passage.answers import Rejected
from laneside.passage.notes import Ending

JPEG = b"\xff\xd8 a vehicle"


def test_changing_class_voids_the_fee(station):
    station.arrive("car-sm4")
    station.confirm("car-sm4")
    station.does("quote")
    view = station.does("select", toll_class=None, vehicle_kind=8)
    assert view.quote is None
    assert "submit" not in view.actions


def test_a_listed_card_is_released_once_by_a_leader(station):
    view = station.arrive("card-listed")
    view = station.does("release", code="24", leader="620100", password="over-the-hills", reason="008 名单")
    assert view.step == "picture"
    station.pay("card-listed")
    assert station.view.result.ending is Ending.COMPLETED


def test_a_transferred_vehicle_leaves_its_event_with_the_picture(station):
    station.arrive("car-sm4")
    station.desk.take_photo(JPEG, live=True)
    assert isinstance(station.tries("transfer", reason=" "), Rejected)
    view = station.does("transfer", reason="司机无卡支付")
    assert view.result.ending is Ending.TRANSFERRED
    (event,) = station.events("transferred")
    assert (event.reason, event.photo_sha256) == ("司机无卡支付", view.picture.photo_sha256)


def test_same_as_pair_is_one_touch_only_where_the_province_allows_it(station):
    station.arrive("car-sm4")
    assert "same-as-pair" not in station.view.actions
    assert isinstance(station.tries("same-as-pair"), Rejected)
    assert station.view.picture.plate == ""
    allowed = msgspec.structs.replace(station.decisions.held, policy=Policy(confirm_same_as_pair=True))
    station.decisions.held = allowed
    view = station.does("same-as-pair")
    assert (view.picture.plate, view.picture.colour) == ("甘A8K631", 0)


def mute(*_args):
    raise LinkLostError("no answer")


def test_a_mute_lane_knows_nothing_and_the_pair_is_read_all_the_same(station, monkeypatch):
    monkeypatch.setattr(station.lane, "waiting", mute)
    view = station.arrive("car-sm4")
    assert (view.step, view.vehicle.plate, view.captured_plate) == ("picture", "甘A8K631", "")


@pytest.mark.parametrize(
    ("given", "field", "text"),
    [
        ({"toll_class": 7, "vehicle_kind": None}, "toll_class", "没有这个车型"),
        ({"toll_class": None, "vehicle_kind": 99}, "vehicle_kind", "没有这个车种"),
    ],
)
def test_a_class_or_kind_that_does_not_exist_is_refused_beside_its_field(station, given, field, text):
    station.arrive("coach-3")
    station.confirm("coach-3")
    before = station.passages.unfinished().selected
    answer = station.tries("select", **given)
    assert (answer.field, answer.text.zh) == (field, text)
    assert station.passages.unfinished().selected == before


def test_only_what_stops_and_may_be_released_is_released(station):
    station.arrive("card-listed")
    by = {"leader": "620100", "password": PASSWORD, "reason": "核实"}
    answer = station.tries("release", code="41", **by)
    assert (answer.field, answer.text.zh) == ("code", "该情况不能放行")
    assert station.journal.of_kind("released") == ()


def test_without_a_fee_table_the_vehicle_is_stopped_with_event_63(station):
    station.arrive("car-sm4")
    station.confirm("car-sm4")
    station.decisions.table = None
    view = station.does("quote")
    assert (view.quote, [(f.code, f.severity) for f in view.findings]) == (None, [(63, "stop")])
    assert "submit" not in view.actions


def cut_before_the_lane_was_told(station, monkeypatch):
    """Let the terminal lose its power when it would tell the lane that the vehicle has paid."""
    station.arrive("car-sm4")
    station.confirm("car-sm4")
    station.does("quote")

    def power_gone(_conclusion):
        raise KeyboardInterrupt

    monkeypatch.setattr(station.lane, "conclude", power_gone)
    with pytest.raises(KeyboardInterrupt):
        station.does("submit")
    monkeypatch.undo()


def test_after_a_restart_the_lane_is_told_late_and_its_barrier_opens(station, monkeypatch):
    cut_before_the_lane_was_told(station, monkeypatch)
    assert station.world.lane.barrier == "closed"
    station.restart()
    assert station.world.lane.barrier == "open"
    assert "人工放行" not in station.view.result.remedy.zh


def test_after_a_restart_the_barrier_of_another_vehicle_stays_shut(station, monkeypatch):
    cut_before_the_lane_was_told(station, monkeypatch)
    station.world.place("car-3des")
    station.restart()
    assert station.world.lane.barrier == "closed"
    assert "人工放行" in station.view.result.remedy.zh


def test_after_a_restart_a_mute_lane_is_opened_by_hand(station, monkeypatch):
    cut_before_the_lane_was_told(station, monkeypatch)
    monkeypatch.setattr(station.lane, "waiting", mute)
    station.restart()
    assert "人工放行" in station.view.result.remedy.zh
