"""What must be true wherever a kill fell: one record for each debit, one debit for each record."""

from __future__ import annotations

from dataclasses import dataclass

from street import Json, Street, copy_of

from kills.planned_kill import PlannedKill

_OPEN = (
    "SELECT subject FROM entry AS i WHERE kind = 'intent' AND NOT EXISTS"
    " (SELECT 1 FROM entry AS s WHERE s.kind IN ('debit-settled', 'debited', 'not-debited') AND s.subject = i.subject)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """A vehicle that was under a kill: its state before, and when nothing more is done with it.

    ``records`` are the ids of those that the journal has sealed meanwhile.
    """

    planned: PlannedKill
    records: frozenset[str]
    fell: str
    opened: bool
    before: Json
    after: Json

    def __str__(self) -> str:
        return f"{self.planned.key}: fell at {self.fell}{', a debit was cut open' if self.opened else ''}"


def open_debits(lane: Street) -> int:
    """Count the intents without a word on how they ended."""
    return len(lane.journal(_OPEN))


def sealed_ids(lane: Street) -> frozenset[str]:
    """Return the ids of all records in the journal."""
    return frozenset(note["record"]["id"] for note in lane.notes("record"))


def at_the_lane(lane: Street, worked: Worked) -> None:
    """Hold card, tag and journal to each other."""
    assert open_debits(lane) == 0, "a debit stays open"
    card = worked.after["card"]
    sealed = [note for note in lane.notes("record") if note["record"]["id"] in worked.records]
    assert all(note["record"]["cardId"] == card["card_id"] for note in sealed), "a record of another card"
    _serials([note["record"].get("iccPaySerial") for note in sealed], worked)
    if worked.after["tag"]["copy_0019"] != copy_of(card["file_0019"]):
        assert sealed, "the tag was written without a debit, or the card without a record"
        assert sealed[-1]["tagWrite"] in ("failed", "unknown"), "nobody knows that the tag was not written"


def at_the_centre(lane: Street, worked: Worked) -> None:
    """Hold what left the card to its records at the centre, purchase by purchase."""
    before, card = worked.before["card"], worked.after["card"]
    records = [record for record in lane.records(card["card_id"]) if record.record_id in worked.records]
    records.sort(key=lambda record: record.record_id)
    _serials([record.icc_pay_serial for record in records], worked)
    balance_fen = before["balance_fen"]
    for record in records:
        assert record.balance_before_fen == balance_fen
        balance_fen -= record.transaction_fee_fen
        assert record.balance_after_fen == balance_fen
    assert balance_fen == card["balance_fen"], "the records' sum is not what left the card"


def _serials(serials: list[int | None], worked: Worked) -> None:
    """Hold records to the card's counter; where a frame reader could not tell it any more, one record is one debit."""
    counters = list(range(worked.before["card"]["counter"], worked.after["card"]["counter"]))
    assert len(serials) == len(counters), f"{len(counters)} debits and {len(serials)} records"
    assert all(serial in (None, counter) for serial, counter in zip(serials, counters, strict=True))
    assert worked.planned.reader != "roadside" or None not in serials, "a card that was asked tells its counter"


def everything_once(lane: Street, count: int) -> None:
    """The centre had nothing to complain of, it has no more than ``count``, and no number was used twice."""
    lane.verify_journal()
    assert lane.journal("SELECT 1 FROM entry WHERE kind = 'centre-refusal'") == []
    records = lane.records()
    assert len(records) == count, "the centre has records of debits that never were"
    for key in ("record_id", "terminal_transaction_number"):
        numbers = [getattr(record, key) for record in records if getattr(record, key)]
        assert len(set(numbers)) == len(numbers), f"{key} was used twice"
    assert all(lane.receipts(record.record_id) in (["created"], ["exists"]) for record in records)
