"""The one thread that talks to the reader, and the PSAM's authorisation through it: one job after the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TypeVar

from laneside.reader import EtcReader, PsamAuthorisation, PsamChallenge
from laneside.terminal.status import SamWatch

T = TypeVar("T")


class DeviceWorker:
    """Run device jobs in the order in which they come. ``defect`` gets what a job raised beyond its own failures."""

    def __init__(self, *, defect: Callable[[BaseException], None]) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="device")
        self._defect = defect

    def queue(self, job: Callable[[], None]) -> None:
        """Queue a job and go on."""
        self._pool.submit(job).add_done_callback(self._tell_defect)

    def finish(self, job: Callable[[], None]) -> None:
        """Queue a job and wait until it is over, well or not."""
        future = self._pool.submit(job)
        future.add_done_callback(self._tell_defect)
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

    def _tell_defect(self, future: Future[None]) -> None:
        error = future.exception()
        if error is not None:
            self._defect(error)


class WorkedSam:
    """The PSAM as the authoriser has it (a :class:`laneside.sync.authorise.PsamPort`); the top line is told at once."""

    def __init__(self, reader: EtcReader, watch: SamWatch, worker: DeviceWorker) -> None:
        self._reader = reader
        self._watch = watch
        self._worker = worker

    def authorisation_request(self) -> PsamChallenge | None:
        """Take a challenge from a PSAM that wants one."""
        return self._worker.ask(self._request)

    def authorise(self, instruction: bytes) -> PsamAuthorisation:
        """Hand the centre's APDU on."""
        return self._worker.ask(lambda: self._authorise(instruction))

    def _request(self) -> PsamChallenge | None:
        challenge = self._reader.authorisation_request()
        if challenge is not None:
            self._watch.look()
        return challenge

    def _authorise(self, instruction: bytes) -> PsamAuthorisation:
        answer = self._reader.authorise(instruction)
        self._watch.look()
        return answer
