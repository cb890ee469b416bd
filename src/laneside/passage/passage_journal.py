"""The journal as passages use it: notes in, states out, ids given, open debits and recent payments found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from laneside.clock import BEIJING, beijing_digits
from laneside.contract.records import ImageRecord, PassageEvent, RecordUpload
from laneside.contract.signing import canonical
from laneside.journal.clock import JournalClock
from laneside.journal.entry import Draft, Entry
from laneside.journal.journal import Journal
from laneside.passage import notes as n
from laneside.passage.older_notes import SETTLED_KINDS, is_note, note_of
from laneside.passage.state import NoteT, PassageState, after, replay

INTENT = n.kind_of(n.Intent)
OPENED = n.kind_of(n.Opened)
COUNTER_MAX = 9999


class BegunDebit(msgspec.Struct, frozen=True, kw_only=True):
    """A debit of this terminal: its intent, and when and in which passage that was written."""

    passage_id: str
    at: datetime
    intent: n.Intent


class PassageJournal:
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

    def off_s(self) -> float:
        """Return by how many seconds this clock is ahead of the right time, as the centre told it or the start."""
        return self._clock.off_s()

    def is_compared(self) -> bool:
        """Return whether the centre told its time since the start."""
        return self._clock.is_compared

    def behind_s(self) -> float:
        """Return by how many seconds this clock is behind the journal's last entry; 0 if it is not."""
        return self._clock.behind_s()

    def begin(self, passage_id: str, opened: n.Opened) -> PassageState:
        """Write a passage's opening."""
        entry = self._journal.append(OPENED, n.write(opened), passage=passage_id)
        return replay(passage_id, ((entry.at, opened),))

    def add(self, state: PassageState, *notes: n.AnyNote, outgoing: Sequence[Draft] = ()) -> PassageState:
        """Write notes (and what goes to the centre with them) in one transaction, and return the state after them."""
        drafts = [_draft(state.passage_id, note) for note in notes]
        self._journal.append_all((*drafts, *outgoing))
        for note in notes:
            state = after(state, note)
        return state

    def load(self, passage_id: str) -> PassageState | None:
        """Return a passage as the journal knows it."""
        entries = [entry for entry in self._journal.entries(passage_id) if is_note(entry.kind)]
        if not entries:
            return None
        return replay(passage_id, ((entry.at, note_of(entry.kind, entry.payload)) for entry in entries))

    def unfinished(self) -> PassageState | None:
        """Return the passage that was in work when the terminal stopped, if its page was never left."""
        opening = self._journal.latest(OPENED)
        state = None if opening is None else self.load(opening.passage)
        return None if state is None or state.left else state

    def passage_of_photo(self, sha256: str) -> str | None:
        """Return the passage for which a photo was taken first."""
        entries = [entry for entry in self._journal.of_subject(sha256) if entry.passage]
        return entries[0].passage if entries else None

    def open_debits(self) -> tuple[BegunDebit, ...]:
        """Return all debits whose end is not known, oldest first."""
        return tuple(_begun(entry) for entry in self._journal.unanswered(INTENT, SETTLED_KINDS))

    def paid_since(self, window_s: int) -> tuple[BegunDebit, ...]:
        """Return the debits of the last seconds that are known to have happened, newest first."""
        until = self.now()
        since = until - timedelta(seconds=window_s)
        settled = [entry for kind in SETTLED_KINDS for entry in self._journal.of_kind(kind, since=since)]
        debited = {e.subject for e in settled if isinstance(note_of(e.kind, e.payload), n.Debited)}
        begun = self._journal.of_kind(INTENT, since=since)
        # What carries a later time was written while the clock was ahead: nothing is known of its age.
        return tuple(_begun(e) for e in reversed(begun) if e.subject in debited and since <= e.at <= until)

    def notes_since(self, kind: type[NoteT], since: datetime) -> tuple[tuple[str, NoteT], ...]:
        """Return passage id and note of every note of one kind written at or after a moment, oldest first."""
        found = ((e.passage, n.read(e.payload)) for e in self._journal.of_kind(n.kind_of(kind), since=since))
        return tuple((passage_id, note) for passage_id, note in found if isinstance(note, kind))

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
    """Name a stored photo for the centre; the file itself is in the photo folder."""
    return Draft(kind="photo", subject=sha256, passage=passage_id, payload=canonical({"sha256": sha256}))


def _draft(passage_id: str, note: n.AnyNote) -> Draft:
    kind, payload = n.kind_of(type(note)), n.write(note)
    return Draft(kind=kind, payload=payload, passage=passage_id, subject=n.record_id_of(note))


def _begun(entry: Entry) -> BegunDebit:
    intent = n.read(entry.payload)
    assert isinstance(intent, n.Intent)
    return BegunDebit(passage_id=entry.passage, at=entry.at, intent=intent)


def passage_id(*, lane_hex: str, at: datetime, random_number: int) -> str:
    """Return a 通行日志ID: ``L`` + lane hex 10 + ``T`` + time 17 digits + ``R`` + 5 digits."""
    millisecond = at.microsecond // 1000
    return f"L{lane_hex}T{beijing_digits(at)}{millisecond:03d}R{random_number % 100_000:05d}"


def batch(*, lane_id: str, at: datetime) -> str:
    """Return lane GB code 21 and hour of Beijing time 10: what all ids of one lane and hour begin with."""
    return f"{lane_id}{at.astimezone(BEIJING):%Y%m%d%H}"


def next_id(*, lane_id: str, at: datetime, slot: int, highest: str | None) -> str:
    """Return the next 37-character id of a lane, hour and terminal slot, above the highest given so far.

    ``highest`` is the highest id of the same batch and slot in the journal, or None.
    """
    prefix = id_prefix(lane_id=lane_id, at=at, slot=slot)
    assert highest is None or highest.startswith(prefix), "ids of another lane, hour or slot do not count"
    counter = 1 if highest is None else int(highest[-4:]) + 1
    assert counter <= COUNTER_MAX, "no lane clears ten thousand vehicles in an hour by hand"
    return f"{prefix}{counter:04d}"


def id_prefix(*, lane_id: str, at: datetime, slot: int) -> str:
    """Return what the ids of this terminal share on one lane in one hour."""
    return f"{batch(lane_id=lane_id, at=at)}{slot:02d}"


def pass_id(*, card_id: str, exit_time: str) -> str:
    """Return the 通行标识 of a dual-chip or card passage: ``01`` + card number 20 + time 14."""
    return f"01{card_id}{exit_time}"
