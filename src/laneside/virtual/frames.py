"""The roadside's side of a connection: frames of a 4-byte big-endian length and a body, over asyncio streams."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Any

import msgspec

REQUEST_BYTES_MAX = 64 * 1024

# Linux forgets the option after a while, so it is set again with every frame; elsewhere there is none.
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class FrameStream:
    """One client's connection. A client that breaks the form is hung up on like one that is gone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._socket = writer.get_extra_info("socket")
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def receive(self) -> bytes | None:
        """Wait for the next frame; None when the client is gone, or asks for more than a request may have."""
        if _QUICKACK is not None:
            with contextlib.suppress(OSError):  # the connection may have ended meanwhile; the read tells
                self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        try:
            length = int.from_bytes(await self._reader.readexactly(4), "big")
            return await self._reader.readexactly(length) if length <= REQUEST_BYTES_MAX else None
        except (asyncio.IncompleteReadError, OSError):
            return None

    async def send(self, body: bytes) -> None:
        """Send one frame; to a client that is gone nothing is sent, and the next receive says so."""
        with contextlib.suppress(OSError):
            self._writer.write(len(body).to_bytes(4, "big") + body)
            await self._writer.drain()

    async def send_json(self, value: Any) -> None:
        """Send one JSON frame."""
        await self.send(msgspec.json.encode(value))

    async def gone(self) -> None:
        """Return when the client hangs up, or speaks before it was answered."""
        with contextlib.suppress(OSError):
            await self._reader.read(1)

    def abort(self) -> None:
        """Drop the connection at once; twice is harmless."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """Hang up after what was sent."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
