"""The fold over notes: what is in force, what a step may rely on, and the numbers of an open debit."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from laneside.card.outcome import Intent
from laneside.passage import notes as n
from laneside.passage.state import AnyStage, Paid, PassageState, WithPair, after, replay

AT = datetime(2026, 5, 6, 4, 0, tzinfo=UTC)
OPENED = n.Opened(
    lane_id="L",
    lane_hex="62010A0B11",
    lane_name="1",
    mixed=False,
    captured_plate="",
    operator_id="1",
    operator_name="甲",
    shift=1,
    work_date=AT.date(),
)


def opened_with(counter: int | None, number: bytes | None) -> PassageState:
    intent = Intent(
        record_id="R",
        plate="甘A12345",
        card_id="62012219230200000001",
        contract_serial=None,
        mac_id=None,
        counter=counter,
        balance_before_fen=50000,
        amount_fen=1045,
        capp_before=bytes(43),
        capp_after=bytes(43),
        write_tag=False,
        terminal_number=bytes(6),
        transaction_number=number,
        purchase_time=bytes(7),
        mac1=None,
        algorithm=None,
        key_index=None,
        key_version=None,
    )
    return replay("P", [(AT, OPENED), (AT, intent)])


def proof_of(state: PassageState) -> tuple[int | None, bytes | None]:
    assert state.intent is not None
    return state.intent.counter, state.intent.transaction_number


def test_what_the_reader_told_is_added_and_stays() -> None:
    told = n.Unknown(detail="B5 error 01", counter=0x0122, transaction_number=b"\x00\x00\x00\x07")
    state = after(opened_with(None, None), told)
    assert proof_of(state) == (0x0122, b"\x00\x00\x00\x07")
    again = after(state, n.Unknown(detail="nothing presented"))
    assert (proof_of(again), again.newest(n.Unknown)) == (proof_of(state), n.Unknown(detail="nothing presented"))


def test_what_the_intent_knew_is_not_replaced() -> None:
    told = n.Unknown(detail="x", counter=9, transaction_number=b"\x00\x00\x00\x09")
    assert proof_of(after(opened_with(5, b"\x00\x00\x00\x05"), told)) == (5, b"\x00\x00\x00\x05")


def test_a_note_of_an_older_journal_tells_neither() -> None:
    note = msgspec.json.decode(b'{"note":"debit-unknown","detail":"restart"}', type=n.Unknown)
    assert (note.counter, note.transaction_number) == (None, None)
    assert proof_of(after(opened_with(None, None), note)) == (None, None)


def test_a_later_note_takes_back_what_it_voids() -> None:
    selected = n.Selected(toll_class=1, vehicle_kind=0)
    state = replay("P", [(AT, OPENED), (AT, n.PhotoTaken(sha256="a", live=True)), (AT, selected)])
    assert state.newest(n.Selected) == selected
    again = after(state, n.PhotoTaken(sha256="b", live=False))
    assert (again.photo.sha256, again.newest(n.Selected)) == ("b", selected)


def test_a_stage_is_what_a_step_may_rely_on() -> None:
    state = opened_with(1, None)
    assert (AnyStage.of(state), WithPair.of(state), Paid.of(state)) == (AnyStage(state=state), None, None)


def test_only_notes_that_change_what_may_be_done_count_as_a_revision() -> None:
    state = opened_with(None, None)
    assert after(state, n.PlateRead(photo_sha256="a", plates=())).revision == state.revision
    assert after(state, n.PhotoTaken(sha256="a", live=True)).revision == state.revision + 1
