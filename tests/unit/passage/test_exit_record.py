"""The sealed record of a paid passage and the event of one that ended otherwise, as they go to the centre."""

from __future__ import annotations

from laneside.passage.record.exit_record import UNKNOWN_TAC


def test_a_paid_passage_is_one_record_with_what_the_card_answered(station) -> None:
    station.arrive("car-3des")
    before = station.card["balance_fen"]
    station.pay("car-3des")
    (upload,) = station.records()
    record = upload.record
    assert (record.fee_fen, record.card_id, record.vehicle_id) == (1045, "62012219230200000001", "甘A12345_0")
    assert station.card["balance_fen"] == before - 1045
    assert record.tac not in {"", UNKNOWN_TAC}
    assert len(record.record_id) == 37
    assert record.exit_time == "20260506120030"


def test_a_refused_vehicle_leaves_an_event_and_no_record(station) -> None:
    station.arrive("card-expired")
    station.does("refuse", reason="与卡签不符")
    assert station.records() == []
    (event,) = station.events("refused")
    assert 21 in [finding.code for finding in event.findings]
