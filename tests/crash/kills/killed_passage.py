"""Let one kill fall while a collector works a vehicle, start what died, and bring the vehicle to its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread

import httpx2
from street import LANE, Json, Street, do, next_act, work_until

from kills.planned_kill import INTENT, PlannedKill
from kills.verdict import open_debits
from laneside.cli.browserless import RefusedError

ACTS_MAX = 40
"""More than any passage has: who needs more goes round in a circle."""

LOOK_S = 0.0005
"""How often it is looked whether the moment has come."""


def strike(lane: Street, planned: PlannedKill, vehicle: Json) -> str:
    """Kill, start again, kill again where the plan says so; return what the collector was doing when it fell."""
    fell = _struck(lane, planned, vehicle)
    if planned.twice:
        _struck(lane, replace(planned, act="prove"), vehicle)
    return fell


def finish(lane: Street, vehicle: Json, *, leave_open: bool) -> None:
    """Bring what was cut to its end, or leave an open debit open, as a collector in a hurry may."""
    with lane.collector() as collector:
        view = collector.quiet()
        if view and leave_open and "prove" in view["actions"]:
            assert set(view["actions"]) == {"prove", "leave"}
            collector.act("leave")
        elif view:
            work_until(collector, vehicle, "never")


def settle(lane: Street, name: str) -> None:
    """Show the card once more to the reader, so that nothing stays open."""
    vehicle = lane.panel.place(name)["vehicle"]
    with lane.collector() as collector:
        if work_until(collector, vehicle, "picture"):  # paid in this very second, it is refused and gone already
            collector.act("abandon", reason="核实")
            collector.act("leave")


class Death(Thread):
    """Kill so long after ``begins`` is true, unless the passage is over before that."""

    def __init__(self, kill: Callable[[], None], after_s: float, begins: Callable[[], bool]) -> None:
        super().__init__(name="death")
        self._kill, self._after_s, self._begins = kill, after_s, begins
        self._too_late = Event()
        self.came = False

    def run(self) -> None:
        while not self._begins():
            if self._too_late.wait(LOOK_S):
                return
        time.sleep(self._after_s)
        self.came = True  # first: whoever talks to the victim must not wonder why it is gone.
        self._kill()

    def end(self) -> None:
        """Wait for it, if it is on its way."""
        self._too_late.set()
        if self.ident is not None:
            self.join()


def _struck(lane: Street, planned: PlannedKill, vehicle: Json) -> str:
    member, open_before = lane.fleet.members[planned.victim], open_debits(lane)
    waits = planned.act == INTENT
    death = Death(member.child.kill, planned.after_ms / 1000, lambda: not waits or open_debits(lane) > open_before)
    try:
        act = _worked(lane, "submit" if waits else planned.act, vehicle, death)
    finally:
        death.end()
        lane.kill(planned.victim)
    _started(lane, planned.victim)(port=member.port)
    lane.verify_journal()
    return act


def _worked(lane: Street, strike_at: str, vehicle: Json, death: Death) -> str:
    """Work the vehicle until the kill falls; what fails before it is a failure."""
    act = "open"
    try:
        with lane.collector() as collector:
            if strike_at == "open":
                death.start()
            if collector.view() is None:
                collector.post("/linkage", lane_hex=LANE)
            view = collector.quiet()
            for _ in range(ACTS_MAX):
                if not view or death.came:
                    break
                act, fields = next_act(view, vehicle)
                if act == strike_at and death.ident is None:
                    death.start()
                view = do(collector, act, fields)
    except (httpx2.TransportError, httpx2.HTTPStatusError, RefusedError):
        if not death.came:
            raise
    return act


def _started(lane: Street, victim: str) -> Callable[..., object]:
    fleet = lane.fleet
    return {"terminal": fleet.start_terminal, "roadside": fleet.start_roadside, "centre": fleet.start_centre}[victim]
