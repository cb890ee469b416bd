"""Many kills in a few streets, each street a fleet of its own; what broke one is told with the key that replays it."""

from __future__ import annotations

import itertools
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from street import Street, street

from kills import verdict
from kills.killed_passage import finish, settle, strike
from kills.planned_kill import PlannedKill
from kills.verdict import Worked

STREET_KILLS_MAX = 40
"""So many kills share a street: a journal with a past, and a check of the centre every few minutes."""
DELIVERY_S_MAX = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one kill ended; ``opened`` tells that it cut a debit open, ``trouble`` is the promise that was broken."""

    planned: PlannedKill
    opened: bool = False
    trouble: str = ""


def play_all(plan: Sequence[PlannedKill], *, streets: int) -> Iterator[Outcome]:
    """Play all kills in so many streets at a time, in processes of their own where they are several."""
    groups = []
    for reader in dict.fromkeys(planned.reader for planned in plan):
        share = [planned for planned in plan if planned.reader == reader]
        groups += [share[at : at + STREET_KILLS_MAX] for at in range(0, len(share), STREET_KILLS_MAX)]
    if streets == 1:
        yield from itertools.chain.from_iterable(map(_played, groups))
        return
    with ProcessPoolExecutor(streets, mp_context=get_context("spawn")) as pool:
        yield from itertools.chain.from_iterable(pool.map(_played, groups))


def _played(group: Sequence[PlannedKill]) -> list[Outcome]:
    """Play a group; a street in which something broke is left behind with its files."""
    told: list[Outcome] = []
    while len(told) < len(group):
        folder = Path(tempfile.mkdtemp(prefix="laneside-crash-"))
        outcomes = _in_one_street(group[len(told) :], folder)
        broken = [outcome for outcome in outcomes if outcome.trouble]
        for outcome in broken:
            say(f"./lane crash --only {outcome.planned.key}\n    {outcome.trouble}\n    its files are in {folder}")
        if not broken:
            shutil.rmtree(folder)
        told += outcomes
    return told


def _in_one_street(plans: Sequence[PlannedKill], folder: Path) -> list[Outcome]:
    """Play kills until one breaks a promise; then, or at the end, hold the centre to all of them."""
    done: list[Worked] = []
    try:
        with street(folder, reader=plans[0].reader, duplicate_window_s=0, search_s=2.0) as lane:
            for planned in plans:
                trouble = _said(lambda planned=planned: done.append(_worked(lane, planned)))
                if trouble:
                    _revive(lane)
                    return [*_at_the_centre(lane, done), Outcome(planned=planned, trouble=trouble)]
                say(f"[{len(done)}/{len(plans)}] {done[-1]}")
            return _judged(lane, done)
    except Exception as error:  # noqa: BLE001 - a street that does not start or end is a finding too
        return [Outcome(planned=planned, trouble=f"the street: {_words(error)}") for planned in plans]


def _worked(lane: Street, planned: PlannedKill) -> Worked:
    known = verdict.sealed_ids(lane)
    before = lane.arrive(planned.vehicle)
    fell = strike(lane, planned, before["vehicle"])
    opened = verdict.open_debits(lane) > 0
    finish(lane, before["vehicle"], leave_open=planned.leave_open)
    if verdict.open_debits(lane):
        settle(lane, planned.vehicle)
    sealed = verdict.sealed_ids(lane) - known
    worked = Worked(planned=planned, records=sealed, fell=fell, opened=opened, before=before, after=lane.panel.state())
    verdict.at_the_lane(lane, worked)
    return worked


def _judged(lane: Street, done: Sequence[Worked]) -> list[Outcome]:
    """Hold the centre to all kills; what is wrong with the whole is told with the last one."""
    outcomes = _at_the_centre(lane, done)
    debits = sum(each.after["card"]["counter"] - each.before["card"]["counter"] for each in done)
    whole = _said(lambda: verdict.everything_once(lane, debits))
    if whole and not outcomes[-1].trouble:
        outcomes[-1] = replace(outcomes[-1], trouble=f"after {len(done)} kills: {whole}")
    return outcomes


def _revive(lane: Street) -> None:
    """Start the terminal anew: what broke may have left none that delivers what waits."""
    if "terminal" in lane.fleet.members:
        lane.kill("terminal")
    lane.fleet.start_terminal()


def _at_the_centre(lane: Street, done: Sequence[Worked]) -> list[Outcome]:
    """Wait until the centre has everything, then look at each kill's records there."""
    waits = "" if lane.delivered(within_s=DELIVERY_S_MAX) else "not everything is delivered"
    return [
        Outcome(planned=e.planned, opened=e.opened, trouble=waits or _said(lambda e=e: verdict.at_the_centre(lane, e)))
        for e in done
    ]


def _said(act: Callable[[], object]) -> str:
    """Do something; return what was wrong with it."""
    try:
        act()
    except Exception as error:  # noqa: BLE001 - every escape is a finding of the suite
        return _words(error)
    return ""


def say(line: str) -> None:
    """Print a line whole, whoever else prints."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:600]
