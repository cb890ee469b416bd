"""The terminal's one clock: the machine's time, never below the entries since the newest anchor."""

from __future__ import annotations

from datetime import datetime, timedelta

from laneside.clock import Clock


class JournalClock:
    """The machine's clock with a floor (a :class:`laneside.clock.Clock`). Any thread may ask.

    The floor is kept in memory: asking reads no file and can't fail where the disk does. Nothing else in the terminal
    compares a time with the journal's. The clock also knows how far the machine's time is off what it should be: since
    the centre's signed time was last told, or else since the start, the machine's own seconds have gone on evenly.
    """

    def __init__(self, machine: Clock) -> None:
        self._machine = machine
        self._floor: datetime | None = None
        self._right: tuple[datetime, float] = (machine.now(), machine.monotonic_s())
        self.is_compared = False
        """Whether the centre told its time since the start."""

    def now(self) -> datetime:
        """Return the machine's time, or the newest entry's where that is later."""
        now, floor = self._machine.now(), self._floor
        return now if floor is None else max(now, floor)

    def behind_s(self) -> float:
        """Return by how many seconds the machine's clock is behind the newest entry; 0 if it is not."""
        now, floor = self._machine.now(), self._floor
        return 0.0 if floor is None else max(0.0, (floor - now).total_seconds())

    def off_s(self) -> float:
        """Return by how many seconds the machine's clock is ahead of the right time, negative where it is behind."""
        at, monotonic_s = self._right
        right = at + timedelta(seconds=self._machine.monotonic_s() - monotonic_s)
        return (self._machine.now() - right).total_seconds()

    def told(self, right: datetime) -> None:
        """Take in what the centre's signed time says that it is now."""
        self._right = (right, self._machine.monotonic_s())
        self.is_compared = True

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

    def lower_floor(self) -> datetime | None:
        """Let the time be the machine's again, and return the former floor; the journal calls this for an anchor."""
        floor, self._floor = self._floor, None
        return floor
