"""The one thread that talks to the reader, one job after the other, and the PSAM as all but the passage ask it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from enum import StrEnum
from typing import Final, TypeVar

from laneside.reader.port import EtcReader, PsamAuthorisation, PsamChallenge, PsamState

T = TypeVar("T")

NOT_ASKED: Final = PsamState(present=False, authorised=False, trouble="not asked yet")


class PsamReadiness(StrEnum):
    """The PSAM as the top line shows it."""

    READY = "ready"
    UNAUTHORISED = "unauthorised"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class DeviceWorker:
    """Run device jobs in the order in which they come. ``defect`` gets what a job raised beyond its own failures."""

    def __init__(self, *, defect: Callable[[BaseException], None]) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="device")
        self._defect = defect

    def queue(self, job: Callable[[], None]) -> None:
        """Queue a job and go on."""
        self._pool.submit(job).add_done_callback(self._report_defect)

    def finish(self, job: Callable[[], None]) -> None:
        """Queue a job and wait until it is over, well or not."""
        future = self._pool.submit(job)
        future.add_done_callback(self._report_defect)
        wait((future,))

    def ask(self, job: Callable[[], T]) -> T:
        """Queue a job, wait for it and return what it returns."""
        return self._pool.submit(job).result()

    def ask_for(self, seconds: float, job: Callable[[], T]) -> T | None:
        """Queue a job and wait so long for what it returns; None when the worker is busy for longer."""
        future = self._pool.submit(job)
        try:
            return future.result(seconds)
        except FutureTimeoutError:
            return None

    def close(self) -> None:
        """Wait for the job that runs and for those that are queued; none is cut by us."""
        self._pool.shutdown(wait=True)

    def _report_defect(self, future: Future[None]) -> None:
        error = future.exception()
        if error is not None:
            self._defect(error)


class PsamAccess:
    """The PSAM through the device worker: its authorisation (a :class:`laneside.sync.authorise.PsamPort`), its state.

    What it last reported is kept, so that the top line never waits for a device.
    """

    def __init__(self, reader: EtcReader, worker: DeviceWorker) -> None:
        self._reader = reader
        self._worker = worker
        self._report: PsamState | None = None

    def poll(self) -> None:
        """Ask the PSAM between two jobs, and wait for it."""
        self._worker.finish(self._look)

    def report_within(self, seconds: float) -> PsamState:
        """Ask the PSAM now; while the reader is busy for longer, return what it last reported."""
        return self._worker.ask_for(seconds, self._reader.status) or self._report or NOT_ASKED

    @property
    def readiness(self) -> PsamReadiness:
        """What the top line shows."""
        if self._report is None:
            return PsamReadiness.UNKNOWN
        if not self._report.present:
            return PsamReadiness.ABSENT
        return PsamReadiness.READY if self._report.authorised else PsamReadiness.UNAUTHORISED

    @property
    def authorised(self) -> bool | None:
        """What the heartbeat says; None without a PSAM, and before it was asked."""
        return self._report.authorised if self._report is not None and self._report.present else None

    def authorisation_request(self) -> PsamChallenge | None:
        """Take a challenge from a PSAM that wants one."""
        return self._worker.ask(self._request)

    def authorise(self, instruction: bytes) -> PsamAuthorisation:
        """Send the centre's APDU to the PSAM; the top line shows the result at once."""
        return self._worker.ask(lambda: self._authorise(instruction))

    def _look(self) -> None:
        self._report = self._reader.status()

    def _request(self) -> PsamChallenge | None:
        challenge = self._reader.authorisation_request()
        if challenge is not None:
            self._look()
        return challenge

    def _authorise(self, instruction: bytes) -> PsamAuthorisation:
        answer = self._reader.authorise(instruction)
        self._look()
        return answer
