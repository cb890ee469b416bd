"""The debit: intent on disk, one commit, a result or a proof, the sealed record; never a second for an open one."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from laneside.card.outcome import Debited, NotDebited, Outcome, Unknown
from laneside.clock import beijing_digits, from_beijing_digits
from laneside.contract.parameters import Policy
from laneside.contract.records import PassageEvent
from laneside.passage import notes as n
from laneside.passage.debit.lane_trade import intent_of_trade
from laneside.passage.flows.flow import Flow
from laneside.passage.lane import WaitingTrade
from laneside.passage.notes import Ending
from laneside.passage.passage_journal import PassageJournal, outgoing_event, outgoing_record
from laneside.passage.record.exit_record import RecordContext, event_of
from laneside.passage.state import Debiting, Paid, PassageState, Priced, after
from laneside.reader.port import Capability, EtcReader, NotPrepared, Pair, PrepareRefusal, PurchaseOrder


class Debits:
    """Carry one purchase from order to sealed record. Called from the device worker only, one call at a time."""

    def __init__(self, *, reader: EtcReader, passages: PassageJournal) -> None:
        self._reader = reader
        self._passages = passages

    def purchase(self, flow: Flow, stage: Priced, policy: Policy, context: RecordContext) -> PassageState:
        """Debit what was quoted; the intent is on disk before the card can act. Raises JournalError."""
        order = self._order(flow, stage, policy)
        prepared = self._reader.prepare(order, search_s=policy.search_s)
        if isinstance(prepared, NotPrepared):
            return self._passages.add(stage.state, n.NotReady(refusal=prepared.refusal, detail=prepared.detail))
        state = self._passages.add(stage.state, prepared.intent)
        # A cut from here on leaves the intent without an end: the restart takes that as unknown, never as not debited.
        return self._conclude(flow, state, self._reader.commit(prepared), context)

    def take_over(
        self, flow: Flow, stage: Priced, trade: WaitingTrade, policy: Policy, context: RecordContext
    ) -> PassageState:
        """Finish the trade that the fixed antenna left open: fetch its TAC, debit nothing (virtual-and-defaults 6)."""
        record_id = self._next_id(stage.state, from_beijing_digits(trade.sent_at))
        has_log = Capability.WALLET_LOG in self._reader.capabilities
        intent = intent_of_trade(
            stage, trade, record_id=record_id, has_log=has_log, write_tag=policy.write_ef04_on_open
        )
        if intent is None:
            refused = n.NotReady(refusal=PrepareRefusal.CARD_REFUSED, detail="the card shows another trade")
            return self._passages.add(stage.state, refused)
        state = self._passages.add(stage.state, intent)
        return self._conclude(flow, state, self._reader.prove(intent, search_s=policy.search_s), context)

    def prove(self, flow: Flow, stage: Debiting, policy: Policy, context: RecordContext) -> PassageState:
        """Ask card and SAM how an open debit ended; nothing is debited by asking."""
        assert stage.state.debit_open, "only an open debit is proved"
        outcome = self._reader.prove(stage.intent, search_s=policy.search_s)
        return self._conclude(flow, stage.state, outcome, context)

    def _order(self, flow: Flow, stage: Priced, policy: Policy) -> PurchaseOrder:
        assert flow.card_file is not None, "this flow debits a card"
        at = self._passages.now().replace(microsecond=0)
        return PurchaseOrder(
            record_id=self._next_id(stage.state, at),
            plate=stage.picture.plate,
            pair=Pair.of(stage.presented),
            amount_fen=stage.quote.fee_fen,
            at=at,
            capp_after=flow.card_file(stage, at),
            write_tag=policy.write_ef04_on_open and stage.presented.tag is not None,
        )

    def _next_id(self, state: PassageState, at: datetime) -> str:
        return self._passages.next_record_id(lane_id=state.opened.lane_id, at=at)

    def _conclude(self, flow: Flow, state: PassageState, outcome: Outcome, context: RecordContext) -> PassageState:
        """Write what is known of a debit; a known debit and its sealed record reach the disk together."""
        match outcome:
            case Unknown():
                return self._unknown(state, outcome, context)
            case NotDebited():
                return self._not_debited(state, outcome, context)
            case Debited():
                return self._seal(flow, state, outcome, context)
            case _:
                assert_never(outcome)

    def _unknown(self, state: PassageState, outcome: Unknown, context: RecordContext) -> PassageState:
        if _was_open_before(state):
            return self._passages.add(state, outcome)
        event = self._event(state, context, kind="open-debit", reason=outcome.detail)
        return self._passages.add(state, outcome, outgoing=(outgoing_event(event),))

    def _not_debited(self, state: PassageState, outcome: NotDebited, context: RecordContext) -> PassageState:
        """Write that nothing was debited; a passage that was left as unknown ends as abandoned then."""
        if not _was_open_before(state):
            return self._passages.add(state, outcome)
        event = outgoing_event(self._event(state, context, kind="debit-settled", reason="not-debited"))
        if state.ending is None:
            return self._passages.add(state, outcome, outgoing=(event,))
        ended = n.Ended(ending=Ending.ABANDONED, reason="经核实未扣费")
        return self._passages.add(state, outcome, ended, outgoing=(event,))

    def _seal(self, flow: Flow, state: PassageState, outcome: Debited, context: RecordContext) -> PassageState:
        paid = Paid.of(after(state, outcome))
        assert paid is not None and flow.record is not None, "a debit follows pair, picture, class and fee"
        upload = flow.record(paid, context)
        outgoing = [outgoing_record(upload)]
        if _was_open_before(state):
            outgoing.append(outgoing_event(self._event(state, context, kind="debit-settled", reason="debited")))
        sealed = n.Sealed(record_id=upload.record.record_id)
        ended = n.Ended(ending=Ending.COMPLETED, reason="")
        return self._passages.add(state, outcome, sealed, ended, outgoing=outgoing)

    def _event(self, state: PassageState, context: RecordContext, *, kind: str, reason: str) -> PassageEvent:
        at = beijing_digits(self._passages.now())
        return event_of(state, terminal_id=context.terminal_id, kind=kind, reason=reason, at=at)


def _was_open_before(state: PassageState) -> bool:
    """Return whether the centre was told already that this debit is open."""
    return state.newest(Unknown) is not None
