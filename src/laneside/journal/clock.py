"""The terminal's one clock: the machine's time, never below the journal's newest entry."""

from __future__ import annotations

from datetime import datetime

from laneside.clock import Clock


class JournalClock:
    """The machine's clock with a floor (a :class:`laneside.clock.Clock`). Any thread may ask.

    The floor is kept in memory: asking reads no file and can't fail where the disk does. Nothing else in the terminal
    compares a time with the journal's.
    """

    def __init__(self, machine: Clock) -> None:
        self._machine = machine
        self._floor: datetime | None = None

    def now(self) -> datetime:
        """Return the machine's time, or the newest entry's where that is later."""
        now, floor = self._machine.now(), self._floor
        return now if floor is None else max(now, floor)

    def behind_s(self) -> float:
        """Return by how many seconds the machine's clock is behind the newest entry; 0 if it is not."""
        now, floor = self._machine.now(), self._floor
        return 0.0 if floor is None else max(0.0, (floor - now).total_seconds())

    def monotonic_s(self) -> float:
        """Return the machine's seconds that never run backwards."""
        return self._machine.monotonic_s()

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""
        self._machine.sleep(seconds)

    def raise_floor(self, at: datetime) -> None:
        """Keep the time at or above ``at`` from now on; the journal calls this for each entry, holding its lock.

        The floor of an entry that the disk then refused is kept: that time was shown already.
        """
        if self._floor is None or at > self._floor:
            self._floor = at
