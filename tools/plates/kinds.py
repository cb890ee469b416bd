"""Every kind of plate at a toll lane: its colour, its rows, what bears it, and invented numbers of its form."""

from __future__ import annotations

import random
from collections.abc import Callable
from string import ascii_uppercase, digits
from typing import Final

import msgspec
from tools.plates.body import Body

from laneside.vocab.provinces import PROVINCES
from laneside.vocab.vehicle import PlateColour

_INITIALS: Final = tuple(province.initial for province in PROVINCES)
_LETTERS: Final = "".join(letter for letter in ascii_uppercase if letter not in "IO")
_SIGNS: Final = _LETTERS + digits
_ENERGY: Final = "ABCDEFGHJK"

_CARS: Final = (Body.CAR, Body.CAR, Body.CAR_REAR)


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of plate. ``write`` draws an invented number, each province and sign as likely as any other."""

    name: str
    colour: PlateColour
    bodies: tuple[Body, ...]
    write: Callable[[random.Random], str]
    rows: int = 1


def _some(chance: random.Random, signs: str, count: int) -> str:
    return "".join(chance.choice(signs) for _ in range(count))


def _start(chance: random.Random) -> str:
    return chance.choice(_INITIALS) + chance.choice(_LETTERS)


def _ending_in(last: str) -> Callable[[random.Random], str]:
    return lambda chance: _start(chance) + _some(chance, _SIGNS, 4) + last


def _crossing(last: str) -> Callable[[random.Random], str]:
    """Plates that cross the border to Hong Kong or Macau are Guangdong's Z."""
    return lambda chance: "粤Z" + _some(chance, _SIGNS, 4) + last


def _mission(sign: str) -> Callable[[random.Random], str]:
    """Missions bear their sign before six digits, newer plates behind them."""

    def write(chance: random.Random) -> str:
        number = _some(chance, digits, 6)
        return sign + number if chance.random() < 0.5 else number + sign

    return write


def _civil(chance: random.Random) -> str:
    return _start(chance) + _some(chance, _SIGNS, 5)


def _small_energy(chance: random.Random) -> str:
    return _start(chance) + chance.choice(_ENERGY) + chance.choice(_SIGNS) + _some(chance, digits, 4)


def _large_energy(chance: random.Random) -> str:
    return _start(chance) + _some(chance, digits, 5) + chance.choice(_ENERGY)


def _armed_police(chance: random.Random) -> str:
    return "WJ" + chance.choice(_INITIALS) + _some(chance, _SIGNS, 5)


def _army(chance: random.Random) -> str:
    return _some(chance, _LETTERS, 2) + _some(chance, _SIGNS, 5)


KINDS: Final[tuple[Kind, ...]] = (
    Kind(name="blue", colour=PlateColour.BLUE, bodies=_CARS, write=_civil),
    Kind(name="yellow", colour=PlateColour.YELLOW, bodies=(Body.COACH, Body.TRUCK), write=_civil),
    Kind(
        name="yellow-two-row",
        colour=PlateColour.YELLOW,
        bodies=(Body.TRUCK_REAR, Body.COACH_REAR),
        write=_civil,
        rows=2,
    ),
    Kind(name="trailer", colour=PlateColour.YELLOW, bodies=(Body.TRAILER_REAR,), write=_ending_in("挂"), rows=2),
    Kind(name="driving-school", colour=PlateColour.YELLOW, bodies=_CARS, write=_ending_in("学")),
    Kind(name="new-energy", colour=PlateColour.GREEN, bodies=_CARS, write=_small_energy),
    Kind(
        name="new-energy-large",
        colour=PlateColour.YELLOW_GREEN,
        bodies=(Body.COACH, Body.TRUCK),
        write=_large_energy,
    ),
    Kind(name="embassy", colour=PlateColour.BLACK, bodies=_CARS, write=_mission("使")),
    Kind(name="consulate", colour=PlateColour.BLACK, bodies=_CARS, write=_mission("领")),
    Kind(name="hong-kong", colour=PlateColour.BLACK, bodies=(*_CARS, Body.COACH), write=_crossing("港")),
    Kind(name="macau", colour=PlateColour.BLACK, bodies=(*_CARS, Body.COACH), write=_crossing("澳")),
    Kind(name="police", colour=PlateColour.WHITE, bodies=_CARS, write=_ending_in("警")),
    Kind(name="armed-police", colour=PlateColour.WHITE, bodies=(*_CARS, Body.TRUCK), write=_armed_police),
    Kind(name="army", colour=PlateColour.WHITE, bodies=(*_CARS, Body.TRUCK), write=_army),
    Kind(name="emergency", colour=PlateColour.WHITE, bodies=(Body.CAR, Body.TRUCK), write=_ending_in("应急")),
)

EMPTY: Final = "empty"
NAMES: Final = (*(kind.name for kind in KINDS), EMPTY)


def kind_named(name: str) -> Kind | None:
    """Find a kind; None for the empty lane. Raises KeyError for any other word."""
    return None if name == EMPTY else next(kind for kind in KINDS if kind.name == name)
