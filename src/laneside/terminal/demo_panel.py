"""The demo's panel on the terminal: it moves the virtual roadside. Exists only where the demo asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from laneside.errors import SettingError
from laneside.passage.answers import DONE, Answer, rejected
from laneside.virtual.client import RoadsidePanel
from laneside.vocab.words import Words


class DemoVehicle(msgspec.Struct, frozen=True, kw_only=True):
    """A vehicle that the demo can put at the lane, with what is expected of it."""

    name: str
    title: Words
    expected: Words


class DemoState(msgspec.Struct, frozen=True, kw_only=True):
    """What is at the demo's lane. ``vehicle`` is empty when nothing is."""

    vehicle: str
    plate: str
    card_inserted: bool
    barrier_open: bool
    display: str
    balance_fen: int | None
    counter: int | None


class DemoRoadside:
    """Move what is at the lane. Calls may block for a moment, and raise LinkLostError."""

    def __init__(self, panel: RoadsidePanel) -> None:
        self._panel = panel

    def vehicles(self) -> Sequence[DemoVehicle]:
        """Return what may be put at the lane."""
        return tuple(_vehicle(each) for each in self._panel.vehicles())

    def state(self) -> DemoState:
        """Return what is at the lane."""
        return _state(self._panel.state())

    def place(self, vehicle: str, /, *, fresh: bool) -> Answer:
        """Put a vehicle at the lane."""
        try:
            self._panel.place(vehicle, fresh=fresh)
        except SettingError as error:
            return rejected("vehicle", f"没有这辆车：{error}", f"No such vehicle: {error}")
        return DONE

    def remove(self) -> Answer:
        """Let the vehicle drive away."""
        self._panel.remove()
        return DONE

    def insert_card(self) -> Answer:
        """Put the card into the tag."""
        return self._move_card(insert=True)

    def withdraw_card(self) -> Answer:
        """Take the card out of the tag."""
        return self._move_card(insert=False)

    def picture(self) -> bytes | None:
        """Return a drawn JPEG of the vehicle with its plate."""
        return self._panel.picture()

    def _move_card(self, *, insert: bool) -> Answer:
        try:
            if insert:
                self._panel.insert_card()
            else:
                self._panel.withdraw_card()
        except SettingError as error:
            return rejected("", str(error), str(error))
        return DONE


_OUTCOMES = {
    "completed": Words(zh="扣费放行", en="pays and passes"),
    "refused": Words(zh="拦截", en="is stopped"),
}


def _vehicle(row: dict[str, Any]) -> DemoVehicle:
    codes = " ".join(str(code) for code in row["codes"])
    outcome = _OUTCOMES.get(row["outcome"], Words(zh=row["outcome"], en=row["outcome"]))
    return DemoVehicle(
        name=row["name"],
        title=Words(**row["description"]),
        expected=Words(zh=f"{outcome.zh} {codes}".strip(), en=f"{outcome.en} {codes}".strip()),
    )


def _state(state: dict[str, Any]) -> DemoState:
    vehicle, card, lane = state["vehicle"] or {}, state["card"] or {}, state["lane"]
    return DemoState(
        vehicle=vehicle.get("name", ""),
        plate=vehicle.get("plate", ""),
        card_inserted=card.get("inserted", False),
        barrier_open=lane["barrier"] == "open",
        display=lane["display"],
        balance_fen=card.get("balance_fen"),
        counter=card.get("counter"),
    )
