"""The forms of plates as a finite automaton (spec/codes.md 5.3), so that a search can follow what a plate may say.

The forms are those of :mod:`laneside.codec`; here they are written place by place, because a search needs to know which
characters may come next, not only whether a finished text fits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from enum import StrEnum
from string import ascii_uppercase, digits
from typing import Final

import msgspec

from laneside.vocab.provinces import PROVINCES


class FormName(StrEnum):
    """Tell forms apart: those of PlateKind, and what a plate of one kind says more by its places."""

    CIVIL = "civil"
    GOVERNMENT = "government"
    NEW_ENERGY_SMALL = "new-energy-small"
    NEW_ENERGY_LARGE = "new-energy-large"
    DRIVING_SCHOOL = "driving-school"
    POLICE = "police"
    TRAILER = "trailer"
    HONG_KONG = "hong-kong"
    MACAU = "macau"
    EMBASSY = "embassy"
    CONSULATE = "consulate"
    ARMED_POLICE = "armed-police"
    ARMY = "army"
    EMERGENCY = "emergency"


class TextForm(msgspec.Struct, frozen=True, kw_only=True):
    """Name one form and list which characters each of its places may have."""

    name: FormName
    places: tuple[str, ...]

    def __post_init__(self) -> None:
        assert self.places
        assert all(self.places)


class Arc(msgspec.Struct, frozen=True, kw_only=True):
    """Lead from one state to another by one symbol (its index in the automaton's symbols)."""

    source: int
    symbol: int
    target: int


class Automaton(msgspec.Struct, frozen=True, kw_only=True):
    """Accept the union of some forms: state 0 starts; arcs are sorted by their source."""

    symbols: str
    states: int
    arcs: tuple[Arc, ...]
    accepting: Mapping[int, FormName]

    def form_of(self, text: str) -> FormName | None:
        """Name the form that a text has; None where no form has it."""
        steps = {(arc.source, self.symbols[arc.symbol]): arc.target for arc in self.arcs}
        state: int | None = 0
        for character in text:
            state = steps.get((state, character)) if state is not None else None
        return None if state is None else self.accepting.get(state)


def automaton_of(forms: Iterable[TextForm]) -> Automaton:
    """Merge forms into one deterministic automaton. No text may belong to two forms of different names.

    A state is the set of (form, place) pairs that a text may have reached; equal sets are one state, so the many
    provinces and letters cost nothing.
    """
    table = tuple(forms)
    symbols = "".join(dict.fromkeys("".join("".join(form.places) for form in table)))
    first = frozenset((number, 0) for number in range(len(table)))
    numbers = {first: 0}
    waiting = deque([first])
    arcs: list[Arc] = []
    accepting: dict[int, FormName] = {}
    while waiting:
        here = waiting.popleft()
        names = {table[form].name for form, place in here if place == len(table[form].places)}
        assert len(names) <= 1, f"ambiguous: {names}"
        accepting.update((numbers[here], name) for name in names)
        for symbol, reached in _steps(table, here, symbols).items():
            if reached not in numbers:
                numbers[reached] = len(numbers)
                waiting.append(reached)
            arcs.append(Arc(source=numbers[here], symbol=symbol, target=numbers[reached]))
    return Automaton(symbols=symbols, states=len(numbers), arcs=tuple(arcs), accepting=accepting)


_State = frozenset[tuple[int, int]]


def _steps(table: tuple[TextForm, ...], here: _State, symbols: str) -> dict[int, _State]:
    """List what each symbol leads to."""
    steps: dict[int, set[tuple[int, int]]] = {}
    for form, place in here:
        places = table[form].places
        for character in places[place] if place < len(places) else "":
            steps.setdefault(symbols.index(character), set()).add((form, place + 1))
    return {symbol: frozenset(reached) for symbol, reached in sorted(steps.items())}


INITIALS: Final = "".join(province.initial for province in PROVINCES)
LETTERS: Final = ascii_uppercase.replace("I", "").replace("O", "")
SIGNS: Final = LETTERS + digits
_SERIES: Final = "ABCDEFGHJK"
_START: Final = (INITIALS, LETTERS)


def _ending(name: FormName, last: str) -> TextForm:
    return TextForm(name=name, places=(*_START, *[SIGNS] * 4, *last))


PLATE_FORMS: Final[tuple[TextForm, ...]] = (
    TextForm(name=FormName.CIVIL, places=(*_START, *[SIGNS] * 5)),
    TextForm(name=FormName.GOVERNMENT, places=(INITIALS, "O", *[SIGNS] * 5)),
    TextForm(name=FormName.NEW_ENERGY_SMALL, places=(*_START, _SERIES, SIGNS, *[digits] * 4)),
    TextForm(name=FormName.NEW_ENERGY_LARGE, places=(*_START, *[digits] * 5, _SERIES)),
    _ending(FormName.DRIVING_SCHOOL, "学"),
    _ending(FormName.POLICE, "警"),
    _ending(FormName.TRAILER, "挂"),
    _ending(FormName.HONG_KONG, "港"),
    _ending(FormName.MACAU, "澳"),
    _ending(FormName.EMERGENCY, "应急"),
    TextForm(name=FormName.EMBASSY, places=("使", *[digits] * 6)),
    TextForm(name=FormName.EMBASSY, places=(*[digits] * 6, "使")),
    TextForm(name=FormName.CONSULATE, places=("领", *[digits] * 6)),
    TextForm(name=FormName.CONSULATE, places=(*[digits] * 6, "领")),
    TextForm(name=FormName.ARMED_POLICE, places=("W", "J", INITIALS, *[SIGNS] * 5)),
    TextForm(name=FormName.ARMY, places=(LETTERS, LETTERS, *[SIGNS] * 5)),
)
