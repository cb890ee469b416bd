"""The journal in the passage's own words: notes in, states out, ids given, open debits and recent payments found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from laneside.contract.records import ImageRecord, PassageEvent, RecordUpload
from laneside.contract.signing import canonical
from laneside.journal import Draft, Entry, Journal, JournalClock
from laneside.passage import notes as n
from laneside.passage.facts import PaidPassage
from laneside.passage.numbering import id_prefix, next_id
from laneside.passage.state import PassageState, after, replay

INTENT = "intent"
SETTLED = "debit-settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDebit:
    """A debit whose end nobody knows yet."""

    passage_id: str
    record_id: str
    card_id: str
    contract_serial: str | None
    plate: str
    amount_fen: int
    at: datetime


class Logbook:
    """Keep passages in the journal and read them back; knows no device and decides nothing."""

    def __init__(self, *, journal: Journal, clock: JournalClock, slot: int) -> None:
        self._journal = journal
        self._clock = clock
        self._slot = slot

    @property
    def journal(self) -> Journal:
        """The journal below."""
        return self._journal

    def now(self) -> datetime:
        """Return the time, never below the journal's last entry."""
        return self._clock.now()

    def behind_s(self) -> float:
        """Return by how many seconds this clock lies behind the journal's last entry; 0 if it does not."""
        return self._clock.behind_s()

    def begin(self, passage_id: str, opened: n.Opened) -> PassageState:
        """Write a passage's opening."""
        entry = self._journal.append(n.kind_of(opened), n.write(opened), passage=passage_id)
        return replay(passage_id, ((entry.at, opened),))

    def add(self, state: PassageState, *notes: n.AnyNote, outgoing: Sequence[Draft] = ()) -> PassageState:
        """Write notes (and what goes to the centre with them) in one transaction, and return the state after them."""
        drafts = [_draft(state.passage_id, note) for note in notes]
        entries = self._journal.append_all((*drafts, *outgoing))
        for entry, note in zip(entries, notes, strict=False):
            state = after(state, note, entry.at)
        return state

    def load(self, passage_id: str) -> PassageState | None:
        """Return a passage as the journal knows it."""
        entries = [entry for entry in self._journal.entries(passage_id) if entry.kind in n.KINDS]
        if not entries:
            return None
        return replay(passage_id, ((entry.at, n.read(entry.payload)) for entry in entries))

    def unfinished(self) -> PassageState | None:
        """Return the passage that was in work when the terminal stopped, if its page was never left."""
        opening = self._journal.latest("opened")
        state = None if opening is None else self.load(opening.passage)
        return None if state is None or state.left else state

    def passage_of_photo(self, sha256: str) -> str | None:
        """Return the passage for which a photo was taken first."""
        entries = [entry for entry in self._journal.of_subject(sha256) if entry.passage]
        return entries[0].passage if entries else None

    def open_debits(self) -> tuple[OpenDebit, ...]:
        """Return all debits whose end nobody knows, oldest first."""
        return tuple(_open_debit(entry) for entry in self._journal.unanswered(INTENT, SETTLED))

    def paid_since(self, window_s: int) -> tuple[PaidPassage, ...]:
        """Return the debits of the last seconds that are known to have happened, newest first."""
        since = self.now() - timedelta(seconds=window_s)
        settled = {entry.subject: n.read(entry.payload) for entry in self._journal.of_kind(SETTLED, since=since)}
        paid = []
        for entry in self._journal.of_kind(INTENT, since=since):
            debit, intent = settled.get(entry.subject), n.read(entry.payload)
            if isinstance(debit, n.DebitNote) and debit.debited and isinstance(intent, n.IntentNote):
                paid.append(_paid(intent, entry.at))
        return tuple(reversed(paid))

    def next_record_id(self, *, lane_id: str, at: datetime) -> str:
        """Return the next exit record id; ids of abandoned attempts are not given again."""
        return self._next(INTENT, lane_id, at)

    def next_image_id(self, *, lane_id: str, at: datetime) -> str:
        """Return the next image record id."""
        return self._next("image", lane_id, at)

    def _next(self, kind: str, lane_id: str, at: datetime) -> str:
        prefix = id_prefix(lane_id=lane_id, at=at, slot=self._slot)
        return next_id(lane_id=lane_id, at=at, slot=self._slot, highest=self._journal.highest_subject(kind, prefix))


def outgoing_record(upload: RecordUpload) -> Draft:
    """Seal a record: these bytes are what the centre gets, however often it is sent."""
    return Draft(kind="record", subject=upload.record.record_id, passage=upload.passage_id, payload=canonical(upload))


def outgoing_event(event: PassageEvent) -> Draft:
    """Keep an event for the centre."""
    return Draft(kind="event", subject=event.event_id, passage=event.passage_id, payload=canonical(event))


def outgoing_image(image: ImageRecord) -> Draft:
    """Keep an image record for the centre."""
    return Draft(kind="image", subject=image.image_id, passage=image.passage_id, payload=canonical(image))


def outgoing_photo(passage_id: str, sha256: str) -> Draft:
    """Name a stored photo for the centre; the file itself lies in the photo folder."""
    return Draft(kind="photo", subject=sha256, passage=passage_id, payload=canonical({"sha256": sha256}))


def _draft(passage_id: str, note: n.AnyNote) -> Draft:
    return Draft(kind=n.kind_of(note), payload=n.write(note), passage=passage_id, subject=_subject(note))


def _subject(note: n.AnyNote) -> str:
    match note:
        case n.IntentNote() | n.Sealed():
            return note.record_id
        case n.DebitNote():
            return note.record_id
        case _:
            return ""


def _open_debit(entry: Entry) -> OpenDebit:
    intent = n.read(entry.payload)
    assert isinstance(intent, n.IntentNote)
    return OpenDebit(
        passage_id=entry.passage,
        record_id=intent.record_id,
        card_id=intent.card_id,
        contract_serial=intent.contract_serial,
        plate=intent.plate,
        amount_fen=intent.amount_fen,
        at=entry.at,
    )


def _paid(intent: n.IntentNote, at: datetime) -> PaidPassage:
    return PaidPassage(card_id=intent.card_id, contract_serial=intent.contract_serial, plate=intent.plate, at=at)
