"""The search against brute force: every way to write every text into the frames, summed by hand."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laneside.plates.decoding import Decoder
from laneside.plates.grammar import FormName, TextForm, automaton_of

FORMS = (
    TextForm(name=FormName.CIVIL, places=("ab", "ab")),
    TextForm(name=FormName.POLICE, places=("ab", "b", "c")),
    TextForm(name=FormName.ARMY, places=("c",)),
)
AUTOMATON = automaton_of(FORMS)
DECODER = Decoder(AUTOMATON)
TEXTS = {"".join(places): form.name for form in FORMS for places in product(*form.places)}


def pictures_of(length: int, *, count: int) -> st.SearchStrategy[list[np.ndarray]]:
    row = st.lists(st.integers(0, 20), min_size=4, max_size=4).filter(any)
    picture = st.lists(row, min_size=length, max_size=length).map(
        lambda rows: np.array([[value / sum(row) for value in row] for row in rows])
    )
    return st.lists(picture, min_size=count, max_size=count)


frames = st.integers(1, 6).flatmap(lambda length: pictures_of(length, count=1)).map(lambda pictures: pictures[0])
pairs = st.integers(1, 6).flatmap(lambda length: pictures_of(length, count=2))
weights = st.fixed_dictionaries({form.name.value: st.sampled_from([0.1, 0.5, 1.0]) for form in FORMS})


def written_by_hand(rows: np.ndarray) -> dict[str, float]:
    """Return every text's probability: over all paths, repeats joined and blanks dropped."""
    found: dict[str, float] = defaultdict(float)
    for path in product(range(4), repeat=len(rows)):
        text = "".join(AUTOMATON.symbols[column - 1] for column, _ in groupby(path) if column)
        found[text] += float(np.prod([row[column] for row, column in zip(rows, path, strict=True)]))
    return found


@settings(deadline=None, max_examples=150)
@given(rows=frames, weighted=weights)
def test_the_best_text_is_the_best_of_all(rows: np.ndarray, weighted: dict[str, float]) -> None:
    by_hand = written_by_hand(rows)
    scores = {text: by_hand[text] * weighted[form] for text, form in TEXTS.items()}
    best = DECODER.best(rows, weighted, share_min=1e-6)
    if max(scores.values()) == 0:
        assert best is None
        return
    assert best is not None
    assert np.exp(best.log_probability) == pytest.approx(max(scores.values()))
    assert scores[best.text] == pytest.approx(max(scores.values()))
    assert best.form is TEXTS[best.text]
    assert best.share == pytest.approx(max(scores.values()) / sum(scores.values()))


@settings(deadline=None, max_examples=80)
@given(pictures=pairs, weighted=weights)
def test_two_pictures_agree_on_the_best_mean(pictures: list[np.ndarray], weighted: dict[str, float]) -> None:
    hands = [written_by_hand(picture) for picture in pictures]
    mean = {text: (hands[0][text] + hands[1][text]) / 2 * weighted[form] for text, form in TEXTS.items()}
    agreed = DECODER.agree(pictures, list(TEXTS), weighted)
    assert mean[agreed.text] == pytest.approx(max(mean.values()))
    if mean[agreed.text] == 0:
        return
    assert agreed.share == pytest.approx(mean[agreed.text] / sum(mean.values()))
    assert agreed.probability * weighted[agreed.form] == pytest.approx(mean[agreed.text])
    for place, sure in enumerate(agreed.characters):
        rivals = [
            text
            for text in TEXTS
            if len(text) == len(agreed.text)
            and all(a == b for at, (a, b) in enumerate(zip(text, agreed.text, strict=True)) if at != place)
        ]
        assert sure == pytest.approx(mean[agreed.text] / sum(mean[text] for text in rivals))


def test_nothing_is_found_in_no_frames_and_in_impossible_ones() -> None:
    assert DECODER.best(np.zeros((0, 4)), {}) is None
    assert DECODER.best(np.zeros((3, 4)), {}) is None
    only_blank = np.zeros((3, 4))
    only_blank[:, 0] = 1.0
    assert DECODER.best(only_blank, {}) is None
