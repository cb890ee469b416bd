"""Run many stories in two processes and count them. A pair is a cut and, with another cut, its aftermath."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import Random

from suite.script import Cut, Kind
from suite.site import CELLS
from suite.story import FOLDER, Outcome, Room, play, single_cuts

SEED = 20260506
TURNS = 8
"""A kind of cut takes every eighth event in ``./lane test``; ``./lane tear`` plays all."""
_rooms: list[Room] = []

Plan = tuple[str, tuple[Cut, ...]]


def play_here(plan: Plan) -> Outcome:
    """Play one story in this process, in its own centre."""
    if not _rooms:
        _rooms.append(Room(Path(tempfile.mkdtemp(dir=FOLDER, prefix="laneside-tear-")) / "centre"))
    return play(_rooms[0], *plan)


def play_all(plans: Iterable[Plan]) -> Iterator[Outcome]:
    """Play in as many processes as there are processors, at most four."""
    workers = min(4, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(play_here, plans, chunksize=8)


def every_single(cells: str = "") -> list[Plan]:
    """Return every cut of the whole passage in every cell whose name begins so."""
    whole = {cell: play_here((cell, ())) for cell in CELLS if cell.startswith(cells)}
    for outcome in whole.values():
        assert not outcome.trouble, f"{outcome.key} without any cut: {outcome.trouble}"
    return [(cell, (cut,)) for cell, outcome in whole.items() for cut in single_cuts(outcome.events[0])]


def share(singles: list[Plan], seed: int) -> list[Plan]:
    """Draw an eighth of the cuts of every event of each reader and amount, dealt out to the vehicles.

    The kinds take turns: one that misses an event is played at one of the next seven.
    """
    events: dict[tuple[str, int, int], list[Plan]] = {}
    for cell, cuts in singles:
        events.setdefault((CELLS[cell].reader, CELLS[cell].fee_fen, cuts[0].at), []).append((cell, cuts))
    drawn = []
    for event, plans in sorted(events.items()):
        cells, kinds = sorted({cell for cell, _ in plans}), sorted({cuts[0].kind for _, cuts in plans})
        turns = min(TURNS, len(kinds))  # each event is cut in one way at least
        of_turn = {kind: number for number, kind in enumerate(kinds) if number % turns == event[-1] % turns}
        dealt = Random(f"{seed} {event}").sample(cells, len(cells))
        drawn += [
            (cell, cuts)
            for cell, cuts in plans
            if (number := of_turn.get(cuts[0].kind)) is not None and dealt[number // turns % len(dealt)] == cell
        ]
    return drawn


def pairs_after(outcome: Outcome) -> list[Plan]:
    """Return all pairs that begin with a story's only cut."""
    cell, first = parsed(outcome.key)
    return [(cell, (*first, second)) for second in single_cuts(outcome.events[1])] if outcome.events else []


def sampled(plans: list[Plan], count: int, seed: int) -> list[Plan]:
    """Draw without replacement, the same ones for the same seed."""
    return sorted(Random(seed).sample(plans, min(count, len(plans))))


def parsed(key: str) -> Plan:
    """Read a replay key."""
    cell, *cuts = key.split("/")
    return cell, tuple(Cut(int(at), Kind(kind)) for at, kind in (cut.split(":") for cut in cuts))
