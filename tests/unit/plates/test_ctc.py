"""Probabilities of texts against brute force: every way to spell a text in the frames, summed one by one."""

from __future__ import annotations

from itertools import groupby, product

import numpy as np

from laneside.plates.ctc import replacement_probabilities, text_probabilities

FRAMES, SYMBOLS = 5, 3
CHANCE = np.random.default_rng(7)


def frames(pictures: int = 2):
    raw = CHANCE.random((pictures, FRAMES, 1 + SYMBOLS))
    return raw / raw.sum(axis=2, keepdims=True)


def brute(picture, text):
    total = 0.0
    for path in product(range(1 + SYMBOLS), repeat=FRAMES):
        spelled = tuple(symbol for symbol, _ in groupby(path) if symbol)
        if spelled == tuple(text):
            total += float(np.prod([picture[place, symbol] for place, symbol in enumerate(path)]))
    return total


def test_the_sum_over_all_ways_is_the_brute_sum_also_for_a_doubled_letter() -> None:
    given = frames()
    texts = np.array([[1, 2], [2, 2], [3, 1]], np.intp)
    found = text_probabilities(given, texts)
    for picture, row in zip(given, found, strict=True):
        assert np.allclose(row, [brute(picture, text) for text in texts])


def test_each_replaced_letter_is_the_text_with_that_letter() -> None:
    given = frames()
    text = np.array([1, 2], np.intp)
    found = replacement_probabilities(given, text)
    for picture, place, symbol in product(range(len(given)), range(2), range(1, 1 + SYMBOLS)):
        other = text.copy()
        other[place] = symbol
        assert np.isclose(found[picture, place, symbol], brute(given[picture], other)), (picture, place, symbol)
