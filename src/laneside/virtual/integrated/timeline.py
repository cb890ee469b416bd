"""Time as it is handed in: what is due, in order. Nothing here looks at a clock."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

Act = Callable[[], None]


@dataclass(order=True, slots=True)
class Timer:
    """Something that is due at a time; a cancelled one never happens."""

    due_s: float
    number: int
    act: Act | None = field(compare=False)

    def cancel(self) -> None:
        """Let it never happen; twice is harmless."""
        self.act = None


class Timeline:
    """Acts in the order of their times; those of one time in the order in which they were asked for."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._timers: list[Timer] = []
        self._numbers = itertools.count()

    @property
    def next_s(self) -> float | None:
        """When the next act is due; None when nothing is."""
        while self._timers and self._timers[0].act is None:
            heapq.heappop(self._timers)
        return self._timers[0].due_s if self._timers else None

    def at(self, due_s: float, act: Act) -> Timer:
        """Plan an act; the past means as soon as possible."""
        timer = Timer(max(due_s, self.now_s), next(self._numbers), act)
        heapq.heappush(self._timers, timer)
        return timer

    def after(self, delay_s: float, act: Act) -> Timer:
        """Plan an act so much later."""
        return self.at(self.now_s + delay_s, act)

    def run(self, now_s: float) -> None:
        """Let time pass until ``now_s``; each act sees its own time."""
        while (due_s := self.next_s) is not None and due_s <= now_s:
            act = heapq.heappop(self._timers).act
            assert act is not None, "next_s drops the cancelled ones"
            self.now_s = due_s
            act()
        self.now_s = max(self.now_s, now_s)


class Countdown:
    """One act that is due at a time, or not at all."""

    def __init__(self, timeline: Timeline, act: Act) -> None:
        self._timeline = timeline
        self._act = act
        self._timer: Timer | None = None

    @property
    def running(self) -> bool:
        """Whether the act is still to come."""
        return self._timer is not None

    def start(self, due_s: float) -> None:
        """Let the act come at this time, instead of any other."""
        self.stop()
        self._timer = self._timeline.at(due_s, self._ended)

    def stop(self) -> None:
        """Let it not come; twice is harmless."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ended(self) -> None:
        self._timer = None
        self._act()
