"""What every piece of sync has in common: one step at a time, patience after a failure, and the loop that runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from laneside.clock import Clock

FIRST_WAIT_S: Final = 1.0
ADDED_WAIT_S: Final = 2.0
LONGEST_WAIT_S: Final = 300.0


class Outcome(StrEnum):
    """How one step ended."""

    DONE = "done"
    REFUSED = "refused"
    IDLE = "idle"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: its outcome, after how many seconds the next makes sense, what it was about, what went wrong."""

    outcome: Outcome
    wait_s: float
    subject: str = ""
    trouble: str = ""


class Piece(Protocol):
    """Something that goes forward step by step: an uploader, the downloader, the heart."""

    def step(self) -> Step:
        """Do the next thing if it is due; never raises for what the disk or the network do."""
        ...


def run(piece: Piece, wait: Callable[[float], bool]) -> None:
    """Step until ``wait(seconds)`` answers that it is time to stop; a ``threading.Event``'s ``wait`` fits."""
    while not wait(piece.step().wait_s):
        pass


class Patience:
    """Wait 1 s after a failure, 2 s longer after each further one, at most 5 min, for ever (spec/exit-record.md 4)."""

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
        """When the centre last answered as it should, by the clock that never runs backwards."""
        return self._reached_s

    @property
    def failed_s(self) -> float | None:
        """When the centre last did not answer as it should, by the same clock."""
        return self._failed_s

    def due_in_s(self) -> float:
        """Return for how long the next try must still wait."""
        return max(0.0, self._due_s - self._clock.monotonic_s())

    def succeed(self, *, wait_s: float = 0.0) -> None:
        """Note a success; the next step may come after ``wait_s``."""
        self._failures = 0
        self._trouble = ""
        self._reached_s = self._clock.monotonic_s()
        self._due_s = self._reached_s + wait_s

    def fail(self, trouble: str) -> None:
        """Note a failure and become more patient."""
        wait_s = min(FIRST_WAIT_S + ADDED_WAIT_S * self._failures, LONGEST_WAIT_S)
        self._failures += 1
        self._trouble = trouble
        self._failed_s = self._clock.monotonic_s()
        self._due_s = self._failed_s + wait_s

    def waiting(self) -> Step:
        """Return the step that does nothing because it is too early."""
        return Step(outcome=Outcome.IDLE, wait_s=self.due_in_s(), trouble=self._trouble)

    def failed(self, error: Exception, subject: str = "") -> Step:
        """Note a failure and return the step that ended with it."""
        self.fail(str(error))
        return Step(outcome=Outcome.FAILED, wait_s=self.due_in_s(), subject=subject, trouble=str(error))
