"""Ids of passages and records: unique per lane, hour and terminal, and never given twice (spec/exit-record.md)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from laneside.passage.passage_journal import next_id, pass_id, passage_id

LANE = "G00306200100102010011"
AT = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)


def test_a_passage_is_named_by_lane_moment_and_chance() -> None:
    assert passage_id(lane_hex="62010A0B11", at=AT, random_number=1_234_567) == "L62010A0B11T20260304130607089R34567"


def test_a_record_id_has_37_characters_and_counts_on_from_the_highest() -> None:
    first = next_id(lane_id=LANE, at=AT, slot=7, highest=None)
    assert first == f"{LANE}2026030413" + "07" + "0001"
    assert len(first) == 37
    assert next_id(lane_id=LANE, at=AT, slot=7, highest=first)[-4:] == "0002"


def test_another_hour_or_slot_counts_for_itself() -> None:
    first = next_id(lane_id=LANE, at=AT, slot=7, highest=None)
    with pytest.raises(AssertionError, match="another lane, hour or slot"):
        next_id(lane_id=LANE, at=AT + timedelta(hours=1), slot=7, highest=first)
    with pytest.raises(AssertionError, match="another lane, hour or slot"):
        next_id(lane_id=LANE, at=AT, slot=8, highest=first)


def test_the_pass_id_of_a_card_is_its_number_and_the_second() -> None:
    assert pass_id(card_id="62012219230200000001", exit_time="20260304130607") == (
        "01" + "62012219230200000001" + "20260304130607"
    )


def test_open_debits_and_recent_payments_come_from_the_journal(station) -> None:
    station.arrive("car-3des")
    station.pay("car-3des")
    paid = station.passages.paid_since(60)
    assert [debit.intent.plate for debit in paid] == ["甘A12345"]
    assert station.passages.open_debits() == ()
    station.clock.forward(61)
    assert station.passages.paid_since(60) == ()
