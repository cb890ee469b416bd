"""The state of one passage as the pure fold over its notes: the same notes give the same state, after a crash too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from laneside.passage import notes as n
from laneside.passage.view import Ending
from laneside.reader import Presented


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageState:
    """Everything known of a vehicle in work; ``touched_at`` is the last note's time.

    ``revision`` counts the notes that change what may be done: a plate that is read while the collector's finger is
    on its way to a button must not make the tap void.
    """

    passage_id: str
    opened: n.Opened
    opened_at: datetime
    touched_at: datetime
    revision: int = 0
    read: n.Read | None = None
    read_failed: str = ""
    photo: n.PhotoTaken | None = None
    plate_read: n.PlateRead | None = None
    picture: n.PictureSubmitted | None = None
    toll_class: int | None = None
    vehicle_kind: int | None = None
    quoted: n.Quoted | None = None
    later_findings: tuple[tuple[str, tuple[n.FindingRecord, ...]], ...] = ()
    released: tuple[n.Released, ...] = ()
    not_ready: n.NotReady | None = None
    intent: n.IntentNote | None = None
    debit: n.DebitNote | None = None
    unknown: str = ""
    record_id: str = ""
    tag_write: str = ""
    lane_told: str = ""
    ending: Ending | None = None
    reason: str = ""
    left: bool = False

    @property
    def presented(self) -> Presented | None:
        """What the first radio session found."""
        return None if self.read is None else n.presented_of(self.read)

    @property
    def findings(self) -> tuple[n.FindingRecord, ...]:
        """All findings that stand now, in the order of the checks."""
        first = () if self.read is None else self.read.findings
        return first + tuple(finding for _, later in self.later_findings for finding in later)

    @property
    def stops(self) -> tuple[n.FindingRecord, ...]:
        """Findings that forbid going on and that nobody released."""
        released = {note.code for note in self.released}
        return tuple(f for f in self.findings if f.severity == "stop" and f.code not in released)

    @property
    def debit_open(self) -> bool:
        """Say whether a debit was begun whose end nobody knows yet; nothing but a proof may follow."""
        return self.intent is not None and self.debit is None

    @property
    def debited(self) -> bool:
        """Say whether the card was debited for this passage."""
        return self.debit is not None and self.debit.debited


def _without_stage(state: PassageState, *stages: str) -> tuple[tuple[str, tuple[n.FindingRecord, ...]], ...]:
    return tuple(pair for pair in state.later_findings if pair[0] not in stages)


def _read(state: PassageState, note: n.Read) -> PassageState:
    """Begin the vehicle anew: what was confirmed for another reading does not hold for this one."""
    return replace(
        state, read=note, read_failed="", picture=None, toll_class=None, vehicle_kind=None, quoted=None,
        later_findings=(), released=(), not_ready=None,
    )  # fmt: skip


def _stopped(state: PassageState, note: n.Stopped) -> PassageState:
    rest = _without_stage(state, note.stage)
    return replace(state, later_findings=(*rest, (note.stage, note.findings)) if note.findings else rest)


def _settled(state: PassageState, note: n.DebitNote) -> PassageState:
    if not note.debited:
        return replace(state, debit=note, unknown="")
    return replace(state, debit=note, unknown="", tag_write=note.tag_write)


def fold(state: PassageState, note: n.AnyNote) -> PassageState:  # noqa: C901, PLR0911, PLR0912 - one arm per note
    """Return the state after one more note."""
    match note:
        case n.Opened():
            return state
        case n.Read():
            return _read(state, note)
        case n.ReadFailed():
            return replace(state, read_failed=note.code)
        case n.PhotoTaken():
            return replace(state, photo=note, plate_read=None)
        case n.PlateRead():
            return replace(state, plate_read=note)
        case n.PictureSubmitted():
            return replace(state, picture=note, quoted=None, later_findings=_without_stage(state, "fee"))
        case n.Selected():
            return replace(
                state, toll_class=note.toll_class, vehicle_kind=note.vehicle_kind, quoted=None,
                later_findings=_without_stage(state, "fee"),
            )  # fmt: skip
        case n.Quoted():
            return replace(state, quoted=note, not_ready=None)
        case n.Stopped():
            return _stopped(state, note)
        case n.Released():
            return replace(state, released=(*state.released, note))
        case n.NotReady():
            return replace(state, not_ready=note)
        case n.IntentNote():
            return replace(state, intent=note, debit=None, unknown="", not_ready=None)
        case n.DebitNote():
            return _settled(state, note)
        case n.DebitUnknown():
            return replace(state, unknown=note.detail, intent=_with_numbers(state.intent, note))
        case n.Sealed():
            return replace(state, record_id=note.record_id)
        case n.TagWritten():
            return replace(state, tag_write=note.tag_write)
        case n.LaneTold():
            return replace(state, lane_told=note.answer)
        case n.Ended():
            return replace(state, ending=Ending(note.ending), reason=note.reason)
        case n.Resumed():
            return state
        case n.Left():
            return replace(state, left=True)


def after(state: PassageState, note: n.AnyNote, at: datetime) -> PassageState:
    """Return the state after one more note that was written at that time."""
    return replace(fold(state, note), revision=state.revision + n.moves(note), touched_at=at)


def _with_numbers(intent: n.IntentNote | None, told: n.DebitUnknown) -> n.IntentNote | None:
    """Add to an intent what the reader told of its debit afterwards; what is known already stays."""
    if intent is None:
        return None
    return msgspec.structs.replace(
        intent,
        counter=told.counter if intent.counter is None else intent.counter,
        transaction_number=intent.transaction_number or told.transaction_number,
    )


def replay(passage_id: str, timed: Iterable[tuple[datetime, n.AnyNote]]) -> PassageState:
    """Return the state after all notes of a passage, oldest first; the first must be its opening."""
    rows = iter(timed)
    opened_at, opening = next(rows)
    assert isinstance(opening, n.Opened), "a passage begins with its opening"
    state = PassageState(passage_id=passage_id, opened=opening, opened_at=opened_at, touched_at=opened_at, revision=1)
    for at, note in rows:
        state = after(state, note, at)
    return state
