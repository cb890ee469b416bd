"""Every named vehicle from reading to its end, by the real desk over real chips, against what its story expects."""

from __future__ import annotations

import pytest
from lane_kit import ETC_LANE
from msgspec.structs import replace

from laneside.codec.card import CappRecord
from laneside.passage.answers import Done
from laneside.passage.notes import Ending
from laneside.virtual import vehicles
from laneside.virtual.vehicles import VEHICLES, car, vehicle_named

PAYING = [v.name for v in VEHICLES if v.expected.outcome == "completed" and not v.left_by_lane]
REFUSED = [v.name for v in VEHICLES if v.expected.outcome == "refused"]


@pytest.mark.parametrize("name", PAYING)
def test_a_paying_vehicle_is_debited_once_and_written(station, name):
    vehicle = vehicle_named(name)
    read = station.arrive(name)
    assert [f.code for f in read.findings] == []
    before = station.card
    done = station.pay(name)
    assert done.result.ending is Ending.COMPLETED
    fee_fen = done.quote.fee_fen
    after = station.card
    assert after["balance_fen"] == before["balance_fen"] - fee_fen
    assert after["counter"] == before["counter"] + 1
    written = CappRecord.from_bytes(bytes.fromhex(after["file_0019"]))
    assert (written.lane_hex, written.status, written.plate) == ("62010A0B11", 0x06, vehicle.plate)
    assert (written.toll_class, written.plate_colour) == (vehicle.toll_class, vehicle.colour)
    assert written.accumulated_fen == fee_fen
    assert station.tag["copy_0019"] == after["file_0019"][:78]
    (upload,) = station.records()
    record = upload.record
    assert record.transaction_fee_fen == record.fee_fen == fee_fen
    assert record.balance_before_fen - record.balance_after_fen == fee_fen
    assert record.tac != "00000000"
    assert record.icc_pay_serial == before["counter"]
    assert record.exit_fee_type == 11
    assert station.world.lane.barrier == "open"
    (image,) = station.images()
    assert record.image_record_id == image.image_id
    assert image.photo_sha256 in station.album.photos


@pytest.mark.parametrize("name", REFUSED)
def test_a_stopped_vehicle_keeps_its_money_and_leaves_its_event(station, name):
    view = station.arrive(name)
    before = station.world.state()["card"]
    if not view.findings:
        station.confirm(name)
        view = station.does("quote")
    assert [f.code for f in view.findings if f.severity == "stop"] == list(vehicle_named(name).expected.codes)
    assert "submit" not in view.actions
    done = station.does("refuse", reason="与卡签不符")
    assert done.result.ending is Ending.REFUSED
    assert station.world.state()["card"] == before
    assert station.records() == []
    (event,) = station.events()
    assert event.kind == "refused"
    assert [note.code for note in event.findings] == [f.code for f in view.findings]
    assert station.world.lane.barrier == "closed"


def test_a_trade_that_the_fixed_lane_left_is_finished_without_a_second_debit(station):
    view = station.arrive("lane-left-unfinished")
    assert not [f for f in view.findings if f.severity == "stop"]
    before = station.card
    trade = station.world.lane.open_trade
    done = station.pay("lane-left-unfinished")
    assert done.result.ending is Ending.COMPLETED
    assert {**station.card} == before
    (upload,) = station.records()
    assert upload.record.terminal_number == trade.terminal_number
    assert upload.record.terminal_transaction_number == trade.transaction_number
    assert upload.record.transaction_fee_fen == trade.amount_fen
    assert upload.record.tac != "00000000"
    assert upload.record.balance_after_fen == before["balance_fen"]
    assert upload.record.icc_pay_serial == before["counter"] - 1


def test_a_mixed_lane_writes_05(station):
    station.arrive("car-3des", lane="62010A0B12")
    station.pay("car-3des")
    assert CappRecord.from_bytes(bytes.fromhex(station.card["file_0019"])).status == 0x05


def test_the_same_vehicle_is_refused_again_within_five_minutes_and_passes_later(station):
    station.arrive("car-sm4")
    station.pay("car-sm4")
    station.home()
    station.clock.forward(60)
    again = station.arrive("car-sm4")
    assert [f.code for f in again.findings] == [141]
    station.does("refuse", reason="与卡签不符")
    station.home()
    station.clock.forward(600)
    later = station.arrive("car-sm4")
    assert later.findings == ()
    station.pay("car-sm4")
    assert len({u.record.record_id for u in station.records()}) == 2


@pytest.mark.parametrize(("shared", "basis"), [("card", "卡号"), ("tag", "标签"), ("plate", "车牌")])
def test_the_window_knows_a_vehicle_by_card_tag_or_plate_alone(station, monkeypatch, shared, basis):
    first = vehicle_named("car-3des")
    station.arrive("car-3des")
    station.pay("car-3des")
    station.home()
    station.clock.forward(60)
    twin = replace(car(91, first.plate if shared == "plate" else "甘A9X917"), name="twin")
    monkeypatch.setitem(vehicles._BY_NAME, "twin", twin)
    station.world.place("twin")
    match shared:
        case "card":
            station.world._card = station.world._issuer.card(first)
        case "tag":
            station.world._tag = station.world._issuer.tag(first)
    assert station.desk.open(ETC_LANE) == Done()
    (finding,) = [f for f in station.does("read").findings if f.code == 141]
    assert (finding.severity, f"依据：{basis}" in finding.why.zh) == ("stop", True), finding.why.zh
    assert "submit" not in station.view.actions
    assert len(station.records()) == 1
