"""The roadside's chips over TCP: user card, tag and PSAM, each a channel of its own.

Opening a channel powers its chip; hanging up, or losing the link, takes the power away.
"""

from __future__ import annotations

from typing import Any

from laneside.card.channel import TagPresence
from laneside.devices.wire import Wire
from laneside.errors import LinkLostError, NothingPresentedError

ANSWER_TIMEOUT_S = 5.0


class RoadsideChannel:
    """One powered chip (a :class:`laneside.card.channel.CardChannel`)."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @property
    def atr(self) -> bytes:
        """The answer to reset; empty for a tag, which has none on the air."""
        return bytes.fromhex(str(self._wire.greeting.get("atr", "")))

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU. Raises LinkLostError: the chip may or may not have acted."""
        answer = self._wire.exchange(command)
        if len(answer) < 2:
            self._wire.close()
            raise LinkLostError("an answer without status word")
        return answer

    def close(self) -> None:
        """Hang up and so remove power."""
        self._wire.close()


class RoadsideLink:
    """The three chips behind one address. Each ``open_…`` raises NothingPresentedError, LinkLostError."""

    def __init__(self, host: str, port: int, *, answer_timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        self._host = host
        self._port = port
        self._answer_timeout_s = answer_timeout_s

    def reach(self) -> None:
        """Return when a roadside answers at all; no chip is touched. Raises LinkLostError."""
        Wire(self._host, self._port, channel="panel", answer_timeout_s=self._answer_timeout_s).close()

    def open_card(self) -> RoadsideChannel:
        """Power the user card."""
        return RoadsideChannel(self._open("card"))

    def open_psam(self) -> RoadsideChannel:
        """Power the PSAM."""
        return RoadsideChannel(self._open("psam"))

    def open_tag(self) -> tuple[TagPresence, RoadsideChannel]:
        """Wake the tag; its MAC id and status byte come as a VST would give them."""
        wire = self._open("tag")
        try:
            presence = _presence(wire.greeting)
        except (AssertionError, KeyError, TypeError, ValueError) as error:
            wire.close()
            raise LinkLostError(f"tag: not the roadside's greeting: {error!r}") from error
        return presence, RoadsideChannel(wire)

    def _open(self, channel: str) -> Wire:
        wire = Wire(self._host, self._port, channel=channel, answer_timeout_s=self._answer_timeout_s)
        if wire.greeting.get("present") is not True:
            wire.close()
            raise NothingPresentedError(f"no {channel} at the roadside")
        return wire


def _presence(greeting: dict[str, Any]) -> TagPresence:
    return TagPresence(mac_id=bytes.fromhex(greeting["mac_id"]), status=int(greeting["status"]))
