"""What came of a journey, read from card, tag, lane and centre; the pages are not asked."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Final

from journeys.hand import Hand
from street import Json, copy_of

from laneside.cli.demo_data import opened_centre
from laneside.contract.records import PassageEvent, RecordUpload

FEE_FEN: Final = 1_045


def paid_once(hand: Hand, before: Json, *, fee_fen: int = FEE_FEN) -> RecordUpload:
    """Assert one debit and one record of it, everywhere; what the centre keeps comes back."""
    lane = hand.street
    state = lane.panel.state()
    card = state["card"]
    assert card["balance_fen"] == before["card"]["balance_fen"] - fee_fen
    assert card["counter"] == before["card"]["counter"] + 1
    assert state["tag"]["copy_0019"] == copy_of(card["file_0019"])
    assert state["lane"]["barrier"] == "open"
    assert lane.delivered()
    (kept,) = records_of(hand, before)
    record = kept.record
    assert (record.icc_pay_serial, record.transaction_fee_fen) == (card["counter"] - 1, fee_fen)
    assert (record.balance_before_fen, record.balance_after_fen) == (
        before["card"]["balance_fen"],
        card["balance_fen"],
    )
    assert kept.capp_after == card["file_0019"]
    assert lane.receipts(record.record_id) == ["created"]
    return kept


def nothing_paid(hand: Hand, before: Json) -> None:
    """Assert that card, tag and centre are as they were when the vehicle came."""
    state = hand.street.panel.state()
    assert (state["card"], state["tag"]) == (before["card"], before["tag"])
    assert records_of(hand, before) == []


def records_of(hand: Hand, before: Json) -> list[RecordUpload]:
    """Return the centre's records of the card, its photos among them, since the vehicle came with new chips."""
    came_after = hand.records_before
    with opened_centre(hand.street.fleet.data / "centre") as centre:
        kept = [one.upload for one in centre.kept.records(limit=1000)]
    card_id = before["card"]["card_id"]
    return [one for one in kept if one.record.card_id == card_id and one.record.record_id not in came_after]


def events_of(hand: Hand, passage_id: str) -> list[PassageEvent]:
    """Return the centre's events of one passage."""
    with opened_centre(hand.street.fleet.data / "centre") as centre:
        return [one.event for one in centre.kept.events(limit=1000) if one.event.passage_id == passage_id]


def images_of(hand: Hand, passage_id: str) -> list[Json]:
    """Return the image records that the centre keeps of one passage."""
    file = hand.street.fleet.data / "centre" / "centre.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT body FROM images WHERE passage_id = ? ORDER BY seq", (passage_id,)).fetchall()
    return [json.loads(body) for (body,) in rows]
