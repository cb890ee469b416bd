"""The sums of a shift: what was done under this operator, shift and date, and every debit that is still open."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from laneside.contract.records import CardSum, PassageEvent, ShiftTotals
from laneside.passage.answers import Done
from laneside.passage.duty.duty import Duty
from laneside.passage.duty.shift_totals import ShiftSums

PASSWORD = "over-the-hills"
TODAY = date(2026, 5, 6)


@pytest.fixture
def shift(station):
    """Give the station's duty the sums, as the composition root does."""
    return wired(station)


def wired(station):
    book = ShiftSums(passages=station.passages, documents=station.decisions)
    duty = Duty(
        journal=station.journal, documents=station.decisions, identity=station.desk._e.identity, clock=station.clock,
        totals=book.totals,
    )  # fmt: skip
    msgspec.structs.force_setattr(station.desk._e, "duty", duty)
    station.duty = duty
    assert duty.login("620101", PASSWORD, 1, TODAY) == Done()
    return station


def worked(station, *names: str) -> ShiftTotals:
    for name in names:
        station.arrive(name)
        station.pay(name)
        station.home()
    return station.duty.shift_totals()


def closings(station) -> list[PassageEvent]:
    events = [msgspec.json.decode(entry.payload, type=PassageEvent) for entry in station.journal.of_kind("event")]
    return [event for event in events if event.kind == "shift-close"]


def lose_the_debit(station, name: str) -> None:
    """Debit a card whose answer is lost and that is gone then."""
    station.arrive(name)
    station.confirm(name)
    station.does("quote")
    station.link.cut = lambda channel, command, acted: (
        station.world.card_inserted
        and channel == "card"
        and acted
        and command[:2] == b"\x80\x54"
        and station.world.withdraw_card() is None
    )
    station.does("submit")
    station.link.cut = lambda *_: False
    assert station.passages.open_debits()


def test_a_new_shift_is_all_zeros(shift):
    totals = shift.duty.shift_totals()
    assert (totals.vehicles, totals.fee_fen, totals.special, totals.open_debits) == (0, 0, (), ())
    assert (totals.shift, totals.work_date, totals.on_time, totals.off_time) == (
        1, "20260506", "20260506120000", "20260506120000",
    )  # fmt: skip
    assert (totals.rate_version, totals.status_list_version) == ("6220260101001", "202605060355")


def test_paid_vehicles_are_summed_by_kind_of_card(shift):
    totals = worked(shift, "car-sm4", "car-3des", "charge-card", "green-truck")
    assert (totals.vehicles, totals.completed) == (4, 4)
    records = {upload.record.card_id: upload.record for upload in shift.records()}
    stored = [record.fee_fen for record in records.values() if record.etc_card_type == 1]
    charged = [record.fee_fen for record in records.values() if record.etc_card_type == 2]
    assert totals.stored_value == CardSum(count=len(stored), fee_fen=sum(stored))
    assert totals.charge == CardSum(count=len(charged), fee_fen=sum(charged))
    assert totals.fee_fen == sum(stored) + sum(charged) > 0
    assert totals.lanes == ("62010A0B11",)


def test_vehicles_without_a_record_are_counted_by_their_ending_and_code(shift):
    for name, way in (("plates-differ", "refuse"), ("card-listed", "transfer"), ("plates-differ", "abandon")):
        shift.arrive(name)
        shift.does(way, reason="不符")
        shift.home()
    totals = shift.duty.shift_totals()
    assert (totals.refused, totals.transferred, totals.abandoned, totals.completed, totals.vehicles) == (1, 1, 1, 0, 3)
    assert [(one.code, one.count) for one in totals.special] == [("41", 2), ("24", 1)]
    assert totals.special[0].text == "ETC卡与OBU车牌（含颜色）不符"


def test_an_open_debit_stays_in_the_sums_until_it_is_proved(shift):
    lose_the_debit(shift, "car-sm4")
    record_id = shift.passages.open_debits()[0].intent.record_id
    shift.home()
    totals = shift.duty.shift_totals()
    assert (totals.unknown, totals.completed) == (1, 0)
    (debit,) = totals.open_debits
    assert (debit.record_id, debit.plate, debit.card_last4) == (record_id, "甘A8K631", "0002")
    assert debit.amount_fen > 0
    shift.world.insert_card()
    assert shift.desk.open("62010A0B11") == Done()
    shift.does("read")
    totals = shift.duty.shift_totals()
    assert totals.open_debits == ()
    assert (totals.unknown, totals.completed, totals.stored_value.count) == (0, 1, 1)


def test_the_closing_event_carries_the_sums_and_a_restart_loses_none(shift):
    worked(shift, "car-sm4")
    shift.stop()
    shift.start()
    wired(shift)
    shift.clock.forward(3600)
    worked(shift, "car-3des")
    expected = shift.duty.shift_totals()
    assert expected.completed == 2
    assert expected.on_time == "20260506120000", "the first login, not the one after the restart"
    assert shift.duty.logout() == Done()
    (closing,) = closings(shift)[-1:]
    assert closing.operator_id == "620101"
    assert closing.shift_totals == expected
    assert shift.duty.shift_totals() is None


def test_another_operator_shift_or_date_is_another_shift(shift):
    worked(shift, "car-sm4")
    for number, which, day in (("620100", 1, TODAY), ("620101", 2, TODAY), ("620101", 1, date(2026, 5, 7))):
        assert shift.duty.login(number, PASSWORD, which, day) == Done()
        totals = shift.duty.shift_totals()
        assert (totals.vehicles, totals.fee_fen) == (0, 0)
    assert shift.duty.login("620101", PASSWORD, 1, TODAY) == Done()
    assert shift.duty.shift_totals().completed == 1


def test_taking_over_closes_the_shift_before_with_its_sums(shift):
    worked(shift, "car-sm4")
    assert shift.duty.login("620100", PASSWORD, 1, TODAY) == Done()
    (closing,) = closings(shift)[-1:]
    assert (closing.operator_id, closing.shift_totals.completed) == ("620101", 1)


def test_an_event_without_sums_is_written_as_before():
    bare = PassageEvent(
        event_id="E", kind="refused", terminal_id="T", passage_id="P", at="20260506120000", lane_hex="", operator_id="",
        card_id="", obu_id="", vehicle_id="", findings=(), reason="", photo_sha256=None,
    )  # fmt: skip
    assert b"shiftTotals" not in msgspec.json.encode(bare)
    assert msgspec.json.decode(msgspec.json.encode(bare), type=PassageEvent) == bare
