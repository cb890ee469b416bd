"""The terminal put together: journal, documents, reader, lane, desk, jobs with the centre; it decides nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx2
import msgspec

from laneside import __version__
from laneside.clock import Clock
from laneside.contract.enrolment import EnrolmentCode
from laneside.contract.exchange import Refusal
from laneside.contract.parameters import Policy
from laneside.devices.lane import NoLane
from laneside.devices.machine import SystemClock, lock_folder, make_private
from laneside.devices.plates import PlateProcess
from laneside.errors import SettingError
from laneside.journal import schema
from laneside.journal.journal import Journal
from laneside.passage.desk import Desk
from laneside.passage.duty.duty import Duty
from laneside.passage.duty.lane_setup import LaneSetup
from laneside.passage.duty.shift_totals import ShiftSums
from laneside.passage.flows.open_exit import OPEN_EXIT
from laneside.passage.lane import LaneLink
from laneside.passage.passage_journal import PassageJournal
from laneside.passage.passage_steps import Equipment
from laneside.passage.trace import TraceKeeper, traces_of
from laneside.passage.views.history import PassageHistory
from laneside.reader.purchase import KeyIndex, ReaderPolicy
from laneside.sync.agreement import Agreement, AgreementJob
from laneside.sync.authorise import PsamAuthoriser
from laneside.sync.centre_client import CentreClient
from laneside.sync.document_store import DocumentStore, Downloader
from laneside.sync.folder import DiskFolder
from laneside.sync.heartbeat import HeartbeatJob, TerminalState
from laneside.sync.identity import Identity, enrol
from laneside.sync.job import SupervisedJob, run
from laneside.sync.link import CentreLink
from laneside.sync.time_anchor import TimeAnchor
from laneside.sync.upload import DATA, PHOTOS, Uploader
from laneside.terminal.checkup.checkup import CHECK_TIMEOUT_S, Checkup, Probes
from laneside.terminal.demo_panel import DemoRoadside
from laneside.terminal.device_worker import DeviceWorker, PsamAccess
from laneside.terminal.photos import PhotoFolder
from laneside.terminal.plate_worker import PlateWorker
from laneside.terminal.preferences import Preferences
from laneside.terminal.reader_choice import Connections, RoadsideChips, refuse_plain_http
from laneside.terminal.reader_factory import firmware_of, make_reader, poll_s_of, reach_of, required_roadside
from laneside.terminal.services import Services
from laneside.terminal.station import StationSetup, lane_id_of
from laneside.terminal.status import top_line
from laneside.terminal.traced_lane import TracedLane
from laneside.virtual.client import RoadsidePanel, VirtualLane

FLOWS = (OPEN_EXIT,)
"""What this terminal does; a lane is worked by the first flow that works its type."""

CENTRE_TIMEOUT_S = 10.0
CHECKED_AT_START = 2000
"""How many of the journal's newest entries are verified before the first debit."""
FIRST_CONTACT_S = 5.0
"""How long after a start a fee waits for the centre's newer documents; a vehicle offline waits no longer."""
CHECK_PLATES_TIMEOUT_S = 10.0
"""How long 班前检查 waits until the models that read plates are loaded."""


class TerminalSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where a terminal is kept, what it is connected to, and its name at the centre.

    A roadside brings lane and panel, and the chips where the choice of the reader says so.
    """

    data: Path
    connections: Connections
    name: str = "handheld"
    demo: bool = False
    plain_http_to_centre: bool = False

    def __post_init__(self) -> None:
        """Refuse a terminal without any reader, or whose words to the centre anyone could read.

        Raises SettingError and PlainHttpError.
        """
        if not self.plain_http_to_centre:
            refuse_plain_http(self.connections.centre_url)
        if isinstance(self.connections.reader, RoadsideChips):
            required_roadside(self.connections)


class Terminal:
    """One running terminal. ``start`` begins the background work; ``close`` ends it and takes power from the chips.

    Everyone in it gets the journal's clock; ``machine`` is the clock below that one, the system's if left out.
    """

    def __init__(
        self, settings: TerminalSettings, *, enrolment_code: str | None = None, machine: Clock | None = None
    ) -> None:
        self._settings = settings
        self._stop = Event()
        self._threads: list[Thread] = []
        make_private(settings.data, "journal.sqlite3")
        self._lock = lock_folder(settings.data)
        self._links = ExitStack()
        self._client = httpx2.Client(base_url=settings.connections.centre_url, timeout=CENTRE_TIMEOUT_S)
        self._device = device = DiskFolder(settings.data / "device")
        self._identity = self._known_or_enrolled(device, enrolment_code)
        self._connection = schema.connect(settings.data / "journal.sqlite3")
        self._journal = Journal(
            self._connection, clock=machine or SystemClock(), terminal_id=self._identity.terminal_id
        )
        self._clock = self._journal.clock
        self._started_s = self._clock.monotonic_s()
        self._passages = PassageJournal(journal=self._journal, clock=self._clock, slot=self._identity.slot)
        self._documents = DocumentStore(
            DiskFolder(settings.data / "documents"),
            centre_key=self._identity.centre_key,
            station_hex=self._identity.station_hex,
            contact_within=self._contact_within,
        )
        self._photos = PhotoFolder(settings.data / "photos", passages=self._passages)
        self._duty = Duty(
            journal=self._journal,
            documents=self._documents,
            identity=self._identity,
            clock=self._clock,
            totals=ShiftSums(passages=self._passages, documents=self._documents).totals,
        )
        self._traces = TraceKeeper(self._journal)
        self._reader = make_reader(
            settings.connections,
            clock=self._clock,
            policy=self._reader_policy(),
            links=self._links,
            tell=self._traces.tell_later,
        )
        self._worker = DeviceWorker(defect=_log_defect)
        self._psam = PsamAccess(self._reader, self._worker)
        self._plates = PlateWorker(PlateProcess(), defect=_log_defect)
        self._agreement = Agreement(self._journal)
        self._centre = CentreClient(
            CentreLink(self._client),
            self._identity,
            clock=self._clock,
            items=self._agreement,
            tell_time=TimeAnchor(self._journal, policy=self._policy).told,
        )
        self._sync_jobs = self._make_sync_jobs()
        self._authoriser = PsamAuthoriser(self._psam, self._centre, lane_id=self._lane_id)
        self._supervised = {
            name: SupervisedJob(job, clock=self._clock, defect=_log_defect)
            for name, job in (*self._sync_jobs.items(), ("authoriser", self._authoriser))
        }
        self.desk = self._desk()
        self.services = self._services(device)

    def listens_at(self, url: str) -> None:
        """Keep what this terminal is connected to, and where its own pages are."""
        msgspec.structs.replace(self._settings.connections, pages_url=url).save(self._device)

    def start(self) -> None:
        """Begin to talk to the centre and to watch the PSAM; a terminal without parameters asks for them first."""
        self._journal.check_tail(CHECKED_AT_START)
        for damaged in self._documents.damaged:
            _log().warning("document-damaged", document=damaged)
        if self._documents.parameters(self._clock.now()) is None:
            _log().info("first-download", outcome=self._supervised["downloader"].step().outcome)
        for name, job in self._supervised.items():
            self._run(name, partial(run, job, self._stop.wait))
        self._run("psam", self._watch_psam)

    def close(self) -> None:
        """Stop everything in order; a job at the reader is waited for, never cut by us."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._worker.close()
        self._plates.close()
        self._reader.close()
        self._links.close()
        self._client.close()
        self._connection.close()
        self._lock.close()

    def _known_or_enrolled(self, device: DiskFolder, code: str | None) -> Identity:
        identity = Identity.load(device)
        if identity is not None:
            return identity
        if code is None:
            raise SettingError("this terminal is not enrolled: start it once with a code from the centre")
        answer = enrol(
            CentreLink(self._client),
            device,
            code=EnrolmentCode.parse(code),
            name=self._settings.name,
            random_bytes=secrets.token_bytes,
        )
        if isinstance(answer, Refusal):
            raise SettingError(f"the centre refused the enrolment: {answer.text}")
        return answer

    def _contact_within(self) -> float:
        """Return for how long 算费 may still wait for the first contact: a restored centre may have lost a tariff."""
        return self._started_s + FIRST_CONTACT_S - self._clock.monotonic_s()

    def _policy(self) -> Policy:
        parameters = self._documents.parameters(self._clock.now())
        return Policy() if parameters is None else parameters.policy

    def _reader_policy(self) -> ReaderPolicy:
        """Take the reader's settings as they hold at the start of the terminal."""
        return ReaderPolicy(key_index=KeyIndex(self._policy().key_index))

    def _make_sync_jobs(self) -> dict[str, Uploader | AgreementJob | Downloader | HeartbeatJob]:
        """Make uploads, agreement, download and heartbeat: each has a thread and a pace of its own."""
        centre = self._centre
        uploader = partial(
            Uploader, self._journal, centre, clock=self._clock, agreement=self._agreement, photo=self._photos.get
        )
        return {
            "records": uploader(kinds=DATA),
            "photos": uploader(kinds=PHOTOS),
            "agreement": AgreementJob(
                self._agreement,
                self._journal,
                centre,
                clock=self._clock,
                has_photo=lambda sha256: self._photos.get(sha256) is not None,
            ),
            "downloader": Downloader(self._documents, centre, clock=self._clock),
            "heartbeat": HeartbeatJob(
                centre,
                self._identity,
                self._journal,
                self._documents,
                clock=self._clock,
                software=__version__,
                state=self._state,
            ),
        }

    def _state(self) -> TerminalState:
        duty, view = self._duty.on_duty, self.desk.view()
        return TerminalState(
            open_debits=len(self._passages.open_debits()),
            operator_id=None if duty is None else duty.operator_id,
            shift=None if duty is None else duty.shift,
            lane_hex=None if view is None else view.lane_hex,
            psam_authorised=self._psam.authorised,
        )

    def _desk(self) -> Desk:
        roadside = self._settings.connections.roadside
        lane: LaneLink = NoLane()
        if roadside is not None and self._settings.connections.lane_link:
            lane = TracedLane(VirtualLane(*roadside), keeper=self._traces, clock=self._clock, later=self._worker.queue)
        self._lane_setup = LaneSetup(journal=self._journal, duty=self._duty)
        return Desk(
            Equipment(
                reader=self._reader,
                lane=lane,
                passages=self._passages,
                documents=self._documents,
                photos=self._photos,
                identity=self._identity,
                duty=self._duty,
                lane_setup=self._lane_setup,
                clock=self._clock,
                random_bytes=secrets.token_bytes,
                worker=self._work_traced,
                flows=FLOWS,
                plates=self._plates,
            )
        )

    def _services(self, device: DiskFolder) -> Services:
        return Services(
            desk=self.desk,
            duty=self._duty,
            history=PassageHistory(passages=self._passages, duty=self._duty),
            setup=StationSetup(setup=self._lane_setup, documents=self._documents, flows=FLOWS, clock=self._clock),
            photos=self._photos,
            preferences=Preferences(device),
            top_line=partial(
                top_line,
                journal=self._journal,
                passages=self._passages,
                documents=self._documents,
                psam=self._psam,
                backoffs=[job.backoff for job in self._sync_jobs.values()],
            ),
            checkup=self._checkup().examine,
            traces_of=partial(traces_of, self._journal),
            demo=_demo(self._settings),
        )

    def _checkup(self) -> Checkup:
        link = CentreLink(self._client, timeout_s=CHECK_TIMEOUT_S)
        return Checkup(
            self._settings.data,
            journal=self._journal,
            passages=self._passages,
            documents=self._documents,
            probes=Probes(
                psam=lambda: self._psam.report_within(CHECK_TIMEOUT_S),
                reach_reader=reach_of(self._reader, self._settings.connections),
                firmware=lambda: firmware_of(self._reader),
                authorisation_trouble=lambda: self._authoriser.trouble,
                job_troubles=self._job_troubles,
                check_centre=CentreClient(link, self._identity, clock=self._clock).check,
                plate_trouble=lambda: self._plates.trouble(CHECK_PLATES_TIMEOUT_S),
            ),
        )

    def _job_troubles(self) -> tuple[str, ...]:
        return tuple(f"{name}: {job.trouble}" for name, job in self._supervised.items() if job.trouble)

    def _work_traced(self, job: Callable[[], None]) -> None:
        """Queue a job of the vehicle in work; what it exchanged is kept with the vehicle when the job is over."""
        self._worker.queue(partial(self._traces.during, job))

    def _lane_id(self) -> str:
        """Return the GB code of the lane in work, else of the first enabled one."""
        view = self.desk.view()
        chosen = [choice.lane_hex for choice in self.desk.lanes()] if view is None else [view.lane_hex]
        return lane_id_of(self._documents.parameters(self._clock.now()), chosen)

    def _watch_psam(self) -> None:
        while not self._stop.is_set():
            self._psam.poll()
            self._stop.wait(poll_s_of(self._settings.connections.reader))

    def _run(self, name: str, work: Callable[[], None]) -> None:
        thread = Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()


def _log() -> Any:
    """Return the log. Its library loads rich and Pygments: 50 ms and 5 MB, not needed by a start without a message."""
    import structlog  # noqa: PLC0415 - loads with the first message

    return structlog.get_logger()


def _log_defect(error: BaseException) -> None:
    _log().error("job-failed", error=repr(error), exc_info=error)


def _demo(settings: TerminalSettings) -> DemoRoadside | None:
    roadside = settings.connections.roadside
    return None if not settings.demo or roadside is None else DemoRoadside(RoadsidePanel(*roadside))
