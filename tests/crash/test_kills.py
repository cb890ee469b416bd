"""Processes are killed at random instants of scripted passages; whatever was cut, each debit has its one record.

The full count is ``./lane crash``, which also strikes each of these alone.
"""

from __future__ import annotations

import os
import secrets

import pytest
from kills.planned_kill import PlannedKill, drawn
from kills.run import play_all

pytestmark = [pytest.mark.process]

SEED = int(os.environ.get("LANESIDE_CRASH_SEED") or secrets.randbelow(2**32))
KILLS = 6


def test_kills_leave_one_record_for_each_debit_and_one_debit_for_each_record() -> None:
    print(f"./lane crash --seed {SEED} --kills {KILLS}")  # noqa: T201 - a run that fails says how to draw it again.
    outcomes = list(play_all(drawn(SEED, KILLS), streets=1))
    broken = [f"./lane crash --only {each.planned.key}: {each.trouble}" for each in outcomes if each.trouble]
    assert broken == []
    assert len(outcomes) > KILLS


def test_a_kill_is_drawn_alike_however_many_are_drawn_and_comes_back_from_its_key() -> None:
    plan = drawn(SEED, 60)
    assert drawn(SEED, 30) == plan[:40]
    assert [PlannedKill.named(planned.key) for planned in plan] == plan
