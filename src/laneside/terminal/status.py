"""The top line: queue, list, PSAM, battery. It shows what was last seen and never touches a device itself."""

from __future__ import annotations

from laneside.clock import Clock
from laneside.devices import battery_percent
from laneside.journal import Journal
from laneside.passage import Documents, Logbook
from laneside.sync import Backoff, TerminalState
from laneside.terminal.device_worker import PsamAccess
from laneside.terminal.services import PsamReadiness, TopLine

ONLINE_FOR_S = 900.0


class TerminalStatus:
    """Gather the top line."""

    def __init__(
        self,
        *,
        journal: Journal,
        logbook: Logbook,
        documents: Documents,
        psam: PsamAccess,
        backoffs: tuple[Backoff, ...],
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._logbook = logbook
        self._documents = documents
        self._psam = psam
        self._backoffs = backoffs
        self._clock = clock

    def top_line(self) -> TopLine:
        """Return the present state."""
        now = self._clock.now()
        counts = self._journal.counts()
        status_list = self._documents.status_list(now)
        parameters = self._documents.parameters(now)
        age_s = None if status_list is None else status_list.age_s(now)
        limit_s = None if parameters is None else parameters.policy.status_list_age_s_max
        return TopLine(
            unsent=counts.unsent,
            rejected=counts.refused,
            open_debits=len(self._logbook.open_debits()),
            online=self._online(),
            list_age_s=age_s,
            list_stale=age_s is not None and limit_s is not None and age_s > limit_s,
            psam=self._psam.readiness,
            battery_percent=battery_percent(),
        )

    def _online(self) -> bool:
        """Return whether the newest answer to any of the jobs was the centre's, and is not too old."""
        reached = [each.reached_s for each in self._backoffs if each.reached_s is not None]
        failed = [each.failed_s for each in self._backoffs if each.failed_s is not None]
        if not reached or (failed and max(failed) > max(reached)):
            return False
        return self._clock.monotonic_s() - max(reached) < ONLINE_FOR_S


def terminal_state(
    *, logbook: Logbook, psam: PsamAccess, operator_id: str | None, shift: int | None, lane_hex: str | None
) -> TerminalState:
    """Return what a heartbeat says beyond the journal."""
    known = psam.readiness in (PsamReadiness.READY, PsamReadiness.UNAUTHORISED)
    return TerminalState(
        open_debits=len(logbook.open_debits()),
        operator_id=operator_id,
        shift=shift,
        lane_hex=lane_hex,
        psam_authorised=psam.readiness is PsamReadiness.READY if known else None,
    )
