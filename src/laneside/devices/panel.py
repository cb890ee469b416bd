"""The roadside's panel: put a vehicle at the lane, take its picture, plan faults. For demo and tests only."""

from __future__ import annotations

import binascii
from typing import Any

from laneside.devices.wire import ask
from laneside.errors import LinkLostError

ANSWER_TIMEOUT_S = 10.0


class RoadsidePanel:
    """The panel's operations, each over a connection of its own.

    Every one raises LinkLostError, and SettingError with the roadside's words when it refuses (no such vehicle …).
    """

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port

    def vehicles(self) -> list[dict[str, Any]]:
        """List the named vehicles as ``laneside virtual vehicles --json`` prints them."""
        return list(self._ask("vehicles")["vehicles"])

    def place(self, vehicle: str, *, fresh: bool = False) -> dict[str, Any]:
        """Let a vehicle come to the lane, ``fresh`` with newly issued chips; the new state comes back."""
        return dict(self._ask("place", vehicle=vehicle, fresh=fresh)["state"])

    def remove(self) -> dict[str, Any]:
        """Let the vehicle drive away; the new state comes back."""
        return dict(self._ask("remove")["state"])

    def state(self) -> dict[str, Any]:
        """Tell what stands there now: ``vehicle, card, tag, psam, lane, faults, held``."""
        return dict(self._ask("state")["state"])

    def picture(self) -> bytes:
        """Take the JPEG of the vehicle at the lane (or of the empty lane)."""
        try:
            return binascii.a2b_base64(str(self._ask("picture").get("jpeg", "")), strict_mode=True)
        except binascii.Error as error:
            raise LinkLostError(f"panel: not a picture: {error}") from error

    def insert_card(self) -> None:
        """Push the card back into its tag."""
        self._ask("insert_card")

    def withdraw_card(self) -> None:
        """Pull the card; a connection to it is cut."""
        self._ask("withdraw_card")

    def hold(self, channel: str, *, ins: str = "", when: str = "after", skip: int = 0) -> None:
        """Plan that one answer is kept back until :meth:`release`, or until its client is gone."""
        self._ask("hold", channel=channel, ins=ins, when=when, skip=skip)

    def cut(self, channel: str, *, ins: str = "", when: str = "after", skip: int = 0) -> None:
        """Plan that one exchange loses its connection, before or after the other side acted."""
        self._ask("cut", channel=channel, ins=ins, when=when, skip=skip)

    def withdraw_card_at(self, channel: str, *, ins: str = "", when: str = "after", skip: int = 0) -> None:
        """Plan that the card is pulled at one exchange."""
        self._ask("withdraw_at", channel=channel, ins=ins, when=when, skip=skip)

    def await_held(self, channel: str, *, timeout_s: float = 10.0) -> None:
        """Wait until an answer of this channel is kept back. SettingError when the time is over."""
        self._ask("await_held", timeout_s=timeout_s + 2.0, channel=channel, wait_s=timeout_s)

    def release(self) -> None:
        """Let every kept answer go."""
        self._ask("release")

    def clear_faults(self) -> None:
        """Forget the faults that have not fired, and release what is held."""
        self._ask("clear_faults")

    def _ask(self, op: str, *, timeout_s: float = ANSWER_TIMEOUT_S, **arguments: Any) -> dict[str, Any]:
        return ask(self._host, self._port, "panel", {"op": op, **arguments}, timeout_s=timeout_s)
