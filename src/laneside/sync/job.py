"""What every job of sync has in common: one step at a time, longer waits after failures, and the loop that runs it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from laneside.clock import Clock

FIRST_WAIT_S: Final = 1.0
ADDED_WAIT_S: Final = 2.0
LONGEST_WAIT_S: Final = 300.0


class StepOutcome(StrEnum):
    """How one step ended."""

    DONE = "done"
    REFUSED = "refused"
    IDLE = "idle"
    FAILED = "failed"


class StepResult(msgspec.Struct, frozen=True, kw_only=True):
    """One step: its outcome, after how many seconds the next makes sense, what it was about, what went wrong."""

    outcome: StepOutcome
    wait_s: float
    subject: str = ""
    trouble: str = ""


class SyncJob(Protocol):
    """Something that goes forward step by step: an uploader, the downloader, the heartbeat, the authoriser."""

    def step(self) -> StepResult:
        """Do the next thing if it is due; does not raise for what the disk or the network are expected to do."""
        ...


def run(job: SyncJob, wait: Callable[[float], bool]) -> None:
    """Step until ``wait(seconds)`` returns that it is time to stop; a ``threading.Event``'s ``wait`` fits."""
    while not wait(job.step().wait_s):
        pass


class Backoff:
    """Wait 1 s after a failure, 2 s longer after each further one, at most 5 min, for ever (spec/exit-record.md 4).

    Moments are monotonic seconds: what the wall clock does changes neither a wait nor the order of two answers.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = 0
        self._due_s = clock.monotonic_s()
        self._trouble = ""
        self._reached_s: float | None = None
        self._failed_s: float | None = None

    @property
    def trouble(self) -> str:
        """What went wrong last; empty after a success."""
        return self._trouble

    @property
    def reached_s(self) -> float | None:
        """When the centre last answered as it should."""
        return self._reached_s

    @property
    def failed_s(self) -> float | None:
        """When the centre last did not answer as it should."""
        return self._failed_s

    def due_in_s(self) -> float:
        """Return for how long the next try must still wait."""
        return max(0.0, self._due_s - self._clock.monotonic_s())

    def succeed(self, *, wait_s: float = 0.0) -> None:
        """Record a success; the next step may come after ``wait_s``."""
        self._failures = 0
        self._trouble = ""
        self._reached_s = self._clock.monotonic_s()
        self._due_s = self._reached_s + wait_s

    def fail(self, trouble: str) -> None:
        """Record a failure; the next wait is longer."""
        wait_s = min(FIRST_WAIT_S + ADDED_WAIT_S * self._failures, LONGEST_WAIT_S)
        self._failures += 1
        self._trouble = trouble
        self._failed_s = self._clock.monotonic_s()
        self._due_s = self._failed_s + wait_s

    def too_early(self) -> StepResult:
        """Return the step that does nothing because it is too early."""
        return StepResult(outcome=StepOutcome.IDLE, wait_s=self.due_in_s(), trouble=self._trouble)

    def failed(self, error: Exception, subject: str = "") -> StepResult:
        """Record a failure and return the step that ended with it."""
        self.fail(str(error))
        return StepResult(outcome=StepOutcome.FAILED, wait_s=self.due_in_s(), subject=subject, trouble=str(error))


class SupervisedJob:
    """Keep a job going that failed as no one expected: a failure like any other, with its growing waits.

    Whatever the centre, or anything in between, answers: no thread ends by it. ``defect`` gets the exception;
    ``trouble`` is the last one's text, until a step goes through again.
    """

    def __init__(self, job: SyncJob, *, clock: Clock, defect: Callable[[BaseException], None]) -> None:
        self._job = job
        self._defect = defect
        self._backoff = Backoff(clock)

    @property
    def trouble(self) -> str:
        """Why the job is waiting to be tried again; empty while it works as it should."""
        return self._backoff.trouble

    def step(self) -> StepResult:
        """Let the job do its next step if it is not waiting after a defect; never raises."""
        if self._backoff.due_in_s() > 0:
            return self._backoff.too_early()
        try:
            result = self._job.step()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other steps must still come
            self._defect(error)
            self._backoff.fail(f"{type(error).__name__}: {error}")
            return StepResult(outcome=StepOutcome.FAILED, wait_s=self._backoff.due_in_s(), trouble=self.trouble)
        self._backoff.succeed()
        return result
