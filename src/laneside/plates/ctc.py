"""Probabilities of given texts: sums over all ways in which a recogniser's frames may spell them (CTC).

``frames`` are always (pictures, T, 1 + symbols), the blank first. A text is a row of columns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def text_probabilities(frames: Floats, texts: Ints) -> Floats:
    """Return the probability of each text (texts, letters) in each picture: (pictures, texts)."""
    columns, skips = _states(texts)
    here = np.zeros((len(frames), *columns.shape))
    here[:, :, 0] = 1.0
    for frame in range(frames.shape[1]):
        here = _moved(here, skips) * frames[:, frame][:, columns]
    return np.asarray(here[:, :, -1] + here[:, :, -2])


def replacement_probabilities(frames: Floats, text: Ints) -> Floats:
    """Return the probability of a text (letters) with one letter replaced: (pictures, letters, 1 + symbols).

    What comes before the letter and what comes after it is the same for every letter in its place. The blank's
    column means nothing.
    """
    ahead, completing = _prefixes(frames, text), _completions(frames, text)
    letters = np.arange(len(text))
    symbols = np.arange(frames.shape[2])
    entering = ahead[:, :-1, 2 * letters, None] + _beside(ahead[:, :-1], text, symbols, -1)
    leaving = np.zeros((*entering.shape,))
    following = completing[:, 1:] * frames[:, :, _states(text[None])[0][0]]
    leaving[:, :-1] = following[:, 1:, 2 * letters + 2, None] + _beside(following[:, 1:], text, symbols, 1)
    leaving[:, -1, -1] = 1.0
    held = np.zeros((len(frames), len(text), len(symbols)))
    total = np.zeros_like(held)
    for frame in range(frames.shape[1]):
        held = frames[:, frame, None, :] * (held + entering[:, frame])
        total += held * leaving[:, frame]
    return total


def _beside(states: Floats, text: Ints, symbols: Ints, step: int) -> Floats:
    """Return what the letter before (-1) or after (1) each one holds, for the symbols that may touch it."""
    letters = np.arange(len(text))
    other = letters + step
    there = (other >= 0) & (other < len(text))
    touching = there[:, None] & (text[other % len(text), None] != symbols)
    return np.asarray(states[:, :, 2 * (other % len(text)) + 1, None] * touching)


def _states(texts: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Return per text the columns of blank, letter, blank, … and which letters may follow the one before at once."""
    columns = np.zeros((len(texts), 2 * texts.shape[1] + 1), np.intp)
    columns[:, 1::2] = texts
    skips = np.zeros(columns.shape, bool)
    skips[:, 3::2] = texts[:, 1:] != texts[:, :-1]
    return columns, skips


def _moved(here: Floats, skips: NDArray[np.bool_]) -> Floats:
    moved = here.copy()
    moved[:, :, 1:] += here[:, :, :-1]
    moved[:, :, 2:] += here[:, :, :-2] * skips[:, 2:]
    return moved


def _prefixes(frames: Floats, text: Ints) -> Floats:
    """Return the probability to be in each state after 0 … T frames: (pictures, T + 1, states)."""
    columns, skips = _states(text[None])
    found = np.zeros((len(frames), frames.shape[1] + 1, columns.shape[1]))
    found[:, 0, 0] = 1.0
    emitted = frames[:, :, columns[0]]
    for frame in range(frames.shape[1]):
        found[:, frame + 1] = _moved(found[:, frame, None], skips)[:, 0] * emitted[:, frame]
    return found


def _completions(frames: Floats, text: Ints) -> Floats:
    """Return the probability to finish from each state after 0 … T frames: (pictures, T + 1, states)."""
    columns, skips = _states(text[None])
    found = np.zeros((len(frames), frames.shape[1] + 1, columns.shape[1]))
    found[:, -1, -2:] = 1.0
    emitted = frames[:, :, columns[0]]
    for frame in range(frames.shape[1] - 1, -1, -1):
        next_ = found[:, frame + 1] * emitted[:, frame]
        found[:, frame] = next_
        found[:, frame, :-1] += next_[:, 1:]
        found[:, frame, :-2] += next_[:, 2:] * skips[0, 2:]
    return found
