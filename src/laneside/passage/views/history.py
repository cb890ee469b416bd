"""Today's vehicles and one vehicle's whole story, read back from the journal."""

from __future__ import annotations

from datetime import datetime, time

import msgspec

from laneside.clock import BEIJING
from laneside.contract.exchange import Receipt, Refusal
from laneside.journal.entry import CENTRE_REFUSAL, RECEIPT, Delivery, Entry, Outgoing
from laneside.journal.journal import Journal
from laneside.passage.duty.duty import Duty
from laneside.passage.notes import Ending
from laneside.passage.passage_journal import OPENED, PassageJournal
from laneside.passage.state import PassageState
from laneside.passage.views.plate_view import reading_view
from laneside.passage.views.view_builder import finding_view, lane_use_of
from laneside.passage.views.views import CardChange, HistoryDetail, HistoryRow, RecordState
from laneside.vocab.vehicle import TollClass, VehicleKind
from laneside.vocab.words import label

_STATES = {
    Delivery.WAITING: RecordState.WAITING,
    Delivery.RECEIVED: RecordState.DELIVERED,
    Delivery.REFUSED: RecordState.REJECTED,
    None: RecordState.WAITING,
}


class PassageHistory:
    """Read vehicles back for the list and the detail page."""

    def __init__(self, *, passages: PassageJournal, duty: Duty) -> None:
        self._passages = passages
        self._journal: Journal = passages.journal
        self._duty = duty

    def today(self) -> tuple[HistoryRow, ...]:
        """Return the vehicles begun since midnight in Beijing, newest first; those never read are left out."""
        midnight = datetime.combine(self._passages.now().astimezone(BEIJING), time(), BEIJING)
        rows = []
        for entry in reversed(self._journal.of_kind(OPENED, since=midnight)):
            state = self._passages.load(entry.passage)
            if state is not None and state.read is not None:
                rows.append(self._row(state))
        return tuple(rows)

    def detail(self, passage_id: str) -> HistoryDetail | None:
        """Return everything kept of one vehicle, or None for an unknown passage."""
        state = self._passages.load(passage_id)
        if state is None:
            return None
        answers, chosen = self._answers(state), state.selected
        plate, colour = _plate(state)
        return HistoryDetail(
            row=self._row(state),
            lane_name=state.opened.lane_name,
            lane_use=lane_use_of(state),
            operator=f"{state.opened.operator_id} {state.opened.operator_name}",
            shift_name=self._shift_name(state.opened.shift),
            toll_class=None if chosen.toll_class is None else label(TollClass, chosen.toll_class),
            vehicle_kind=None if chosen.vehicle_kind is None else label(VehicleKind, chosen.vehicle_kind),
            photo_sha256=None if state.photo is None else state.photo.sha256,
            photo_live=state.photo is None or state.photo.live,
            findings=tuple(finding_view(state, finding) for finding in state.findings),
            quote=state.quote,
            card=_card_change(state),
            contract_serial="" if state.presented is None else state.presented.contract_serial or "",
            tag_write=state.tag_write or "",
            record_id=state.record_id,
            reason=state.reason,
            note=_refusal_text(answers),
            delivered_at=_delivered_at(answers),
            reading=reading_view(state.plate_read, pending=False, plate=plate, colour=colour),
        )

    def _row(self, state: PassageState) -> HistoryRow:
        plate, colour = _plate(state)
        return HistoryRow(
            passage_id=state.passage_id,
            at=state.opened_at,
            plate=plate,
            colour=colour,
            ending=Ending.UNKNOWN if state.debit_open else state.ending,
            state=self._delivery(state),
            fee_fen=state.quote.fee_fen if state.debited is not None and state.quote is not None else None,
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


def _plate(state: PassageState) -> tuple[str, int | None]:
    """Return plate and colour as submitted, else as the tag has them, else the card."""
    if state.picture is not None:
        return state.picture.plate, state.picture.colour
    issued = None if state.presented is None else state.presented.issued_plate
    return ("", None) if issued is None else issued


def _card_change(state: PassageState) -> CardChange | None:
    """Show the card before and after; a charge card's balance is no amount of money and is not shown."""
    presented = state.presented
    if presented is None or presented.card is None:
        return None
    card, debited = presented.card, state.debited
    shown = card.issue.is_stored_value
    before = state.intent.balance_before_fen if state.intent is not None else card.balance_fen
    intent = state.intent if debited is not None else None
    return CardChange(
        card_number=card.card_id,
        balance_before_fen=before if shown else None,
        balance_after_fen=debited.balance_after_fen if debited is not None and shown else None,
        counter_before=card.counter if debited is None else debited.counter,
        counter_after=None if debited is None or debited.counter is None else debited.counter + 1,
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
