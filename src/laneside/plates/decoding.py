"""The most probable plate in a recogniser's output: an exact search under the grammar.

A CTC recogniser gives for each frame a probability of every symbol and of the blank; a text's probability is the sum
over all ways to write it into the frames. The search grows prefixes, best first. What a prefix may still become is
bounded from above by the probability of *all* its completions that the grammar allows (one backward pass over frames
and arcs gives it exactly), so the first finished text that leaves the queue is the most probable one of all.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from math import exp, inf, log
from typing import Final

import msgspec
import numpy as np

from laneside.plates.ctc import Floats, Ints, replacement_probabilities, text_probabilities
from laneside.plates.grammar import Automaton, FormName


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the most probable text.

    ``log_probability``: of the text with its form's weight. ``share``: its part of the probability of everything that
    the grammar allows, 0 to 1.
    """

    text: str
    form: FormName
    log_probability: float
    share: float


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the text that several pictures of one plate agree on.

    ``probability``: of the text, without its form's weight. ``share``: its part against all texts that differ in one
    place and those found in a single picture. ``characters``: per place, its part against all others there.
    """

    text: str
    form: FormName
    probability: float
    share: float
    characters: tuple[float, ...]


class _Prefix(msgspec.Struct, frozen=True):
    """A text begun: its state, its last symbol, and per frame how probably that begins there and is written there."""

    text: str
    state: int
    symbol: int
    firsts: Floats
    emitted: Floats

    def held(self, blank: list[float]) -> tuple[Floats, Floats]:
        """Let the last symbol last and blanks follow: probabilities per frame (T + 1), after the symbol and a blank.

        Few prefixes of a queue ever grow, so this is not done when they are made.
        """
        symbol, silent = 0.0, 0.0 if self.text else 1.0
        after_symbol, after_blank = [symbol], [silent]
        for first, again, gap in zip(self.firsts.tolist(), self.emitted.tolist(), blank, strict=True):
            silent = gap * (silent + symbol)
            symbol = first + again * symbol
            after_symbol.append(symbol)
            after_blank.append(silent)
        return np.array(after_symbol), np.array(after_blank)


class _Neighbour(msgspec.Struct, frozen=True):
    """A text that differs from another one in one place, by the symbol of a column."""

    text: str
    form: FormName
    place: int
    column: int


SHARE_MIN: Final = 0.01
_ROUNDS_MAX: Final = 4


class Decoder:
    """Search one automaton; the frames' columns are the blank and then the automaton's symbols."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self._symbol: Ints = np.array([arc.symbol + 1 for arc in automaton.arcs], np.intp)
        self._target: Ints = np.array([arc.target for arc in automaton.arcs], np.intp)
        sources = np.array([arc.source for arc in automaton.arcs], np.intp)
        self._begins: Ints = np.searchsorted(sources, np.arange(automaton.states + 1)).astype(np.intp)
        self._twin = self._twins()
        self._steps = {(arc.source, automaton.symbols[arc.symbol]): arc.target for arc in automaton.arcs}
        self._leaving = np.flatnonzero(np.diff(self._begins))
        self._arcs: list[list[tuple[str, int, int]]] = [[] for _ in range(automaton.states)]
        for arc in automaton.arcs:
            self._arcs[arc.source].append((automaton.symbols[arc.symbol], arc.symbol + 1, arc.target))
        self._columns = {symbol: place + 1 for place, symbol in enumerate(automaton.symbols)}

    @property
    def symbols(self) -> str:
        """Return the characters of columns 1 and up."""
        return self._automaton.symbols

    def best(
        self,
        frames: Floats,
        weights: Mapping[str, float],
        *,
        share_min: float = SHARE_MIN,
        log_probability_min: float = -inf,
    ) -> Decoded | None:
        """Return the most probable text of ``frames`` (T, 1 + symbols); None where none is as probable as is asked.

        ``weights`` multiplies each form's texts; a form that is not named weighs 1. ``share_min`` is a share of the
        probability of everything that the grammar allows. No prefix below either bound is grown: they bound the work.
        """
        scale = frames.max(axis=1, keepdims=True)
        if not frames.size or not scale.all():
            return None
        scaled = frames / scale
        scale_log = float(np.log(scale).sum())
        ends = self._ends(weights)
        begun, entered = self._backward(scaled, ends)
        total = float(begun[0, 0])
        if total <= 0 or log(total) + scale_log < log_probability_min:
            return None
        found = self._search(scaled, ends, entered, max(share_min * total, exp(log_probability_min - scale_log)))
        if found is None:
            return None
        text, form, probability = found
        return Decoded(
            text=text,
            form=form,
            log_probability=log(probability) + scale_log,
            share=min(1.0, probability / total),
        )

    def agree(self, pictures: Sequence[Floats], texts: Collection[str], weights: Mapping[str, float]) -> Agreed:
        """Weigh ``texts`` and all that differ from the best of them in one place, over several pictures of one plate.

        A text's probability is the mean over the pictures: one of them is cut best, and which one is not known. They
        must have equally many frames.
        """
        assert texts
        stack = np.stack(pictures)
        found = self._found(stack, texts, weights)
        best, scores, near = "", found, list[tuple[_Neighbour, float]]()
        for _ in range(_ROUNDS_MAX):
            favourite = max(scores, key=scores.__getitem__)
            if favourite == best:
                break
            best, near = favourite, self._near(stack, favourite, weights)
            scores = {best: scores[best], **found, **{other.text: score for other, score in near}}
        form = self._form(best)
        assert form is not None
        own = scores[best]
        total = sum(scores.values())
        rivals = np.full(len(best), own)
        for other, score in near:
            rivals[other.place] += score
        return Agreed(
            text=best,
            form=form,
            probability=float(own / weights.get(form, 1.0)),
            share=float(own / total) if total else 0.0,
            characters=tuple(float(own / rival) if rival else 0.0 for rival in rivals),
        )

    def _found(self, stack: Floats, texts: Collection[str], weights: Mapping[str, float]) -> dict[str, float]:
        """Weigh texts by themselves."""
        scores: dict[str, float] = {}
        for length in {len(text) for text in texts}:
            equal = [text for text in texts if len(text) == length]
            means = text_probabilities(stack, np.array([self._places(text) for text in equal], np.intp)).mean(axis=0)
            for text, mean in zip(equal, means, strict=True):
                form = self._form(text)
                scores[text] = 0.0 if form is None else float(mean) * weights.get(form, 1.0)
        return scores

    def _near(self, stack: Floats, text: str, weights: Mapping[str, float]) -> list[tuple[_Neighbour, float]]:
        """Weigh everything that the grammar allows and that differs from a text in one place."""
        means = replacement_probabilities(stack, np.array(self._places(text), np.intp)).mean(axis=0)
        return [
            (other, float(means[other.place, other.column]) * weights.get(other.form, 1.0))
            for other in self._neighbours(text)
        ]

    def _places(self, text: str) -> list[int]:
        return [self._columns[character] for character in text]

    def _neighbours(self, text: str) -> Iterator[_Neighbour]:
        state = 0
        for place, own in enumerate(text):
            for symbol, column, target in self._arcs[state]:
                form = self._form(text[place + 1 :], target)
                if symbol != own and form is not None:
                    yield _Neighbour(text[:place] + symbol + text[place + 1 :], form, place, column)
            state = self._steps[state, own]

    def _twins(self) -> Ints:
        """Find for each arc the arc that goes on from its target by the same symbol; -1 where no arc does."""
        arcs = self._automaton.arcs
        places = {(arc.source, arc.symbol): number for number, arc in enumerate(arcs)}
        return np.array([places.get((arc.target, arc.symbol), -1) for arc in arcs], np.intp)

    def _ends(self, weights: Mapping[str, float]) -> Floats:
        """Return what ending in each state weighs."""
        ends = np.zeros(self._automaton.states)
        for state, form in self._automaton.accepting.items():
            ends[state] = weights.get(form, 1.0)
        return ends

    def _backward(self, frames: Floats, ends: Floats) -> tuple[Floats, Floats]:
        """Sum all completions, per frame still to come: of each state after a blank, of each arc just taken.

        A symbol that comes twice needs a blank between: an arc goes on by itself or by any other symbol's arc.
        """
        length = len(frames)
        begun = np.zeros((length + 1, self._automaton.states))
        entered = np.zeros((length + 1, len(self._symbol)))
        begun[length], entered[length] = ends, ends[self._target]
        twinned = self._twin >= 0
        for frame in range(length - 1, -1, -1):
            going = frames[frame, self._symbol] * entered[frame + 1]
            here = frames[frame, 0] * begun[frame + 1]
            here[self._leaving] += np.add.reduceat(going, self._begins[self._leaving])
            begun[frame] = here
            blocked = np.where(twinned, going[self._twin], 0.0)
            entered[frame] = np.maximum(going + here[self._target] - blocked, 0.0)
        return begun, entered

    def _search(
        self, frames: Floats, ends: Floats, entered: Floats, least: float
    ) -> tuple[str, FormName, float] | None:
        """Grow prefixes, most promising first; the first finished one is the best. None promises ``least``: no text.

        Prefixes of one length share the whole probability, so only few of each length can promise as much as a text of
        a fair share.
        """
        blank = frames[:, 0].tolist()
        nothing = np.zeros(len(frames))
        ticket = count()
        root = _Prefix("", 0, -1, nothing, nothing)
        queue: list[tuple[float, int, _Prefix | tuple[str, FormName]]] = [(-inf, next(ticket), root)]
        while queue:
            bound, _, node = heapq.heappop(queue)
            if not isinstance(node, _Prefix):
                return (*node, -bound)
            after_symbol, after_blank = node.held(blank)
            whole = float(after_symbol[-1] + after_blank[-1]) * float(ends[node.state])
            if whole >= least:
                heapq.heappush(queue, (-whole, next(ticket), (node.text, self._automaton.accepting[node.state])))
            for promise, child in self._children(frames, node, (after_symbol, after_blank), entered, least):
                heapq.heappush(queue, (-promise, next(ticket), child))
        return None

    def _children(
        self, frames: Floats, node: _Prefix, held: tuple[Floats, Floats], entered: Floats, least: float
    ) -> list[tuple[float, _Prefix]]:
        """Write every symbol that may follow and still promises ``least``, all at once."""
        arcs = slice(int(self._begins[node.state]), int(self._begins[node.state + 1]))
        symbols = self._symbol[arcs]
        if not len(symbols):
            return []
        after_symbol, after_blank = held
        emitted = frames[:, symbols]
        before = (after_symbol + after_blank)[:-1, None].repeat(len(symbols), axis=1)
        before[:, symbols == node.symbol] = after_blank[:-1, None]
        firsts = emitted * before
        promises = np.einsum("ts,ts->s", firsts, entered[1:, arcs])
        return [
            (
                float(promises[number]),
                _Prefix(
                    node.text + self.symbols[symbols[number] - 1],
                    int(self._target[arcs][number]),
                    int(symbols[number]),
                    firsts[:, number],
                    emitted[:, number],
                ),
            )
            for number in np.flatnonzero((promises >= least) & (promises > 0))
        ]

    def _form(self, text: str, state: int = 0) -> FormName | None:
        """Name the form of a text, as the automaton does, only faster; or of one that goes on in some state."""
        for character in text:
            reached = self._steps.get((state, character))
            if reached is None:
                return None
            state = reached
        return self._automaton.accepting.get(state)
