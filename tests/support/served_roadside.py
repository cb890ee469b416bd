"""A virtual roadside on a port of loopback, served from a thread of this process, and a clock that stands still."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from laneside.virtual.server import RoadsideServer
from laneside.virtual.world import World


class StillClock:
    def __init__(self, now: datetime = datetime(2024, 5, 6, 4, 0, 0, tzinfo=UTC)) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment

    def monotonic_s(self) -> float:
        return self.moment.timestamp()

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@contextmanager
def serving(world: World, *, host: str = "127.0.0.1") -> Iterator[tuple[str, int]]:
    """Serve a world from a thread of its own and yield its address."""
    ready: queue.SimpleQueue[int | OSError] = queue.SimpleQueue()
    loop = asyncio.new_event_loop()
    stopping = asyncio.Event()

    async def run() -> None:
        server = RoadsideServer(world)
        try:
            ready.put(await server.start(host, 0))
        except OSError as error:
            ready.put(error)
            return
        await stopping.wait()
        await server.stop()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), name="roadside")
    thread.start()
    port = ready.get()
    try:
        if isinstance(port, OSError):
            raise port
        yield host, port
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join()
        loop.close()
