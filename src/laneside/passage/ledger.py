"""Today's vehicles and one vehicle's whole story, read back from the journal."""

from __future__ import annotations

from datetime import datetime, time

import msgspec

from laneside.clock import BEIJING
from laneside.contract.exchange import Receipt, Refusal
from laneside.journal import CENTRE_REFUSAL, RECEIPT, Delivery, Entry, Journal, Outgoing
from laneside.passage.duty import Duty
from laneside.passage.logbook import Logbook
from laneside.passage.showing import finding_view, lane_use_words, quote_view, words
from laneside.passage.showing_plates import reading_view
from laneside.passage.state import PassageState
from laneside.passage.view import CardChange, Ending, LedgerDetail, LedgerRow, RecordState
from laneside.vocab import TollClass, VehicleKind

_STATES = {
    Delivery.WAITING: RecordState.WAITING,
    Delivery.RECEIVED: RecordState.DELIVERED,
    Delivery.REFUSED: RecordState.REJECTED,
    None: RecordState.WAITING,
}


class Ledger:
    """Read vehicles back for the list and the detail page."""

    def __init__(self, *, logbook: Logbook, duty: Duty) -> None:
        self._logbook = logbook
        self._journal: Journal = logbook.journal
        self._duty = duty

    def today(self) -> tuple[LedgerRow, ...]:
        """Return the vehicles begun since midnight in Beijing, newest first; those never read are left out."""
        midnight = datetime.combine(self._logbook.now().astimezone(BEIJING), time(), BEIJING)
        rows = []
        for entry in reversed(self._journal.of_kind("opened", since=midnight)):
            state = self._logbook.load(entry.passage)
            if state is not None and state.read is not None:
                rows.append(self._row(state))
        return tuple(rows)

    def detail(self, passage_id: str) -> LedgerDetail | None:
        """Return everything kept of one vehicle, or None for an unknown passage."""
        state = self._logbook.load(passage_id)
        if state is None:
            return None
        answers = self._answers(state)
        return LedgerDetail(
            row=self._row(state),
            lane_name=state.opened.lane_name,
            lane_use=lane_use_words(mixed=state.opened.mixed),
            operator=f"{state.opened.operator_id} {state.opened.operator_name}",
            shift_name=self._shift_name(state.opened.shift),
            toll_class=None if state.toll_class is None else words(TollClass, state.toll_class),
            vehicle_kind=None if state.vehicle_kind is None else words(VehicleKind, state.vehicle_kind),
            photo_sha256=None if state.photo is None else state.photo.sha256,
            photo_live=state.photo is None or state.photo.live,
            findings=tuple(finding_view(state, record) for record in state.findings),
            quote=None if state.quoted is None else quote_view(state.quoted),
            card=_card_change(state),
            contract_serial=_contract_serial(state),
            tag_write=state.tag_write,
            record_id=state.record_id,
            reason=state.reason,
            note=_refusal_text(answers),
            delivered_at=_delivered_at(answers),
            reading=reading_view(state.plate_read, pending=False, plate=_plate(state), colour=_colour(state)),
        )

    def _row(self, state: PassageState) -> LedgerRow:
        return LedgerRow(
            passage_id=state.passage_id,
            at=state.opened_at,
            plate=_plate(state),
            colour=_colour(state),
            ending=Ending.UNKNOWN if state.debit_open else state.ending,
            state=self._delivery(state),
            fee_fen=state.quoted.fee_fen if state.debited and state.quoted is not None else None,
        )

    def _delivery(self, state: PassageState) -> RecordState:
        if state.debit_open:
            return RecordState.UNKNOWN
        if state.record_id:
            return _STATES[self._journal.delivery(Outgoing.RECORD, state.record_id)]
        events = [entry for entry in self._journal.entries(state.passage_id) if entry.kind == Outgoing.EVENT]
        return _STATES[self._journal.delivery(Outgoing.EVENT, events[-1].subject) if events else None]

    def _answers(self, state: PassageState) -> tuple[Entry, ...]:
        """Return the centre's words on the record, or on the event of a vehicle without one."""
        kind = Outgoing.RECORD if state.record_id else Outgoing.EVENT
        return tuple(entry for entry in self._journal.entries(state.passage_id) if entry.settles == kind)

    def _shift_name(self, number: int) -> str:
        return next((plan.name for plan in self._duty.shift_plans() if plan.number == number), str(number))


def _plate(state: PassageState) -> str:
    if state.picture is not None:
        return state.picture.plate
    presented = state.presented
    if presented is not None and presented.tag is not None and presented.tag.vehicle is not None:
        return presented.tag.vehicle.plate
    return "" if presented is None or presented.card is None else presented.card.issue.plate


def _colour(state: PassageState) -> int | None:
    if state.picture is not None:
        return state.picture.colour
    presented = state.presented
    if presented is not None and presented.tag is not None and presented.tag.vehicle is not None:
        return presented.tag.vehicle.plate_colour
    return None if presented is None or presented.card is None else presented.card.issue.plate_colour


def _contract_serial(state: PassageState) -> str:
    presented = state.presented
    return "" if presented is None or presented.tag is None else presented.tag.system.contract_serial


def _card_change(state: PassageState) -> CardChange | None:
    """Show the card before and after; a charge card's balance is no amount of money and is not shown."""
    presented = state.presented
    if presented is None or presented.card is None:
        return None
    card, debit = presented.card, state.debit if state.debited else None
    shown = card.issue.is_stored_value
    before = state.intent.balance_before_fen if state.intent is not None else card.balance_fen
    intent = state.intent if debit is not None else None
    return CardChange(
        card_number=card.card_id,
        balance_before_fen=before if shown else None,
        balance_after_fen=debit.balance_after_fen if debit is not None and shown else None,
        counter_before=card.counter if debit is None else debit.counter,
        counter_after=None if debit is None or debit.counter is None else debit.counter + 1,
        file_0019_before=card.capp.hex().upper(),
        file_0019_after="" if intent is None else intent.capp_after.hex().upper(),
    )


def _refusal_text(answers: tuple[Entry, ...]) -> str:
    refused = [entry for entry in answers if entry.kind == CENTRE_REFUSAL]
    if not refused:
        return ""
    refusal = msgspec.json.decode(refused[-1].payload, type=Refusal)
    return f"{refusal.text} {refusal.remedy}".strip()


def _delivered_at(answers: tuple[Entry, ...]) -> datetime | None:
    received = [entry for entry in answers if entry.kind == RECEIPT]
    return msgspec.json.decode(received[-1].payload, type=Receipt).at if received else None
