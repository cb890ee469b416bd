"""``./lane tear``: every single cut of every cell and the pairs that fit; exit status 1 if a promise was broken."""

from __future__ import annotations

import argparse
import itertools
import sys

from suite.run import SEED, Plan, every_single, pairs_after, parsed, play_all, play_here, sampled
from suite.story import Outcome

PROGRESS = 500


def main() -> int:
    """Run, print, and tell by the exit status."""
    arguments = argparse.ArgumentParser(prog="./lane tear", description=__doc__)
    arguments.add_argument("--only", metavar="KEY", help="replay one story")
    arguments.add_argument("--cells", metavar="BEGINNING", default="", help="only these, as apdu or tcp-sm4")
    arguments.add_argument("--pairs", type=int, default=2000, help="how many pairs of cuts at most")
    arguments.add_argument("--seed", type=int, default=SEED, help="which pairs")
    given = arguments.parse_args()
    if given.only:
        return _told([play_here(parsed(given.only))])
    singles = every_single(given.cells)
    _say(f"{len(singles)} single cuts")
    once = _played(singles)
    pairs = [pair for outcome in once for pair in pairs_after(outcome)]
    chosen = sampled(pairs, given.pairs, given.seed)
    _say(f"{len(chosen)} of {len(pairs)} pairs of cuts, seed {given.seed}")
    twice = _played(chosen)
    return _count(itertools.chain(once, twice))


def _played(plans: list[Plan]) -> list[Outcome]:
    """Play them, and say how far it is and what broke as it goes."""
    outcomes = []
    for outcome in play_all(plans):
        outcomes.append(outcome)
        _show([outcome])
        if len(outcomes) % PROGRESS == 0:
            _say(f"    {len(outcomes)} of {len(plans)}")
    return outcomes


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _show(outcomes) -> None:
    for outcome in outcomes:
        if outcome.trouble:
            _say(f"./lane tear --only {outcome.key}\n    {outcome.trouble}")


def _told(outcomes: list[Outcome]) -> int:
    _show(outcomes)
    return _count(outcomes)


def _count(outcomes) -> int:
    found = list(outcomes)
    survived = sum(not outcome.trouble for outcome in found)
    _say(f"{len(found)} cut points, {survived} survived")
    return 0 if survived == len(found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
