"""Acts that happen later: at a time that is handed in, or when they are released. Nothing here reads a clock."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from laneside.virtual.faults import Place

Act = Callable[[], None]


@dataclass(order=True, slots=True)
class Timer:
    """An act that is due at a time; a cancelled one never happens."""

    due_s: float
    number: int
    act: Act | None = field(compare=False)

    def cancel(self) -> None:
        """Drop the act; twice is harmless."""
        self.act = None


class Schedule:
    """Acts in the order of their times; those of one time in the order in which they were planned."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s
        self._timers: list[Timer] = []
        self._numbers = itertools.count()

    @property
    def next_s(self) -> float | None:
        """When the next act is due; None when nothing is."""
        while self._timers and self._timers[0].act is None:
            heapq.heappop(self._timers)
        return self._timers[0].due_s if self._timers else None

    def at(self, due_s: float, act: Act) -> Timer:
        """Plan an act; a time in the past means as soon as possible."""
        timer = Timer(max(due_s, self.now_s), next(self._numbers), act)
        heapq.heappush(self._timers, timer)
        return timer

    def after(self, delay_s: float, act: Act) -> Timer:
        """Plan an act after a delay."""
        return self.at(self.now_s + delay_s, act)

    def run(self, now_s: float) -> None:
        """Let time pass until ``now_s``; ``now_s`` of each act is the time at which it was due."""
        while (due_s := self.next_s) is not None and due_s <= now_s:
            act = heapq.heappop(self._timers).act
            assert act is not None, "next_s drops the cancelled ones"
            self.now_s = due_s
            act()
        self.now_s = max(self.now_s, now_s)


class Countdown:
    """One act that is due at a time, or not at all."""

    def __init__(self, schedule: Schedule, act: Act) -> None:
        self._schedule = schedule
        self._act = act
        self._timer: Timer | None = None

    @property
    def running(self) -> bool:
        """Whether the act is still to come."""
        return self._timer is not None

    def start(self, due_s: float) -> None:
        """Plan the act for this time instead of any earlier plan."""
        self.stop()
        self._timer = self._schedule.at(due_s, self._ended)

    def stop(self) -> None:
        """Cancel the act; twice is harmless."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ended(self) -> None:
        self._timer = None
        self._act()


class HeldActs:
    """Acts that wait for a release, in their order."""

    def __init__(self) -> None:
        self._kept: list[tuple[Place, Act]] = []

    @property
    def kept(self) -> tuple[Place, ...]:
        """The places where something is held back now."""
        return tuple(place for place, _ in self._kept)

    def keep(self, place: Place, act: Act) -> None:
        """Hold an act back."""
        self._kept.append((place, act))

    def release(self) -> None:
        """Carry out everything that is held back now."""
        kept, self._kept = self._kept, []
        for _, act in kept:
            act()

    def drop(self) -> None:
        """Forget everything: the power is gone."""
        self._kept.clear()
