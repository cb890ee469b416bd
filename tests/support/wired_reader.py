"""A virtual integrated reader on a real wire, in a loop of its own thread: a port, or a pty behind a link."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from timeouts import scaled

from laneside.devices.serial import SerialLink
from laneside.devices.tcp import TcpLink
from laneside.virtual.integrated.reader import IntegratedReader
from laneside.virtual.integrated.server import ReaderServer
from laneside.virtual.integrated.settings import ReaderSettings

T = TypeVar("T")


class WiredReader:
    """Serve a reader over ``world``; ``pty`` is the name of its device, without one it takes a free port."""

    def __init__(self, world: Any, settings: ReaderSettings, *, pty: Path | None = None) -> None:
        self._pty = pty
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="reader")
        self._thread.start()
        try:
            self.far, self._server, self.place = self._run(self._started(world, settings))
        except OSError:
            self._end_loop()  # a thread that went on would keep the test run from ending
            raise

    def open(self) -> SerialLink | TcpLink:
        """Attach a host to it."""
        if self._pty is not None:
            return SerialLink(str(self._pty))
        host, _, port = self.place.rpartition(":")
        return TcpLink(host, int(port))

    def do(self, act: Callable[[], T]) -> T:
        """Do something with the reader, its world or its chips, in the loop that owns them."""

        async def done() -> T:
            self._server.catch_up()
            result = act()
            self._server.catch_up()
            return result

        return self._run(done())

    def stop(self) -> None:
        """Take it down."""
        self._run(self._server.stop())
        self._end_loop()

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _started(self, world: Any, settings: ReaderSettings) -> tuple[IntegratedReader, ReaderServer, str]:
        far = IntegratedReader(world, settings=settings, random_bytes=bytes, now_s=self._loop.time())
        server = ReaderServer(far)
        place = await (server.listen("127.0.0.1", 0) if self._pty is None else server.open_pty(self._pty))
        return far, server, place

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(scaled(10))
