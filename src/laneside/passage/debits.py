"""The debit: intent on disk, one commit, a result or a proof, the sealed record; never a second for an open one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from laneside.clock import beijing_digits, from_beijing_digits
from laneside.codec import CappRecord, WalletLogRecord, purchase_time
from laneside.contract.parameters import Policy
from laneside.contract.records import PassageEvent
from laneside.errors import CodecError
from laneside.passage import notes as n
from laneside.passage.exit_image import exit_capp
from laneside.passage.lane import WaitingTrade
from laneside.passage.logbook import Logbook, outgoing_event, outgoing_record
from laneside.passage.sealing import Marks, event_of, upload_of
from laneside.passage.state import PassageState, fold
from laneside.passage.view import Ending
from laneside.reader import (
    Capability,
    Debited,
    EtcReader,
    Intent,
    NotDebited,
    NotPrepared,
    Outcome,
    Pair,
    PurchaseOrder,
    Unknown,
)


class Debits:
    """Carry one purchase from order to sealed record. Called from the device worker only, one call at a time."""

    def __init__(self, *, reader: EtcReader, logbook: Logbook) -> None:
        self._reader = reader
        self._logbook = logbook

    def purchase(self, state: PassageState, policy: Policy, marks: Marks) -> PassageState:
        """Debit what was quoted; the intent is on disk before the card can act. Raises JournalError."""
        order = self._order(state, policy)
        prepared = self._reader.prepare(order, search_s=policy.search_s)
        if isinstance(prepared, NotPrepared):
            return self._logbook.add(state, n.NotReady(refusal=prepared.refusal, detail=prepared.detail))
        state = self._write_intent(state, prepared.intent, order.at)
        return self.conclude(state, self._reader.commit(prepared), marks)

    def take_over(self, state: PassageState, trade: WaitingTrade, policy: Policy, marks: Marks) -> PassageState:
        """Finish the trade that the fixed antenna left open: fetch its TAC, debit nothing (virtual-and-defaults 6)."""
        evidence = _evidence_of_trade(state, trade, has_log=Capability.WALLET_LOG in self._reader.capabilities)
        if evidence is None:
            return self._logbook.add(state, n.NotReady(refusal="card-refused", detail="the card shows another trade"))
        intent = _intent_of_trade(state, trade, evidence, write_tag=policy.write_ef04_on_open)
        state = self._write_intent(state, intent, from_beijing_digits(trade.sent_at), taken_over=True)
        return self.conclude(state, self._reader.prove(intent, search_s=policy.search_s), marks)

    def prove(self, state: PassageState, policy: Policy, marks: Marks) -> PassageState:
        """Ask card and SAM how an open debit ended; nothing is debited by asking."""
        assert state.intent is not None and state.debit_open, "only an open debit is proved"
        return self.conclude(state, self._reader.prove(state.intent.intent(), search_s=policy.search_s), marks)

    def conclude(self, state: PassageState, outcome: Outcome, marks: Marks) -> PassageState:
        """Write what is known of a debit; a known debit and its sealed record reach the disk together."""
        assert state.intent is not None
        record_id = state.intent.record_id
        match outcome:
            case Unknown():
                return self._unknown(state, outcome, marks)
            case NotDebited():
                return self._not_debited(state, n.DebitNote.of(outcome, record_id=record_id), marks)
            case Debited():
                return self._seal(state, n.DebitNote.of(outcome, record_id=record_id), marks)
            case _:
                assert_never(outcome)

    def _order(self, state: PassageState, policy: Policy) -> PurchaseOrder:
        presented, quoted, picture = state.presented, state.quoted, state.picture
        assert presented is not None and quoted is not None and picture is not None
        assert state.toll_class is not None and state.vehicle_kind is not None
        at = self._logbook.now().replace(microsecond=0)
        capp_after = exit_capp(
            lane_hex=state.opened.lane_hex,
            mixed=state.opened.mixed,
            at=at,
            plate=picture.plate,
            plate_colour=picture.colour,
            toll_class=state.toll_class,
            vehicle_kind=state.vehicle_kind,
            amount_fen=quoted.fee_fen,
        )
        return PurchaseOrder(
            pair=Pair.of(presented),
            amount_fen=quoted.fee_fen,
            at=at,
            capp_after=capp_after,
            write_tag=policy.write_ef04_on_open and presented.tag is not None,
        )

    def _write_intent(
        self, state: PassageState, intent: Intent, at: datetime, *, taken_over: bool = False
    ) -> PassageState:
        assert state.picture is not None
        record_id = self._logbook.next_record_id(lane_id=state.opened.lane_id, at=at)
        note = n.IntentNote.of(intent, record_id=record_id, plate=state.picture.plate, taken_over=taken_over)
        return self._logbook.add(state, note)

    def _unknown(self, state: PassageState, outcome: Unknown, marks: Marks) -> PassageState:
        note = n.DebitUnknown(
            detail=outcome.detail, counter=outcome.counter, transaction_number=outcome.transaction_number
        )
        if state.unknown:
            return self._logbook.add(state, note)
        event = self._event(state, marks, kind="open-debit", reason=outcome.detail)
        return self._logbook.add(state, note, outgoing=(outgoing_event(event),))

    def _not_debited(self, state: PassageState, note: n.DebitNote, marks: Marks) -> PassageState:
        """Write that nothing was debited; a passage that was left as unknown ends as abandoned then."""
        if not state.unknown:
            return self._logbook.add(state, note)
        event = outgoing_event(self._event(state, marks, kind="debit-settled", reason="not-debited"))
        if state.ending is None:
            return self._logbook.add(state, note, outgoing=(event,))
        ended = n.Ended(ending=Ending.ABANDONED, reason="经核实未扣费")
        return self._logbook.add(state, note, ended, outgoing=(event,))

    def _seal(self, state: PassageState, note: n.DebitNote, marks: Marks) -> PassageState:
        upload = upload_of(fold(state, note), marks)
        outgoing = [outgoing_record(upload)]
        if state.unknown:
            outgoing.append(outgoing_event(self._event(state, marks, kind="debit-settled", reason="debited")))
        sealed = n.Sealed(record_id=upload.record.record_id)
        ended = n.Ended(ending=Ending.COMPLETED, reason="")
        return self._logbook.add(state, note, sealed, ended, outgoing=outgoing)

    def _event(self, state: PassageState, marks: Marks, *, kind: str, reason: str) -> PassageEvent:
        at = beijing_digits(self._logbook.now())
        return event_of(state, terminal_id=marks.terminal_id, kind=kind, reason=reason, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evidence:
    """What the card shows of somebody else's purchase. ``counter`` is N, None where only 0019 speaks."""

    terminal_number: bytes
    purchase_time: bytes
    counter: int | None


def _evidence_of_trade(state: PassageState, trade: WaitingTrade, *, has_log: bool) -> _Evidence | None:
    """Find the lane's trade on the card: in 0018, or in 0019 where the reader can't tell 0018; None if it is not there.

    0019 is written together with the debit (spec/recovery.md fact 1), so its second and its amount are a witness.
    """
    assert state.presented is not None and state.presented.card is not None
    card = state.presented.card
    if has_log:
        if card.log is None or not _same_trade(card.log, trade):
            return None
        log = card.log
        return _Evidence(terminal_number=log.terminal_number, purchase_time=log.purchase_time, counter=log.counter - 1)
    at = from_beijing_digits(trade.sent_at)
    if not _is_written_in(card.capp, trade, at):
        return None
    number = bytes.fromhex(trade.terminal_number)
    return _Evidence(terminal_number=number, purchase_time=purchase_time(at), counter=None)


def _intent_of_trade(state: PassageState, trade: WaitingTrade, evidence: _Evidence, *, write_tag: bool) -> Intent:
    """Make the intent of somebody else's purchase from the lane's word and what the card shows of it."""
    presented = state.presented
    assert presented is not None and presented.card is not None
    card = presented.card
    return Intent(
        card_id=card.card_id,
        contract_serial=None if presented.tag is None else presented.tag.system.contract_serial,
        mac_id=None if presented.tag is None else presented.tag.mac_id,
        counter=evidence.counter,
        balance_before_fen=card.balance_fen + trade.amount_fen,
        amount_fen=trade.amount_fen,
        capp_before=b"",
        capp_after=card.capp,
        write_tag=write_tag and presented.tag is not None,
        terminal_number=evidence.terminal_number,
        transaction_number=bytes.fromhex(trade.transaction_number) or None,
        purchase_time=evidence.purchase_time,
        mac1=None,
        algorithm=None,
        key_index=None,
        key_version=None,
    )


def _same_trade(log: WalletLogRecord, trade: WaitingTrade) -> bool:
    same_terminal = log.terminal_number.hex().upper() == trade.terminal_number.upper()
    return same_terminal and log.amount_fen == trade.amount_fen and log.counter > 0


def _is_written_in(capp: bytes, trade: WaitingTrade, at: datetime) -> bool:
    try:
        written = CappRecord.from_bytes(capp)
    except CodecError:
        return False
    return (written.unix_time_s, written.accumulated_fen) == (int(at.timestamp()), trade.amount_fen)
