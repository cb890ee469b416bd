"""``./lane tear``: every single cut of every cell and the pairs that fit; exit status 1 if a promise was broken."""

from __future__ import annotations

import argparse
import itertools
import sys

from suite.run import SEED, every_single, pairs_after, parsed, play_all, play_here, sampled
from suite.story import Outcome


def main() -> int:
    """Run, print, and tell by the exit status."""
    arguments = argparse.ArgumentParser(prog="./lane tear", description=__doc__)
    arguments.add_argument("--only", metavar="KEY", help="replay one story")
    arguments.add_argument("--pairs", type=int, default=2000, help="how many pairs of cuts at most")
    arguments.add_argument("--seed", type=int, default=SEED, help="which pairs")
    given = arguments.parse_args()
    if given.only:
        return _told([play_here(parsed(given.only))])
    singles = every_single()
    _say(f"{len(singles)} single cuts")
    once = list(play_all(singles))
    _show(once)
    pairs = [pair for outcome in once for pair in pairs_after(outcome)]
    chosen = sampled(pairs, given.pairs, given.seed)
    _say(f"{len(chosen)} of {len(pairs)} pairs of cuts, seed {given.seed}")
    twice = list(play_all(chosen))
    _show(twice)
    return _count(itertools.chain(once, twice))


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
