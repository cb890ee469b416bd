"""Whole passages: every event cut in an eighth of the possible ways, and a few pairs; ./lane tear plays all of them."""

from __future__ import annotations

import pytest
from suite.run import SEED, every_single, pairs_after, play_here, sampled, share
from suite.site import CELLS

PAIRS_OF_A_CELL = 4


@pytest.fixture(scope="session")
def chosen():
    singles = every_single()
    plans = share(singles, SEED)
    assert {(CELLS[cell].reader, CELLS[cell].fee_fen, cuts[0].at) for cell, cuts in plans} == {
        (CELLS[cell].reader, CELLS[cell].fee_fen, cuts[0].at) for cell, cuts in singles
    }, "an event is not cut"
    assert {cuts[0].kind for _, cuts in plans} == {cuts[0].kind for _, cuts in singles}, "a kind of cut is not played"
    return plans


@pytest.mark.parametrize("cell", CELLS)
def test_every_torn_passage_ends_with_one_debit_and_one_record(chosen, cell):
    once = [play_here(plan) for plan in chosen if plan[0] == cell]
    pairs = sampled([pair for outcome in once for pair in pairs_after(outcome)], PAIRS_OF_A_CELL, SEED)
    twice = [play_here(pair) for pair in pairs]
    broken = [f"./lane tear --only {each.key}: {each.trouble}" for each in (*once, *twice) if each.trouble]
    assert broken == []
