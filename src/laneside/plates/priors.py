"""How plates are shared out among forms and colours: what a colour says of a text, and a text of its colour.

The numbers are orders of magnitude of the national fleet, not measurements; a clear picture overrules them. What
GA 36 rules out keeps a small part, because a colour is sometimes mistaken.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from laneside.plates.grammar import FormName
from laneside.vocab.vehicle import PlateColour

COLOURS: Final = (
    PlateColour.BLUE,
    PlateColour.YELLOW,
    PlateColour.BLACK,
    PlateColour.WHITE,
    PlateColour.GREEN,
    PlateColour.YELLOW_GREEN,
)
Shares = Mapping[PlateColour, float]

_MISTAKEN: Final = 1e-3
_TWO_ROWS: Final = (PlateColour.YELLOW, PlateColour.WHITE, PlateColour.BLACK)
_FLEET: Final[Mapping[FormName, tuple[float, Shares]]] = MappingProxyType(
    {
        FormName.CIVIL: (0.8, {PlateColour.BLUE: 0.84, PlateColour.YELLOW: 0.15, PlateColour.BLACK: 0.01}),
        FormName.GOVERNMENT: (0.005, {PlateColour.BLUE: 0.8, PlateColour.WHITE: 0.2}),
        FormName.NEW_ENERGY_SMALL: (0.15, {PlateColour.GREEN: 1.0}),
        FormName.NEW_ENERGY_LARGE: (0.03, {PlateColour.YELLOW_GREEN: 1.0}),
        FormName.DRIVING_SCHOOL: (0.01, {PlateColour.YELLOW: 0.95, PlateColour.BLUE: 0.05}),
        FormName.POLICE: (0.01, {PlateColour.WHITE: 1.0}),
        FormName.TRAILER: (0.02, {PlateColour.YELLOW: 1.0}),
        FormName.HONG_KONG: (0.003, {PlateColour.BLACK: 1.0}),
        FormName.MACAU: (0.003, {PlateColour.BLACK: 1.0}),
        FormName.EMBASSY: (0.002, {PlateColour.BLACK: 1.0}),
        FormName.CONSULATE: (0.002, {PlateColour.BLACK: 1.0}),
        FormName.ARMED_POLICE: (0.003, {PlateColour.WHITE: 1.0}),
        FormName.ARMY: (0.003, {PlateColour.WHITE: 1.0}),
        FormName.EMERGENCY: (0.003, {PlateColour.WHITE: 1.0}),
    }
)


def of_two_rows(seen: Shares) -> Shares:
    """Return the likelihoods of colours for a plate of two rows: those of cars have one."""
    return {colour: seen[colour] * (1.0 if colour in _TWO_ROWS else _MISTAKEN) for colour in COLOURS}


def form_weights(seen: Shares) -> dict[str, float]:
    """Return what a text of each form weighs on a plate whose colour looks like ``seen`` (likelihoods)."""
    return {
        form.value: share * sum(colours.get(colour, _MISTAKEN) * seen[colour] for colour in COLOURS)
        for form, (share, colours) in _FLEET.items()
    }


def colour_fit(form: FormName, seen: Shares) -> float:
    """Return how well the colours of a form fit what is seen, 0 to 1."""
    _, colours = _FLEET[form]
    return sum(colours.get(colour, _MISTAKEN) * seen[colour] for colour in COLOURS)


def colour_on(form: FormName, seen: Shares) -> tuple[PlateColour, float]:
    """Return the most probable colour of a plate of a form that looks like ``seen``, and its probability."""
    _, colours = _FLEET[form]
    scores = {colour: colours.get(colour, _MISTAKEN) * seen[colour] for colour in COLOURS}
    best = max(scores, key=scores.__getitem__)
    return best, scores[best] / sum(scores.values())
