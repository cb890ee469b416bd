"""The trace of a passage: every exchange with its chips and its lane, one journal entry per radio session.

It is kept beside the passage's notes, under the passage as its subject: no page has to read it to know a state.
A session is bounded: of a noisy one the beginning and the end are kept and the middle is counted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from threading import RLock
from typing import Final

import msgspec
from msgspec import field

from laneside.contract.signing import canonical
from laneside.journal.entry import Draft
from laneside.journal.journal import Journal
from laneside.passage.passage_journal import OPENED
from laneside.reader.tracing import TraceLine, Writing

KIND: Final = "trace"
LANE: Final = "lane"

FIRST_LINES: Final = 80
LAST_LINES: Final = 160
LINE_CHARS_MAX: Final = 1200
"""Both sides of the longest short APDU as hex; what is longer came from no chip."""

TEXT_CHARS_MAX: Final = 96 * 1024
PUT_OFF_MAX: Final = 64
"""A session of a passage has some thirty exchanges: they are written down when it is over, and of more the oldest."""
SESSIONS_MAX: Final = 40
"""More radio sessions for one vehicle are kept only where something was written."""

_WRITES: Final = ("80DC", "8054", "805A", "write ", "C6 ", "C8 ")
"""How the names begin of what writes or proves: APDUs, and the frames of an integrated reader."""


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """One radio session; ``left_out`` exchanges are missing between ``first`` and ``last``."""

    started_at: datetime = field(name="started_at")
    first: tuple[TraceLine, ...] = field(name="first")
    left_out: int = field(name="left_out")
    last: tuple[TraceLine, ...] = field(name="last")

    @property
    def lines(self) -> tuple[TraceLine, ...]:
        """Everything that was kept."""
        return self.first + self.last


class TraceKeeper:
    """Collect exchanges and write them when a session of the device worker is over. Any thread may add one."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        # Guards the exchanges that were collected: the device worker tells of chips, other threads of the lane.
        self._lock = RLock()
        self._in_session = False
        self._kept: tuple[str, int] = ("", 0)
        self._writings: deque[Writing] = deque()
        self._begin()

    def tell(self, exchanged: TraceLine) -> None:
        """Take one exchange; outside of a passage's sessions only those with the lane are kept."""
        with self._lock:
            if self._in_session or exchanged.channel == LANE:
                self._put_off(lambda: exchanged)

    def tell_later(self, writing: Writing) -> None:
        """Take one exchange with card, tag or reader; in a session it is written down once they are done."""
        with self._lock:
            if self._in_session:
                self._put_off(writing)
            else:
                writing()  # its secrets must be known from now on; its text is not kept

    def during(self, job: Callable[[], None]) -> None:
        """Run a device job of the passage that was opened last, and keep what it exchanged."""
        opening = self._journal.latest(OPENED)
        self._in_session = True
        try:
            job()
        finally:
            with self._lock:
                self._in_session = False
                self._write_down()
            if opening is not None:
                self.detach(opening.passage)()

    def detach(self, passage_id: str) -> Callable[[], None]:
        """Take what was told since the last time and return the job that writes it; that may raise JournalError."""
        with self._lock:
            trace = self._trace()
            self._begin()
        if trace is None or not self._worth_keeping(passage_id, trace):
            return _nothing
        draft = Draft(kind=KIND, subject=passage_id, payload=canonical(trace))
        return lambda: _append(self._journal, draft)

    def detach_latest(self) -> Callable[[], None]:
        """Take what was told for the passage that was opened last."""
        opening = self._journal.latest(OPENED)
        return _nothing if opening is None else self.detach(opening.passage)

    def _put_off(self, writing: Writing) -> None:
        self._writings.append(writing)
        if len(self._writings) > PUT_OFF_MAX:
            self._take(self._writings.popleft()())

    def _begin(self) -> None:
        self._started_ms: int | None = None
        self._first: list[TraceLine] = []
        self._last: deque[TraceLine] = deque()
        self._left_out = 0
        self._chars = 0

    def _take(self, exchanged: TraceLine) -> None:
        if self._started_ms is None:
            self._started_ms = exchanged.at_ms
        line = msgspec.structs.replace(
            exchanged,
            at_ms=exchanged.at_ms - self._started_ms,
            took_ms=round(exchanged.took_ms, 1),
            sent=exchanged.sent[:LINE_CHARS_MAX],
            received=exchanged.received[:LINE_CHARS_MAX],
            status=exchanged.status[:LINE_CHARS_MAX],
        )
        if len(self._first) < FIRST_LINES and self._chars < TEXT_CHARS_MAX // 2:
            self._first.append(line)
        else:
            self._last.append(line)
        self._chars += _chars(line)
        while self._last and (len(self._last) > LAST_LINES or self._chars > TEXT_CHARS_MAX):
            self._chars -= _chars(self._last.popleft())
            self._left_out += 1

    def _write_down(self) -> None:
        while self._writings:
            self._take(self._writings.popleft()())

    def _trace(self) -> Trace | None:
        self._write_down()
        if self._started_ms is None:
            return None
        started_at = datetime.fromtimestamp(self._started_ms / 1000, UTC)
        return Trace(started_at=started_at, first=tuple(self._first), left_out=self._left_out, last=tuple(self._last))

    def _worth_keeping(self, passage_id: str, trace: Trace) -> bool:
        """Bound what one vehicle can fill, but never lose the session of a debit."""
        count = self._kept[1] + 1 if self._kept[0] == passage_id else 1
        self._kept = (passage_id, count)
        return count <= SESSIONS_MAX or any(line.name.startswith(_WRITES) for line in trace.lines)


def traces_of(journal: Journal, passage_id: str) -> tuple[Trace, ...]:
    """Return the sessions of a passage, oldest first; of a record id, those of its passage."""
    found = journal.of_subject(passage_id)
    if not any(entry.kind == KIND for entry in found):
        passages = {entry.passage for entry in found if entry.passage}
        found = tuple(entry for passage in sorted(passages) for entry in journal.of_subject(passage))
    return tuple(msgspec.json.decode(entry.payload, type=Trace) for entry in found if entry.kind == KIND)


def _nothing() -> None:
    """Do nothing: there is no trace to write."""


def _append(journal: Journal, draft: Draft) -> None:
    journal.append_all((draft,))


def _chars(line: TraceLine) -> int:
    return len(line.name) + len(line.sent) + len(line.received) + len(line.status)
