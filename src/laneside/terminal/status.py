"""The top line: queue, list, PSAM, battery. It shows what was last seen and never touches a device itself."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from laneside.devices.machine import battery_percent
from laneside.journal.journal import Journal
from laneside.passage.passage_journal import PassageJournal
from laneside.passage.ports import Documents
from laneside.sync.job import Backoff
from laneside.terminal.device_worker import PsamAccess, PsamReadiness

ONLINE_FOR_S = 900.0


class TopLine(msgspec.Struct, frozen=True, kw_only=True):
    """What the top line shows. ``list_age_s`` is None without a list; ``battery_percent`` where it can't be read."""

    unsent: int
    rejected: int
    open_debits: int
    online: bool
    list_age_s: int | None
    list_stale: bool
    psam: PsamReadiness
    battery_percent: int | None


def top_line(
    *, journal: Journal, passages: PassageJournal, documents: Documents, psam: PsamAccess, backoffs: Sequence[Backoff]
) -> TopLine:
    """Gather the present state; ``backoffs`` are those of all jobs with the centre."""
    now = journal.clock.now()
    counts = journal.counts()
    status_list, parameters = documents.status_list(now), documents.parameters(now)
    age_s = None if status_list is None else status_list.age_s(now)
    limit_s = None if parameters is None else parameters.policy.status_list_age_s_max
    return TopLine(
        unsent=counts.unsent,
        rejected=counts.refused,
        open_debits=len(passages.open_debits()),
        online=_online(backoffs, journal.clock.monotonic_s()),
        list_age_s=age_s,
        list_stale=age_s is not None and limit_s is not None and age_s > limit_s,
        psam=psam.readiness,
        battery_percent=battery_percent(),
    )


def _online(backoffs: Sequence[Backoff], now_s: float) -> bool:
    """Return whether the newest answer to any of the jobs was the centre's, and is not too old."""
    reached = [each.reached_s for each in backoffs if each.reached_s is not None]
    failed = [each.failed_s for each in backoffs if each.failed_s is not None]
    if not reached or (failed and max(failed) > max(reached)):
        return False
    return now_s - max(reached) < ONLINE_FOR_S
