"""The state of one passage as the pure fold over its notes: the same notes give the same state, after a crash too.

A note stays in force until a later one of its kind, or one that voids it (``notes.VOIDS``), is added. What a step may
rely on is a type: :class:`WithPair`, :class:`WithPicture`, :class:`Confirmed`, :class:`Priced`, :class:`Debiting`,
:class:`Paid`. A step that needs a fee takes a ``Priced`` and has nothing left to ask for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Self, TypeVar

import msgspec
from msgspec.structs import replace

from laneside.card.outcome import TagWrite
from laneside.passage import notes as n
from laneside.passage.notes import Ending, Stage
from laneside.reader.port import Presented
from laneside.rules.finding import Finding, Severity

NoteT = TypeVar("NoteT", bound=msgspec.Struct)


class PassageState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of a vehicle in work.

    ``revision`` counts the notes that change what may be done: a plate that is read while the collector's finger is
    on its way to a button must not make the tap void. ``in_force`` has the newest note of each kind that holds.
    """

    passage_id: str
    opened: n.Opened
    opened_at: datetime
    revision: int = 1
    in_force: Mapping[type[msgspec.Struct], n.AnyNote] = msgspec.field(default_factory=lambda: MappingProxyType({}))
    findings_of: Mapping[Stage, tuple[Finding, ...]] = msgspec.field(default_factory=lambda: MappingProxyType({}))
    released: tuple[n.Released, ...] = ()

    def newest(self, kind: type[NoteT]) -> NoteT | None:
        """Return the note of a kind that is in force, or None."""
        found = self.in_force.get(kind)
        return found if isinstance(found, kind) else None

    @property
    def read(self) -> n.PairRead | None:
        """What 【读卡】 found."""
        return self.newest(n.PairRead)

    @property
    def presented(self) -> Presented | None:
        """The pair of the first radio session."""
        return None if self.read is None else self.read.presented

    @property
    def photo(self) -> n.PhotoTaken | None:
        """The newest photo."""
        return self.newest(n.PhotoTaken)

    @property
    def plate_read(self) -> n.PlateRead | None:
        """What was read in the newest photo."""
        return self.newest(n.PlateRead)

    @property
    def picture(self) -> n.PictureSubmitted | None:
        """Plate and colour as the collector saw them."""
        return self.newest(n.PictureSubmitted)

    @property
    def selected(self) -> n.Selected:
        """Class and kind as far as chosen."""
        return self.newest(n.Selected) or n.Selected(toll_class=None, vehicle_kind=None)

    @property
    def quote(self) -> n.FeeQuote | None:
        """The fee."""
        return self.newest(n.FeeQuote)

    @property
    def intent(self) -> n.Intent | None:
        """The debit that was begun last."""
        return self.newest(n.Intent)

    @property
    def debited(self) -> n.Debited | None:
        """The debit of this passage, where it is known to have happened."""
        return self.newest(n.Debited)

    @property
    def debit_open(self) -> bool:
        """Whether a debit was begun and its end is not known; nothing but a proof may follow."""
        return self.intent is not None and self.debited is None and self.newest(n.NotDebited) is None

    @property
    def tag_write(self) -> TagWrite | None:
        """How the write of the tag's copy ended last; None before a debit is known."""
        again, debited = self.newest(n.TagWritten), self.debited
        if again is not None:
            return again.tag_write
        return None if debited is None else debited.tag_write

    @property
    def tag_copy_missing(self) -> bool:
        """Whether the card was debited and the tag's copy is not known to be written."""
        return self.tag_write in (TagWrite.FAILED, TagWrite.UNKNOWN)

    @property
    def record_id(self) -> str:
        """The id of the sealed record; empty before."""
        sealed = self.newest(n.Sealed)
        return "" if sealed is None else sealed.record_id

    @property
    def lane_told(self) -> n.LaneAnswer | None:
        """What the lane said to the end of the vehicle; None before it was told."""
        told = self.newest(n.LaneTold)
        return None if told is None else told.answer

    @property
    def ending(self) -> Ending | None:
        """How the vehicle ended; None while it is in work."""
        ended = self.newest(n.Ended)
        return None if ended is None else ended.ending

    @property
    def reason(self) -> str:
        """The reason that a person gave for the ending."""
        ended = self.newest(n.Ended)
        return "" if ended is None else ended.reason

    @property
    def left(self) -> bool:
        """Whether the page was left."""
        return n.Left in self.in_force

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings that hold now, in the order of the checks."""
        return tuple(finding for stage in Stage for finding in self.findings_of.get(stage, ()))

    @property
    def stops(self) -> tuple[Finding, ...]:
        """Findings that forbid going on and were not released."""
        return self.stops_among(self.findings)

    def stops_of(self, stage: Stage) -> tuple[Finding, ...]:
        """Return what one check found that forbids going on and was not released."""
        return self.stops_among(self.findings_of.get(stage, ()))

    def stops_among(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Return those that forbid going on and were not released."""
        released = {note.code for note in self.released}
        return tuple(f for f in findings if f.severity is Severity.STOP and f.code not in released)


# --- what a step may rely on


class AnyStage(msgspec.Struct, frozen=True, kw_only=True):
    """A passage at whatever step it is."""

    state: PassageState

    @classmethod
    def of(cls, state: PassageState) -> Self | None:
        """Return the passage as one that has come this far, or None if it has not."""
        values = cls.known(state)
        return None if any(value is None for value in values.values()) else cls(state=state, **values)

    @classmethod
    def known(cls, state: PassageState) -> dict[str, Any]:  # noqa: ARG003 - each stage adds what it relies on
        """Return what the stage relies on, None for what is missing."""
        return {}


class WithPair(AnyStage, frozen=True, kw_only=True):
    """Card and tag, or what there is of them, were read."""

    read: n.PairRead

    @property
    def presented(self) -> Presented:
        """The pair of the first radio session."""
        return self.read.presented

    @classmethod
    def known(cls, state: PassageState) -> dict[str, Any]:
        """Add the reading."""
        return {"read": state.read}


class WithPicture(WithPair, frozen=True, kw_only=True):
    """Plate, colour and photo were submitted."""

    picture: n.PictureSubmitted

    @classmethod
    def known(cls, state: PassageState) -> dict[str, Any]:
        """Add the picture."""
        return {"read": state.read, "picture": state.picture}


class Confirmed(WithPicture, frozen=True, kw_only=True):
    """Class and kind were chosen."""

    toll_class: int
    vehicle_kind: int

    @classmethod
    def known(cls, state: PassageState) -> dict[str, Any]:
        """Add class and kind."""
        chosen = state.selected
        before = {"read": state.read, "picture": state.picture}
        return {**before, "toll_class": chosen.toll_class, "vehicle_kind": chosen.vehicle_kind}


class Priced(Confirmed, frozen=True, kw_only=True):
    """The fee is worked out."""

    quote: n.FeeQuote

    @classmethod
    def known(cls, state: PassageState) -> dict[str, Any]:
        """Add the fee."""
        return {**Confirmed.known(state), "quote": state.quote}


class Debiting(Priced, frozen=True, kw_only=True):
    """A debit was begun; how it ended may be known or not."""

    intent: n.Intent

    @classmethod
    def known(cls, state: PassageState) -> dict[str, Any]:
        """Add the intent."""
        return {**Priced.known(state), "intent": state.intent}


class Paid(Debiting, frozen=True, kw_only=True):
    """The card was debited, and that is proved."""

    debited: n.Debited

    @classmethod
    def known(cls, state: PassageState) -> dict[str, Any]:
        """Add the result."""
        return {**Debiting.known(state), "debited": state.debited}


# --- the fold


def after(state: PassageState, note: n.AnyNote) -> PassageState:
    """Return the state after one more note."""
    voided = n.VOIDS.get(type(note), ())
    in_force = {kind: kept for kind, kept in state.in_force.items() if kind not in voided} | {type(note): note}
    # The proof needs N, and some frame readers tell it only with the error: it must be there after a restart too.
    if isinstance(note, n.Unknown) and isinstance(intent := in_force.get(n.Intent), n.Intent):
        in_force[n.Intent] = _with_numbers(intent, note)
    return replace(
        state,
        in_force=MappingProxyType(in_force),
        findings_of=MappingProxyType(_findings_after(state, note, voided)),
        released=() if n.Released in voided else state.released + ((note,) if isinstance(note, n.Released) else ()),
        revision=state.revision + n.changes_revision(note),
    )


def _findings_after(
    state: PassageState, note: n.AnyNote, voided: tuple[type[msgspec.Struct], ...]
) -> dict[Stage, tuple[Finding, ...]]:
    if isinstance(note, n.PairRead):
        return {Stage.READ: note.findings}  # it may be another pair: nothing that was found before holds for it
    kept = dict(state.findings_of)
    if n.FeeQuote in voided:
        kept.pop(Stage.FEE, None)
    if isinstance(note, n.Stopped):
        kept[note.stage] = note.findings
    return kept


def _with_numbers(intent: n.Intent, told: n.Unknown) -> n.Intent:
    """Add to an intent what the reader told of its debit afterwards; what is known already stays."""
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
    state = PassageState(passage_id=passage_id, opened=opening, opened_at=opened_at)
    for _, note in rows:
        state = after(state, note)
    return state
