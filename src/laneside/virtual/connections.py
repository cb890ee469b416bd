"""The roadside's side of its clients' connections: frames over asyncio streams, and exchanges that are held back."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from typing import Any

import msgspec

REQUEST_BYTES_MAX = 64 * 1024

# Linux resets the option after a while, so it is set again with every frame; other systems have none.
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class FrameStream:
    """One client's connection: frames of a 4-byte big-endian length and a body.

    A client that breaks the form is treated as one that has hung up.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._socket = writer.get_extra_info("socket")
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def receive(self) -> bytes | None:
        """Wait for the next frame; None when the client is gone, or sends more than a request may have."""
        if _QUICKACK is not None:
            with contextlib.suppress(OSError):  # the connection may have ended meanwhile; the read will notice
                self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        try:
            length = int.from_bytes(await self._reader.readexactly(4), "big")
            return await self._reader.readexactly(length) if length <= REQUEST_BYTES_MAX else None
        except (asyncio.IncompleteReadError, OSError):
            return None

    async def send(self, body: bytes) -> None:
        """Send one frame; if the client is gone nothing is sent, and the next receive returns None."""
        with contextlib.suppress(OSError):
            self._writer.write(len(body).to_bytes(4, "big") + body)
            await self._writer.drain()

    async def send_json(self, value: Any) -> None:
        """Send one JSON frame."""
        await self.send(msgspec.json.encode(value))

    async def gone(self) -> None:
        """Return when the client hangs up, or sends something before it was answered."""
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


class HeldExchanges:
    """Exchanges that are held back until they are released, or until the client that waits is gone.

    It belongs to the server's loop.
    """

    def __init__(self) -> None:
        self._kept: Counter[str] = Counter()
        self._released: set[asyncio.Future[None]] = set()
        self._changed = asyncio.Condition()

    @property
    def kept(self) -> tuple[str, ...]:
        """The channels on which something is held back now."""
        return tuple(sorted(+self._kept))

    async def keep(self, channel: str, stream: FrameStream) -> bool:
        """Hold one exchange back; True when it was released, False when its client has gone meanwhile."""
        released: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        gone = asyncio.ensure_future(stream.gone())
        self._released.add(released)
        await self._count(channel, 1)
        try:
            await asyncio.wait({released, gone}, return_when=asyncio.FIRST_COMPLETED)
            return not gone.done()
        finally:
            gone.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await gone
            self._released.discard(released)
            await self._count(channel, -1)

    def release(self) -> None:
        """Let everything go on that is held back now."""
        for released in self._released:
            if not released.done():
                released.set_result(None)

    async def wait_kept(self, channel: str, wait_s: float) -> bool:
        """Wait until something of this channel is held back; False when the time is over first."""
        try:
            async with asyncio.timeout(wait_s), self._changed:
                await self._changed.wait_for(lambda: self._kept[channel] > 0)
        except TimeoutError:
            return False
        return True

    async def _count(self, channel: str, step: int) -> None:
        async with self._changed:
            self._kept[channel] += step
            self._changed.notify_all()
