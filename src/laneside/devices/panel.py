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


class ReaderPanel:
    """The panel's operations on the integrated reader of a roadside; each returns the reader's state after it.

    The state tells ``state, powered, plugged, host, antenna, beacon, busy, bad_frames, heard, held, faults, cuts``;
    ``heard`` counts the host's whole frames by command. Raises LinkLostError; SettingError for a refused request.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port

    def state(self) -> dict[str, Any]:
        """Look at the reader."""
        return self._ask("state")

    def press(self, *, for_s: float | None = None) -> dict[str, Any]:
        """Press the button of a handheld reader."""
        return self._ask("button", for_s=for_s)

    def fault(self, kind: str, place: str, *, code: str = "", **details: Any) -> dict[str, Any]:
        """Plan one fault; ``details`` are ``when, skip, delay_s, status_word`` (docs/integrators-guide.md)."""
        return self._ask("fault", fault={"kind": kind, "place": place, "code": code, **details})

    def clear_faults(self) -> dict[str, Any]:
        """Forget the faults that have not fired, and release what is held."""
        return self._ask("clear")

    def await_held(self, *, timeout_s: float = 10.0) -> dict[str, Any]:
        """Wait until something is kept back. SettingError when the time is over."""
        return self._ask("await_held", timeout_s=timeout_s + 2.0, wait_s=timeout_s)

    def release(self) -> dict[str, Any]:
        """Let everything go that is kept back."""
        return self._ask("release")

    def cut(self, *, back_after_s: float = 0.0) -> dict[str, Any]:
        """Cut the link; the reader keeps its power and what it knows."""
        return self._ask("cut", back_after_s=back_after_s)

    def unplug(self, *, back_after_s: float = 0.0) -> dict[str, Any]:
        """Pull the reader: no link and no power until :meth:`plug`, or until the time is over."""
        return self._ask("unplug", back_after_s=back_after_s)

    def plug(self) -> dict[str, Any]:
        """Plug the reader in again."""
        return self._ask("plug")

    def leave(self) -> dict[str, Any]:
        """Take the tag at the lane out of the radio's reach."""
        return self._ask("leave")

    def come_back(self) -> dict[str, Any]:
        """Let it be in reach again."""
        return self._ask("come_back")

    def put_beside(self, vehicle: str | None) -> dict[str, Any]:
        """Let a second vehicle stand in the field; None lets it drive away."""
        return self._ask("beside", vehicle=vehicle)

    def _ask(self, op: str, *, timeout_s: float = ANSWER_TIMEOUT_S, **arguments: Any) -> dict[str, Any]:
        request = {"op": f"reader_{op}", **arguments}
        return dict(ask(self._host, self._port, "panel", request, timeout_s=timeout_s)["reader"])
