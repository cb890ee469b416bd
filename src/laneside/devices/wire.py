"""The roadside's wire seen from the client: one TCP connection, frames of a 4-byte big-endian length and a body."""

from __future__ import annotations

import socket
from typing import Any, Self

import msgspec

from laneside.errors import LinkLostError, SettingError

FRAME_BYTES_MAX = 8 * 1024 * 1024
CONNECT_TIMEOUT_S = 2.0

# Linux forgets the option after a while, so it is set again with every frame; elsewhere there is none.
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class Wire:
    """One connection to one channel. Every failure closes it: after a lost answer nothing on it can be trusted."""

    def __init__(self, host: str, port: int, *, channel: str, answer_timeout_s: float) -> None:
        self._channel = channel
        self._answer_timeout_s = answer_timeout_s
        try:
            self._socket: socket.socket | None = socket.create_connection((host, port), CONNECT_TIMEOUT_S)
        except OSError as error:
            raise LinkLostError(f"roadside {host}:{port}: {error}") from error
        self._socket.settimeout(answer_timeout_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.greeting = self._greeted(channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def exchange(self, body: bytes, *, timeout_s: float | None = None) -> bytes:
        """Send one frame and wait for the one that answers it. Raises LinkLostError; an empty answer is none."""
        if self._socket is None:
            raise LinkLostError(f"{self._channel}: the link is closed")
        try:
            self._socket.settimeout(timeout_s or self._answer_timeout_s)
            self._socket.sendall(len(body).to_bytes(4, "big") + body)
            answer = self._receive(self._socket)
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

    def _greeted(self, channel: str) -> dict[str, Any]:
        """Name the channel; what does not greet is no roadside."""
        try:
            return decode(self.exchange(channel.encode("ascii")))
        except LinkLostError:
            self.close()
            raise

    def _receive(self, link: socket.socket) -> bytes:
        if _QUICKACK is not None:
            link.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        length = int.from_bytes(_exactly(link, 4), "big")
        if length > FRAME_BYTES_MAX:
            raise ConnectionError(f"a frame of {length} bytes")
        return _exactly(link, length)


def _exactly(link: socket.socket, count: int) -> bytes:
    """Read that many bytes; a connection that ends before is an error."""
    data = bytearray()
    while len(data) < count:
        chunk = link.recv(count - len(data))
        if not chunk:
            raise ConnectionError("the other side hung up")
        data += chunk
    return bytes(data)


def decode(body: bytes) -> dict[str, Any]:
    """Read a JSON answer; LinkLostError if it is none, for then this is not the roadside."""
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise LinkLostError(f"not the roadside's answer: {error}") from error


def ask(host: str, port: int, channel: str, request: dict[str, Any], *, timeout_s: float) -> dict[str, Any]:
    """Open a channel, send one JSON request, hang up. Raises LinkLostError; SettingError for a refused request."""
    with Wire(host, port, channel=channel, answer_timeout_s=timeout_s) as wire:
        answer = decode(wire.exchange(msgspec.json.encode(request)))
    if answer.get("ok") is True:
        return answer
    raise SettingError(str(answer.get("text", "the roadside refused without a reason")))
