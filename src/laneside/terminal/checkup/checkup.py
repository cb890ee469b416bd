"""Look at everything and judge it; one checkup at a time, and one that is a moment old is as good as a new one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from laneside.contract.parameters import DocumentKind, Policy
from laneside.devices import battery_percent
from laneside.errors import LanesideError
from laneside.journal import Journal, JournalClock
from laneside.passage import Logbook
from laneside.reader import PsamState
from laneside.sync import CentreCheck, DocumentStore
from laneside.terminal.checkup import measuring
from laneside.terminal.checkup.facts import Facts
from laneside.terminal.checkup.report import CheckReport
from laneside.terminal.checkup.verdicts import judged

JOURNAL_TAIL: Final = 1000
FRESH_S: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How a checkup reaches what it can't see itself. None of these raises beyond LanesideError.

    ``reach_reader`` returns when the reader answers at all, ``firmware`` what it said of its make; both are asked
    after ``psam``. ``authorisation_trouble`` is the authoriser's last word; ``plate_trouble`` says why no plate can be
    read, empty where it can.
    """

    psam: Callable[[], PsamState]
    reach_reader: Callable[[], None]
    authorisation_trouble: Callable[[], str]
    check_centre: Callable[[], CentreCheck]
    plate_trouble: Callable[[], str]
    firmware: Callable[[], str] = str


class Checkup:
    """班前检查 of one terminal (a :class:`laneside.terminal.services.Checks`)."""

    def __init__(
        self, folder: Path, *, journal: Journal, logbook: Logbook, store: DocumentStore, ways: Ways, clock: JournalClock
    ) -> None:
        self._folder = folder
        self._journal = journal
        self._logbook = logbook
        self._store = store
        self._ways = ways
        self._clock = clock
        self._lock = Lock()
        self._last: tuple[float, CheckReport] | None = None

    def examine(self) -> CheckReport:
        """Look at everything now. May take as long as the centre and the reader take to answer, or not to."""
        with self._lock:
            if self._last is not None and self._clock.monotonic_s() - self._last[0] < FRESH_S:
                return self._last[1]
            now = self._clock.now()
            parameters = self._store.parameters(now)
            policy = Policy() if parameters is None else parameters.policy
            report = judged(self._facts(policy), policy, now)
            self._last = (self._clock.monotonic_s(), report)
            return report

    def _facts(self, policy: Policy) -> Facts:
        now = self._clock.now()
        psam = self._ways.psam()
        reader = None if psam.present else self._reader_trouble()
        centre = self._ways.check_centre()
        journal_trouble, entries = self._tail()
        sync_ms, sync_trouble = self._sync()
        counts = self._journal.counts()
        tariff, status_list = self._store.tariff(now), self._store.status_list(now)
        return Facts(
            reader_trouble="" if reader is None else str(reader),
            reader_cause="" if reader is None else reader.code,
            firmware=self._ways.firmware(),
            psam=psam,
            authorisation_trouble=self._ways.authorisation_trouble(),
            centre_trouble=centre.trouble,
            clock_ahead_s=None if centre.clock_ahead_s is None else centre.clock_ahead_s + self._clock.behind_s(),
            journal_trouble=journal_trouble,
            journal_entries=entries,
            sync_ms=sync_ms,
            sync_trouble=sync_trouble,
            free_mb=measuring.free_mb(self._folder),
            battery_percent=battery_percent(),
            parameters_version=self._store.version(DocumentKind.PARAMETERS, now),
            list_version="" if status_list is None else status_list.version,
            list_age_s=None if status_list is None else status_list.age_s(now),
            tariff_version="" if tariff is None else tariff.rate_version,
            unsent=counts.unsent,
            refused=counts.refused,
            open_debits=len(self._logbook.open_debits()),
            serial_ports=measuring.serial_ports(),
            pcsc_readers=measuring.pcsc_readers(),
            plate_trouble=None if policy.plate_reading == "off" else self._ways.plate_trouble(),
        )

    def _reader_trouble(self) -> LanesideError | None:
        try:
            self._ways.reach_reader()
        except LanesideError as error:
            return error
        return None

    def _tail(self) -> tuple[str, int]:
        try:
            return "", self._journal.verify_tail(JOURNAL_TAIL)
        except LanesideError as error:
            return str(error), 0

    def _sync(self) -> tuple[float | None, str]:
        try:
            return measuring.sync_ms(self._folder, self._clock.monotonic_s), ""
        except OSError as error:
            return None, str(error)
