"""Where a checkup and a trace come from in a running terminal."""

from __future__ import annotations

from collections.abc import Callable

from laneside.errors import LinkLostError
from laneside.journal import Journal
from laneside.passage import Trace, traces_of
from laneside.reader import PsamState
from laneside.terminal.attached import Attached

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


def reach_of(attached: Attached) -> Callable[[], None]:
    """Return how to see whether the attached reader answers at all; what comes back raises LinkLostError if not."""
    if attached.pcsc_card:
        return lambda: _reach_pcsc((attached.pcsc_card, attached.pcsc_psam))
    if attached.roadside is not None:
        from laneside.devices import RoadsideLink  # noqa: PLC0415 - only where one is attached

        return RoadsideLink(*attached.roadside).reach
    return lambda: None


def _reach_pcsc(wanted: tuple[str, ...]) -> None:
    from laneside.devices.pcsc import list_readers  # noqa: PLC0415 - only where PC/SC is attached

    found = list_readers()
    missing = [name for name in wanted if not any(name.casefold() in reader.casefold() for reader in found)]
    if missing:
        raise LinkLostError(f"no PC/SC reader {', '.join(missing)}; there: {', '.join(found) or 'none'}")
