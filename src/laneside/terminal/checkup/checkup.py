"""Measure what a shift needs and judge it; also for a terminal that is not running, from its folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Final

import httpx2
import msgspec

from laneside.contract.parameters import DocumentKind, Policy
from laneside.devices.machine import SystemClock, battery_percent, lock_folder
from laneside.devices.plates import PlateProcess
from laneside.errors import LanesideError, SettingError
from laneside.journal import schema
from laneside.journal.journal import Journal
from laneside.passage.passage_journal import PassageJournal
from laneside.reader.port import PsamState
from laneside.reader.purchase import ReaderPolicy
from laneside.sync.agreement import offered_again_since
from laneside.sync.centre_client import CentreCheck, CentreClient
from laneside.sync.document_store import DocumentStore
from laneside.sync.folder import DiskFolder
from laneside.sync.identity import Identity
from laneside.sync.link import CentreLink
from laneside.terminal.checkup.report import CheckReport, Measurements, judge
from laneside.terminal.reader_choice import Connections
from laneside.terminal.reader_factory import firmware_of, make_reader, reach_of

CHECK_TIMEOUT_S: Final = 3.0
"""How long it waits for the centre, and for a reader that is busy with a vehicle."""

JOURNAL_TAIL: Final = 1000
FRESH_S: Final = 2.0
"""A report that is younger is returned again: two pages that ask at once cost one checkup."""

SYNC_TRIES: Final = 5
SYNC_BYTES: Final = 4096
_PROBE_FILE: Final = ".sync-probe"
_PORTS: Final = ("ttyUSB*", "ttyACM*", "ttyAMA*", "ttymxc*", "rfcomm*")


class Probes(msgspec.Struct, frozen=True, kw_only=True):
    """How a checkup asks what it can't see itself. None of these raises beyond LanesideError.

    ``reach_reader`` returns when the reader answers at all, ``firmware`` what it said of its make; both are called
    after ``psam``. ``job_troubles`` names the jobs with the centre that a defect stopped, and why; None where none run.
    ``authorisation_trouble`` is why the PSAM is not authorised, ``plate_trouble`` why no plate can be
    read; both are empty where all is well.
    """

    psam: Callable[[], PsamState]
    reach_reader: Callable[[], None]
    authorisation_trouble: Callable[[], str]
    check_centre: Callable[[], CentreCheck]
    plate_trouble: Callable[[], str]
    firmware: Callable[[], str] = str
    job_troubles: Callable[[], tuple[str, ...] | None] = lambda: None


PUT_BACK_SHOWN: Final = timedelta(days=1)
"""For how long it is shown that the centre was put back."""


class Checkup:
    """班前检查 of one terminal."""

    def __init__(
        self, folder: Path, *, journal: Journal, passages: PassageJournal, documents: DocumentStore, probes: Probes
    ) -> None:
        self._folder = folder
        self._journal = journal
        self._passages = passages
        self._documents = documents
        self._probes = probes
        self._clock = journal.clock
        # Guards _last, and is held while a checkup runs, so that reader and centre are not asked twice at once. The
        # locks of journal and document store are taken under it; nothing that holds one of them examines.
        self._lock = Lock()
        self._last: tuple[float, CheckReport] | None = None

    def examine(self) -> CheckReport:
        """Look at everything now. May take as long as the centre and the reader take to answer, or not to."""
        with self._lock:
            if self._last is not None and self._clock.monotonic_s() - self._last[0] < FRESH_S:
                return self._last[1]
            now = self._clock.now()
            parameters = self._documents.parameters(now)
            policy = Policy() if parameters is None else parameters.policy
            report = judge(self._measure(policy), policy, now)
            self._last = (self._clock.monotonic_s(), report)
            return report

    def _measure(self, policy: Policy) -> Measurements:
        now = self._clock.now()
        psam = self._probes.psam()
        reader = None if psam.present else self._reader_trouble()
        centre = self._probes.check_centre()
        journal_trouble, entries = self._tail()
        sync_ms, sync_trouble = self._sync()
        counts = self._journal.counts()
        tariff, status_list = self._documents.tariff(now), self._documents.status_list(now)
        return Measurements(
            reader_trouble="" if reader is None else str(reader),
            reader_cause="" if reader is None else reader.code,
            firmware=self._probes.firmware(),
            psam=psam,
            authorisation_trouble=self._probes.authorisation_trouble(),
            centre_trouble=centre.trouble,
            offered_again=offered_again_since(self._journal, now - PUT_BACK_SHOWN),
            clock_ahead_s=self._machine_ahead_s(centre),
            journal_trouble=journal_trouble,
            journal_entries=entries,
            sync_ms=sync_ms,
            sync_trouble=sync_trouble,
            free_mb=free_mb(self._folder),
            battery_percent=battery_percent(),
            parameters_version=self._documents.version(DocumentKind.PARAMETERS, now),
            list_version="" if status_list is None else status_list.version,
            list_age_s=None if status_list is None else status_list.age_s(now),
            tariff_version="" if tariff is None else tariff.rate_version,
            unsent=counts.unsent,
            refused=counts.refused,
            open_debits=len(self._passages.open_debits()),
            job_troubles=self._probes.job_troubles(),
            serial_ports=serial_ports(),
            pcsc_readers=pcsc_readers(),
            plate_trouble=None if policy.plate_reading == "off" else self._probes.plate_trouble(),
        )

    def _machine_ahead_s(self, centre: CentreCheck) -> float | None:
        """Return how far the centre is ahead of the machine's own clock: the floor would hide a part."""
        return None if centre.clock_ahead_s is None else centre.clock_ahead_s + self._clock.behind_s()

    def _reader_trouble(self) -> LanesideError | None:
        try:
            self._probes.reach_reader()
        except LanesideError as error:
            return error
        return None

    def _tail(self) -> tuple[str, int]:
        try:
            return self._journal.damage, self._journal.verify_tail(JOURNAL_TAIL)
        except LanesideError as error:
            return str(error), 0

    def _sync(self) -> tuple[float | None, str]:
        try:
            return sync_ms(self._folder, self._clock.monotonic_s), ""
        except OSError as error:
            return None, str(error)


@contextmanager
def checkup_of(data: Path, connections: Connections) -> Iterator[Checkup]:
    """Lock the folder of a terminal that is not running and yield its checkup; nothing is written.

    The PSAM is asked and let go again. Raises SettingError where a terminal is running on the folder or none was ever
    enrolled there, JournalError.
    """
    with ExitStack() as stack:
        stack.enter_context(lock_folder(data))
        identity = Identity.load(DiskFolder(data / "device"))
        if identity is None:
            raise SettingError(f"no terminal is enrolled in {data}")
        connection = schema.connect(data / "journal.sqlite3")
        stack.callback(connection.close)
        journal = Journal(connection, clock=SystemClock(), terminal_id=identity.terminal_id)
        client = stack.enter_context(httpx2.Client(base_url=connections.centre_url, timeout=CHECK_TIMEOUT_S))
        reader = make_reader(
            connections, clock=journal.clock, policy=ReaderPolicy(), links=stack, tell=lambda _writing: None
        )
        stack.callback(reader.close)
        plates = PlateProcess()
        stack.callback(plates.end)
        yield Checkup(
            data,
            journal=journal,
            passages=PassageJournal(journal=journal, clock=journal.clock, slot=identity.slot),
            documents=DocumentStore(
                DiskFolder(data / "documents"), centre_key=identity.centre_key, station_hex=identity.station_hex
            ),
            probes=Probes(
                psam=reader.status,
                reach_reader=reach_of(reader, connections),
                firmware=lambda: firmware_of(reader),
                authorisation_trouble=lambda: "终端未运行 / the terminal is not running",
                check_centre=CentreClient(CentreLink(client), identity, clock=journal.clock).check,
                plate_trouble=plates.start,
            ),
        )


def sync_ms(folder: Path, monotonic_s: Callable[[], float]) -> float:
    """Return the median time of writing and syncing one small block, in milliseconds. Raises OSError."""
    probe = folder / _PROBE_FILE
    descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        return sorted(_one_sync_ms(descriptor, monotonic_s) for _ in range(SYNC_TRIES))[SYNC_TRIES // 2]
    finally:
        os.close(descriptor)
        probe.unlink(missing_ok=True)


def _one_sync_ms(descriptor: int, monotonic_s: Callable[[], float]) -> float:
    start_s = monotonic_s()
    os.pwrite(descriptor, os.urandom(SYNC_BYTES), 0)
    os.fsync(descriptor)
    return 1000 * (monotonic_s() - start_s)


def free_mb(folder: Path) -> int:
    """Return the free storage that this program may use, in megabytes (10⁶ bytes)."""
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize // 1_000_000


def serial_ports(devices: Path = Path("/dev")) -> tuple[str, ...]:
    """Name the serial ports that may have a reader: by pyserial where it is installed, else by their usual names."""
    try:
        from serial.tools import list_ports  # noqa: PLC0415 - an optional part, and slow to load
    except ImportError:
        return tuple(sorted(str(port) for pattern in _PORTS for port in devices.glob(pattern)))
    return tuple(sorted(port.device for port in list_ports.comports()))


def pcsc_readers() -> tuple[str, ...] | None:
    """Name the readers that the PC/SC service knows; None where there is no such service."""
    from laneside.devices.pcsc import list_readers  # noqa: PLC0415 - starts a process of its own

    try:
        return list_readers()
    except LanesideError:
        return None
