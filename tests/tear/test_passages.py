"""Whole passages: every single cut with one of the four vehicles, and a few pairs; ./lane tear plays all of them."""

from __future__ import annotations

import pytest
from suite.run import SEED, every_single, pairs_after, play_all, sampled, share

PAIRS = 80


@pytest.mark.slow
def test_every_torn_passage_ends_with_one_debit_and_one_record():
    chosen = share(every_single(), SEED)
    assert len(chosen) > 4000
    once = list(play_all(chosen))
    pairs = sampled([pair for outcome in once for pair in pairs_after(outcome)], PAIRS, SEED)
    twice = list(play_all(pairs))
    broken = [f"./lane tear --only {each.key}: {each.trouble}" for each in (*once, *twice) if each.trouble]
    assert broken == []
