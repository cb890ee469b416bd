"""The reader on a wire: a TCP port or a pty, in the loop that owns the world."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import pty
import select
import socket
import tty
from pathlib import Path
from typing import Final, Protocol

from laneside.virtual.integrated.core import IntegratedReader

CHUNK: Final = 4096
LOOK_S: Final = 0.02
"""How often a pty without a host is looked at."""


class Wire(Protocol):
    """What carries the bytes of one reader."""

    async def start(self) -> str:
        """Open; return the address for people. Raises OSError."""
        ...

    def write(self, data: bytes) -> None:
        """Send bytes to the host, as far as there is one."""
        ...

    def hang_up(self) -> None:
        """Cut the host off, after what was written."""
        ...

    async def stop(self) -> None:
        """Close."""
        ...

    @property
    def watch(self) -> asyncio.Task[None] | None:
        """What runs until ``stop``, where something has to."""
        ...


class ReaderServer:
    """Lets a reader live: bytes from its wire, time from the loop. Everything runs in the loop that called start."""

    def __init__(self, reader: IntegratedReader) -> None:
        self.reader = reader
        self._wire: Wire | None = None
        self._cuts = reader.cuts
        self._moved = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None

    @property
    def now_s(self) -> float:
        """The loop's time, which is the reader's."""
        return asyncio.get_running_loop().time()

    async def listen(self, host: str, port: int) -> str:
        """Serve a TCP port, 0 for a free one; return ``host:port``. Raises OSError."""
        return await self._serve(TcpWire(self, host, port))

    async def open_pty(self, link: Path) -> str:
        """Serve a pseudo-terminal, to which ``link`` is made to point; return the link. Raises OSError."""
        return await self._serve(PtyWire(self, link))

    async def ended(self) -> None:
        """Wait for ever; a defect that ended the reader's life is raised."""
        assert self._wire is not None, "it serves"
        assert self._pump is not None, "it serves"
        await asyncio.gather(self._pump, *([self._wire.watch] if self._wire.watch else []))

    async def stop(self) -> None:
        """Hang up, and take the reader's power."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        if self._wire is not None:
            await self._wire.stop()
        self.reader.power_off()

    def catch_up(self) -> None:
        """Let the reader live up to now, before and after somebody else changes it."""
        self.carry(self.reader.tick(self.now_s))

    def nudge(self) -> None:
        """Look at the reader soon: somebody else changed it."""
        self._moved.set()

    # --- the wire's side

    def came(self) -> None:
        """Let a host come."""
        self.carry(self.reader.connect(self.now_s))

    def went(self) -> None:
        """Let the host go."""
        self.reader.disconnect(self.now_s)
        self.nudge()

    def heard(self, data: bytes) -> None:
        """Take bytes from the host."""
        self.carry(self.reader.receive(data, self.now_s))

    def carry(self, data: bytes) -> None:
        """Put the reader's bytes on the wire, and cut it where the reader did."""
        assert self._wire is not None, "the wire is open"
        if data:
            self._wire.write(data)
        if self.reader.cuts != self._cuts:
            self._cuts = self.reader.cuts
            self._wire.hang_up()
        self.nudge()

    async def _serve(self, wire: Wire) -> str:
        assert self._wire is None, "one wire"
        self._wire = wire
        address = await wire.start()
        self._pump = asyncio.create_task(self._live())
        return address

    async def _live(self) -> None:
        """Tick whenever something is due."""
        loop = asyncio.get_running_loop()
        while True:
            self.catch_up()
            self._moved.clear()
            wake_s = self.reader.wake_s
            # Not wait_for: Python 3.11's may take a cancellation for its own time-out, and this would never end.
            alarm = None if wake_s is None else loop.call_at(wake_s, self._moved.set)
            await self._moved.wait()
            if alarm is not None:
                alarm.cancel()


class TcpWire:
    """A port with one host at a time; a newer one takes the reader over."""

    def __init__(self, server: ReaderServer, host: str, port: int) -> None:
        self._reader = server
        self._host = host
        self._port = port
        self._listener: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._clients: set[asyncio.Task[None]] = set()

    @property
    def watch(self) -> asyncio.Task[None] | None:
        """Nothing: hosts come by themselves."""
        return None

    async def start(self) -> str:
        """Listen."""
        self._listener = await asyncio.start_server(self._client, self._host, self._port)
        return f"{self._host}:{self._listener.sockets[0].getsockname()[1]}"

    def write(self, data: bytes) -> None:
        """Send to the host that is there."""
        if self._writer is not None:
            self._writer.write(data)

    def hang_up(self) -> None:
        """Close the connection behind what was written."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    async def stop(self) -> None:
        """Listen no more."""
        assert self._listener is not None, "stop follows start"
        self._listener.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        self.hang_up()
        await self._listener.wait_closed()

    async def _client(self, incoming: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one host from its coming to its going."""
        task = asyncio.current_task()
        assert task is not None, "a connection runs in a task"
        self._clients.add(task)
        try:
            await self._talk(incoming, writer)
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()  # cancelled only by stop, which 3.11's streams would take for a fault
        finally:
            self._clients.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _talk(self, incoming: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._reader.reader.reachable:
            return
        if self._writer is not None:
            self.hang_up()
            self._reader.went()
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._writer = writer
        self._reader.came()
        while self._writer is writer and (data := await incoming.read(CHUNK)):
            if self._writer is writer:
                self._reader.heard(data)
        if self._writer is writer:
            self._writer = None
            self._reader.went()


class PtyWire:
    """A pseudo-terminal behind a symbolic link. Each cut gives the link another one, as a replugged adapter has.

    Only a link that was left behind is replaced: a file or a device of that name is somebody's.
    """

    def __init__(self, server: ReaderServer, link: Path) -> None:
        self._reader = server
        self._link = link
        self._master: int | None = None
        self._name = ""
        self._hears = False
        self.watch: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Open, and watch for a host."""
        self._open()
        self.watch = asyncio.create_task(self._look())
        return str(self._link)

    def write(self, data: bytes) -> None:
        """Send; what nobody takes is lost, as on a serial line."""
        if self._master is not None and self._hears:
            with contextlib.suppress(OSError):
                os.write(self._master, data)

    def hang_up(self) -> None:
        """Close this side: the host sees its device go."""
        self._close()

    async def stop(self) -> None:
        """Close, and take the link away."""
        if self.watch is not None:
            self.watch.cancel()
            await asyncio.gather(self.watch, return_exceptions=True)
        self._close()

    def _open(self) -> None:
        """Take a new pty in raw mode and let the link point to it, at one stroke. Raises OSError."""
        if os.path.lexists(self._link) and not self._link.is_symlink():
            raise FileExistsError(errno.EEXIST, "stands where the link would", str(self._link))
        self._master, slave = pty.openpty()
        self._name = os.ttyname(slave)
        tty.setraw(slave)
        os.close(slave)
        os.set_blocking(self._master, False)
        beside = self._link.with_name(f"{self._link.name}.{os.getpid()}")
        beside.unlink(missing_ok=True)
        beside.symlink_to(self._name)
        beside.replace(self._link)

    def _close(self) -> None:
        self._deaf()
        if self._master is not None:
            os.close(self._master)
            self._master = None
        if self._link.is_symlink() and str(self._link.readlink()) == self._name:
            self._link.unlink()

    async def _look(self) -> None:
        """Notice a host that opens the device, and open a new device once the reader is in reach again."""
        while True:
            if self._master is None and self._reader.reader.reachable:
                self._open()
            if self._master is not None and not self._hears and _is_open(self._master):
                self._hears = True
                asyncio.get_running_loop().add_reader(self._master, self._readable)
                self._reader.came()
            await asyncio.sleep(LOOK_S)

    def _readable(self) -> None:
        """Take what the host wrote; an error says that it closed the device."""
        assert self._master is not None, "a closed pty is not listened to"
        try:
            data = os.read(self._master, CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._reader.heard(data)
        else:
            self._deaf()
            self._reader.went()

    def _deaf(self) -> None:
        if self._master is not None and self._hears:
            asyncio.get_running_loop().remove_reader(self._master)
        self._hears = False


def _is_open(master: int) -> bool:
    """Say whether somebody has the other side open."""
    poll = select.poll()
    poll.register(master, select.POLLIN)
    return not any(event & select.POLLHUP for _, event in poll.poll(0))
