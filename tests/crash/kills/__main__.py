"""``./lane crash``: kill real processes at random instants; exit status 1 if a promise was broken."""

from __future__ import annotations

import argparse
import secrets
import time
from collections import Counter

from kills.planned_kill import PlannedKill, drawn
from kills.run import play_all, say

KILLS = 300


def main() -> int:
    """Run, print, and tell by the exit status."""
    parser = argparse.ArgumentParser(prog="./lane crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS, help="kills of the terminal; the others' come on top")
    parser.add_argument("--seed", type=int, help="draws the same kills again")
    parser.add_argument("--only", metavar="KEY", help="strike one kill alone")
    parser.add_argument("--streets", type=int, default=2, help="how many fleets at a time")
    given = parser.parse_args()
    seed = secrets.randbelow(2**32) if given.seed is None else given.seed
    plan = [PlannedKill.named(given.only)] if given.only else drawn(seed, given.kills)
    if not given.only:
        say(f"./lane crash --seed {seed} --kills {given.kills}")
    begun_s = time.monotonic()
    outcomes = list(play_all(plan, streets=given.streets))
    dead = Counter(outcome.planned.victim for outcome in outcomes)
    opened = sum(outcome.opened for outcome in outcomes)
    say(f"killed: {', '.join(f'{name} {count}' for name, count in dead.items())}; {opened} cut a debit open")
    say(f"{time.monotonic() - begun_s:.0f} s")
    survived = sum(not outcome.trouble for outcome in outcomes)
    say(f"{len(outcomes)} kills, {survived} survived")
    return 0 if survived == len(outcomes) else 1


if __name__ == "__main__":
    raise SystemExit(main())
