"""Notes in former shapes (written out here as the earlier software wrote them) are read as today's."""

from __future__ import annotations

import msgspec

from laneside.card.outcome import Debited, NotDebited, Proof, TagWrite
from laneside.passage import notes as n
from laneside.passage.older_notes import is_note, note_of

DEBITED = {
    "note": "debit-settled", "record_id": "R", "debited": True, "tac": "qqqqqg==", "mac2": None,
    "balance_after_fen": 48955, "counter": 288, "transaction_number": None, "mac2_verified": True,
    "tag_write": "written", "proof": "answer", "algorithm": "3des", "key_version": 1, "detail": "",
}  # fmt: skip
READ = {
    "note": "read", "tag": None, "card": None, "card_trouble": "no card", "tag_trouble": "no tag",
    "psam_present": True, "psam_authorised": True, "psam_terminal_number": "YgEAABAB", "waiting": {}, "findings": [],
    "list_version": "202605060355",
}  # fmt: skip


def old(kind: str, form: dict) -> n.AnyNote:
    return note_of(kind, msgspec.json.encode(form))


def test_a_settled_debit_is_todays_result() -> None:
    note = old("debit-settled", DEBITED)
    assert isinstance(note, Debited)
    assert (note.tac, note.tag_write, note.proof, note.counter) == (b"\xaa" * 4, TagWrite.WRITTEN, Proof.ANSWER, 288)


def test_a_debit_that_never_happened_is_told_apart() -> None:
    note = old("debit-settled", DEBITED | {"debited": False, "detail": "unchanged", "proof": "unchanged"})
    assert note == NotDebited(record_id="R", detail="unchanged", proof=Proof.UNCHANGED)


def test_a_reading_without_a_pair_keeps_its_troubles_and_the_psam() -> None:
    note = old("read", READ)
    assert isinstance(note, n.PairRead)
    assert (note.presented.card_trouble, note.presented.psam.authorised) == ("no card", True)
    assert note.list_version == "202605060355"


def test_kinds_of_both_times_are_notes_and_others_are_not() -> None:
    assert is_note("read")
    assert is_note("pair-read")
    assert not is_note("record")
