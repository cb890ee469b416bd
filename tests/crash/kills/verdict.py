"""What must be true wherever a kill fell: one record for each debit, one debit for each record."""

from __future__ import annotations

from dataclasses import dataclass

from street import Json, Street, copy_of

from kills.blow import Blow

_OPEN = (
    "SELECT subject FROM entry AS i WHERE kind = 'intent' AND NOT EXISTS"
    " (SELECT 1 FROM entry AS s WHERE s.kind = 'debit-settled' AND s.subject = i.subject)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """A vehicle that was under a kill: its state before, and when nothing more is done with it."""

    blow: Blow
    fell: str
    opened: bool
    before: Json
    after: Json

    def __str__(self) -> str:
        return f"{self.blow.key}: fell at {self.fell}{', a debit was cut open' if self.opened else ''}"


def open_debits(lane: Street) -> int:
    """Count the intents without a word on how they ended."""
    return len(lane.journal(_OPEN))


def at_the_lane(lane: Street, worked: Worked) -> None:
    """Hold card, tag and journal to each other."""
    assert open_debits(lane) == 0, "a debit stays open"
    before, card = worked.before["card"], worked.after["card"]
    sealed = [note["record"] for note in lane.notes("record")]
    serials = [each["iccPaySerial"] for each in sealed if each["cardId"] == before["card_id"]]
    counters = [serial for serial in serials if serial >= before["counter"]]
    assert counters == list(range(before["counter"], card["counter"])), "the journal has other debits than the card"
    assert worked.after["tag"]["copy_0019"] == copy_of(card["file_0019"]), "card and tag tell different stories"


def at_the_centre(lane: Street, worked: Worked) -> None:
    """Hold what left the card to its records at the centre, purchase by purchase."""
    before, card = worked.before["card"], worked.after["card"]
    counters = range(before["counter"], card["counter"])
    records = sorted(
        (r for r in lane.records(before["card_id"]) if r.icc_pay_serial in counters), key=lambda r: r.icc_pay_serial
    )
    assert [r.icc_pay_serial for r in records] == list(counters), "not one record for each debit"
    balance_fen = before["balance_fen"]
    for record in records:
        assert record.balance_before_fen == balance_fen
        balance_fen -= record.transaction_fee_fen
        assert record.balance_after_fen == balance_fen
    assert balance_fen == card["balance_fen"], "the records' sum is not what left the card"


def everything_once(lane: Street, count: int) -> None:
    """The centre had nothing to complain of, it has no more than ``count``, and no number was used twice."""
    lane.verify_journal()
    assert lane.journal("SELECT 1 FROM entry WHERE kind = 'centre-refusal'") == []
    records = lane.records()
    assert len(records) == count, "the centre has records of debits that never were"
    for key in ("record_id", "terminal_transaction_number"):
        assert len({getattr(record, key) for record in records}) == len(records), f"{key} was used twice"
    assert all(lane.receipts(record.record_id) in (["created"], ["exists"]) for record in records)
