"""Where a checkup and a trace come from in a running terminal."""

from __future__ import annotations

from laneside.journal import Journal
from laneside.passage.trace import Trace, traces_of
from laneside.reader import PsamState

NEVER_ASKED = PsamState(present=False, authorised=False, trouble="not asked yet")


class JournalTraces:
    """The traces in the journal (a :class:`laneside.terminal.services.Traces`)."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def of(self, passage_id: str) -> tuple[Trace, ...]:
        """Return its radio sessions, oldest first."""
        return traces_of(self._journal, passage_id)


def last_word(fresh: PsamState | None, last: PsamState | None) -> PsamState:
    """Return what the PSAM says now, or last said while the reader is busy with a vehicle."""
    return fresh or last or NEVER_ASKED
