"""Whole passages, cut once at a seeded share of all moments and twice at a few; ./lane tear plays all of them."""

from __future__ import annotations

import pytest
from suite.run import SEED, every_single, pairs_after, play_all, sampled

SINGLES, PAIRS = 400, 80


@pytest.mark.slow
def test_every_torn_passage_ends_with_one_debit_and_one_record():
    singles = every_single()
    assert len(singles) > 2000
    once = list(play_all(sampled(singles, SINGLES, SEED)))
    pairs = sampled([pair for outcome in once for pair in pairs_after(outcome)], PAIRS, SEED)
    twice = list(play_all(pairs))
    broken = [f"./lane tear --only {each.key}: {each.trouble}" for each in (*once, *twice) if each.trouble]
    assert broken == []
