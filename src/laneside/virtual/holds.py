"""Answers that are kept back until somebody releases them, or until the client that waits is gone."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter

from laneside.virtual.frames import FrameStream


class Holds:
    """Who is held on which channel. Belongs to the server's loop."""

    def __init__(self) -> None:
        self._kept: Counter[str] = Counter()
        self._released: set[asyncio.Future[None]] = set()
        self._changed = asyncio.Condition()

    @property
    def kept(self) -> tuple[str, ...]:
        """The channels with an answer that is kept back now."""
        return tuple(sorted(+self._kept))

    async def keep(self, channel: str, stream: FrameStream) -> bool:
        """Keep one exchange back; True when it was released, False when its client has gone meanwhile."""
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
        """Let everything go on that is kept back now."""
        for released in self._released:
            if not released.done():
                released.set_result(None)

    async def wait_kept(self, channel: str, wait_s: float) -> bool:
        """Wait until something of this channel is kept back; False when the time is over first."""
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
