"""What talks to a virtual roadside over TCP: its chips, its lane, its panel and the panel of its integrated reader.

A connection is one channel. It carries frames of a 4-byte big-endian length and a body in both directions. This module
loads neither chips nor keys, so that a terminal can use it.
"""

from __future__ import annotations

import binascii
import socket
from typing import Any, Self

import msgspec

from laneside.card.channel import TagPresence
from laneside.errors import LinkLostError, NothingPresentedError, SettingError
from laneside.passage.lane import Conclusion, Waiting

FRAME_BYTES_MAX = 8 * 1024 * 1024
CONNECT_TIMEOUT_S = 2.0
CHIP_TIMEOUT_S = 5.0
LANE_TIMEOUT_S = 3.0
PANEL_TIMEOUT_S = 10.0

# Linux resets the option after a while, so it is set again with every frame; other systems have none.
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class RoadsideConnection:
    """One connection to one channel. Every failure closes it: after a lost answer the next one could be the old one."""

    def __init__(self, host: str, port: int, *, channel: str, answer_timeout_s: float) -> None:
        """Connect and name the channel. Raises LinkLostError, also for a server that does not greet as a roadside."""
        self._channel = channel
        self._answer_timeout_s = answer_timeout_s
        try:
            self._socket: socket.socket | None = socket.create_connection((host, port), CONNECT_TIMEOUT_S)
        except OSError as error:
            raise LinkLostError(f"roadside {host}:{port}: {error}") from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.greeting = _decoded(self.exchange(channel.encode("ascii")))
        except LinkLostError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def exchange(self, body: bytes) -> bytes:
        """Send one frame and return the one that answers it. Raises LinkLostError, also for an empty answer."""
        if self._socket is None:
            raise LinkLostError(f"{self._channel}: the link is closed")
        try:
            self._socket.settimeout(self._answer_timeout_s)
            self._socket.sendall(len(body).to_bytes(4, "big") + body)
            answer = _received(self._socket)
        except OSError as error:
            self.close()
            raise LinkLostError(f"{self._channel}: {error}") from error
        if not answer:
            self.close()
            raise LinkLostError(f"{self._channel}: no answer")
        return answer

    def close(self) -> None:
        """Hang up; twice is harmless."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _received(link: socket.socket) -> bytes:
    """Receive one frame. Raises OSError."""
    if _QUICKACK is not None:
        link.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
    length = int.from_bytes(_exactly(link, 4), "big")
    if length > FRAME_BYTES_MAX:
        raise ConnectionError(f"a frame of {length} bytes")
    return _exactly(link, length)


def _exactly(link: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        chunk = link.recv(count - len(data))
        if not chunk:
            raise ConnectionError("the other side hung up")
        data += chunk
    return bytes(data)


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise LinkLostError(f"not the roadside's answer: {error}") from error


# --- chips


class RoadsideChannel:
    """One powered chip (a :class:`laneside.card.channel.CardChannel`)."""

    def __init__(self, connection: RoadsideConnection) -> None:
        self._connection = connection

    @property
    def atr(self) -> bytes:
        """The answer to reset; empty for a tag, which has none on the air."""
        return bytes.fromhex(str(self._connection.greeting.get("atr", "")))

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU. Raises LinkLostError: the chip may or may not have acted."""
        answer = self._connection.exchange(command)
        if len(answer) < 2:
            self._connection.close()
            raise LinkLostError("an answer without status word")
        return answer

    def close(self) -> None:
        """Hang up, which takes the chip's power."""
        self._connection.close()


class RoadsideLink:
    """The three chips behind one address; opening a channel powers its chip.

    Each ``open_…`` raises NothingPresentedError, LinkLostError.
    """

    def __init__(self, host: str, port: int, *, answer_timeout_s: float = CHIP_TIMEOUT_S) -> None:
        self._host = host
        self._port = port
        self._answer_timeout_s = answer_timeout_s

    def reach(self) -> None:
        """Return when a roadside answers at all; no chip is touched. Raises LinkLostError."""
        self._connect("panel").close()

    def open_card(self) -> RoadsideChannel:
        """Power the user card."""
        return RoadsideChannel(self._open("card"))

    def open_psam(self) -> RoadsideChannel:
        """Power the PSAM."""
        return RoadsideChannel(self._open("psam"))

    def open_tag(self) -> tuple[TagPresence, RoadsideChannel]:
        """Power the tag; its MAC id and status byte come as a VST would give them."""
        connection = self._open("tag")
        greeting = connection.greeting
        try:
            presence = TagPresence(mac_id=bytes.fromhex(greeting["mac_id"]), status=int(greeting["status"]))
        except (AssertionError, KeyError, TypeError, ValueError) as error:
            connection.close()
            raise LinkLostError(f"tag: not the roadside's greeting: {error!r}") from error
        return presence, RoadsideChannel(connection)

    def _open(self, channel: str) -> RoadsideConnection:
        connection = self._connect(channel)
        if connection.greeting.get("present") is not True:
            connection.close()
            raise NothingPresentedError(f"no {channel} at the roadside")
        return connection

    def _connect(self, channel: str) -> RoadsideConnection:
        return RoadsideConnection(self._host, self._port, channel=channel, answer_timeout_s=self._answer_timeout_s)


# --- JSON requests


class _Requests:
    """JSON requests to one channel, each over a connection of its own: no connection has to be kept or mended."""

    CHANNEL: str

    def __init__(self, host: str, port: int, *, answer_timeout_s: float) -> None:
        self._host = host
        self._port = port
        self._answer_timeout_s = answer_timeout_s

    def _ask(self, op: str, **arguments: Any) -> dict[str, Any]:
        """Send one request and return its answer. Raises LinkLostError, SettingError when refused."""
        timeout_s = self._answer_timeout_s + arguments.get("wait_s", 0.0)  # where the server itself waits
        request = msgspec.json.encode({"op": op, **arguments})
        with RoadsideConnection(self._host, self._port, channel=self.CHANNEL, answer_timeout_s=timeout_s) as connection:
            answer = _decoded(connection.exchange(request))
        if answer.get("ok") is True:
            return answer
        raise SettingError(str(answer.get("text", "the roadside refused without a reason")))


class VirtualLane(_Requests):
    """The virtual roadside's lane (a :class:`laneside.passage.lane.LaneLink`); every operation may be repeated."""

    CHANNEL = "lane"

    def __init__(self, host: str, port: int, *, answer_timeout_s: float = LANE_TIMEOUT_S) -> None:
        super().__init__(host, port, answer_timeout_s=answer_timeout_s)

    @property
    def attached(self) -> bool:
        """True: there is a lane behind this link."""
        return True

    def occupy(self, lane_hex: str) -> None:
        """Take the lane. Raises LinkLostError; SettingError when the roadside has no such lane."""
        self._ask("occupy", lane_hex=lane_hex)

    def waiting(self) -> Waiting:
        """Return what the lane knows of the vehicle before its barrier. Raises LinkLostError."""
        answer = self._ask("waiting")
        try:
            return msgspec.convert(answer.get("waiting"), Waiting)
        except msgspec.ValidationError as error:
            raise LinkLostError(f"lane: {error}") from error

    def conclude(self, conclusion: Conclusion) -> None:
        """Carry out the end of a vehicle. Raises LinkLostError; sending it again is then safe."""
        self._ask("conclude", conclusion=msgspec.to_builtins(conclusion))

    def release(self) -> None:
        """Give the lane back. Raises LinkLostError."""
        self._ask("release")


class RoadsidePanel(_Requests):
    """The panel, for demo and tests: put a vehicle at the lane, take its picture, plan faults.

    Every operation raises LinkLostError, and SettingError with the roadside's words when it refuses.
    """

    CHANNEL = "panel"

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port, answer_timeout_s=PANEL_TIMEOUT_S)

    def vehicles(self) -> list[dict[str, Any]]:
        """List the named vehicles as ``laneside virtual vehicles --json`` prints them."""
        return list(self._ask("vehicles")["vehicles"])

    def place(self, vehicle: str, *, fresh: bool = False) -> dict[str, Any]:
        """Put a vehicle at the lane, ``fresh`` with newly issued chips; return the new state."""
        return dict(self._ask("place", vehicle=vehicle, fresh=fresh)["state"])

    def remove(self) -> dict[str, Any]:
        """Let the vehicle drive away; return the new state."""
        return dict(self._ask("remove")["state"])

    def state(self) -> dict[str, Any]:
        """Return the state: ``vehicle, card, tag, psam, lane, faults, held``."""
        return dict(self._ask("state")["state"])

    def picture(self) -> bytes:
        """Return a JPEG of the vehicle at the lane, or of the empty lane."""
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
        """Wait until an answer of this channel is kept back. Raises SettingError when the time is over."""
        self._ask("await_held", wait_s=timeout_s, channel=channel)

    def release(self) -> None:
        """Let every kept answer go."""
        self._ask("release")

    def clear_faults(self) -> None:
        """Forget the faults that have not fired, and release what is held."""
        self._ask("clear_faults")


class ReaderPanel(_Requests):
    """The panel's operations on the integrated reader of a roadside; each returns the reader's state after it.

    The state has ``state, powered, plugged, host, antenna, beacon, busy, bad_frames, heard, held, faults, cuts``;
    ``heard`` counts the host's whole frames by command. Raises LinkLostError; SettingError for a refused request.
    """

    CHANNEL = "panel"

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port, answer_timeout_s=PANEL_TIMEOUT_S)

    def state(self) -> dict[str, Any]:
        """Return the reader's state."""
        return self._reader("state")

    def press(self, *, for_s: float | None = None) -> dict[str, Any]:
        """Press the button of a handheld reader."""
        return self._reader("button", for_s=for_s)

    def fault(self, kind: str, place: str, *, code: str = "", **details: Any) -> dict[str, Any]:
        """Plan one fault; ``details`` are ``when, skip, delay_s, status_word`` (docs/integrators-guide.md)."""
        return self._reader("fault", fault={"kind": kind, "place": place, "code": code, **details})

    def clear_faults(self) -> dict[str, Any]:
        """Forget the faults that have not fired, and release what is held."""
        return self._reader("clear")

    def await_held(self, *, timeout_s: float = 10.0) -> dict[str, Any]:
        """Wait until something is kept back. Raises SettingError when the time is over."""
        return self._reader("await_held", wait_s=timeout_s)

    def release(self) -> dict[str, Any]:
        """Let everything go that is kept back."""
        return self._reader("release")

    def cut(self, *, back_after_s: float = 0.0) -> dict[str, Any]:
        """Cut the link; the reader keeps its power and its state."""
        return self._reader("cut", back_after_s=back_after_s)

    def unplug(self, *, back_after_s: float = 0.0) -> dict[str, Any]:
        """Pull the reader: no link and no power until :meth:`plug`, or until the time is over."""
        return self._reader("unplug", back_after_s=back_after_s)

    def plug(self) -> dict[str, Any]:
        """Plug the reader in again."""
        return self._reader("plug")

    def leave(self) -> dict[str, Any]:
        """Take the tag at the lane out of the radio's reach."""
        return self._reader("leave")

    def come_back(self) -> dict[str, Any]:
        """Bring it back into reach."""
        return self._reader("come_back")

    def put_beside(self, vehicle: str | None) -> dict[str, Any]:
        """Put a second vehicle in the field; None lets it drive away."""
        return self._reader("beside", vehicle=vehicle)

    def _reader(self, op: str, **arguments: Any) -> dict[str, Any]:
        return dict(self._ask(f"reader_{op}", **arguments)["reader"])
