"""The reader's port for its host: a TCP port or a pty, in the loop that owns the world."""

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

from laneside.virtual.integrated.reader import IntegratedReader

CHUNK: Final = 4096
LOOK_S: Final = 0.02
"""How often a pty is checked for a host."""


class HostPort(Protocol):
    """What carries the bytes between one reader and its host."""

    async def start(self) -> str:
        """Open; return the address to show. Raises OSError."""
        ...

    def write(self, data: bytes) -> None:
        """Send bytes to the host, if one is connected."""
        ...

    def hang_up(self) -> None:
        """Cut the host off, after what was written."""
        ...

    async def stop(self) -> None:
        """Close."""
        ...

    @property
    def watch(self) -> asyncio.Task[None] | None:
        """The task that runs until ``stop``, if there is one."""
        ...


class ReaderServer:
    """Runs a reader: bytes from its port, time from the loop. Everything runs in the loop that opened the port."""

    def __init__(self, reader: IntegratedReader) -> None:
        self.reader = reader
        self._port: HostPort | None = None
        self._cuts = reader.cuts
        self._changed = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None

    @property
    def now_s(self) -> float:
        """The loop's time, which is the reader's."""
        return asyncio.get_running_loop().time()

    async def listen(self, host: str, port: int) -> str:
        """Serve a TCP port, 0 for a free one; return ``host:port``. Raises OSError."""
        return await self._serve(TcpPort(self, host, port))

    async def open_pty(self, link: Path) -> str:
        """Serve a pseudo-terminal, to which ``link`` is made to point; return the link. Raises OSError."""
        return await self._serve(PtyPort(self, link))

    async def ended(self) -> None:
        """Wait for ever; a defect that stops the reader is raised."""
        assert self._port is not None, "it serves"
        assert self._pump is not None, "it serves"
        await asyncio.gather(self._pump, *([self._port.watch] if self._port.watch else []))

    async def stop(self) -> None:
        """Hang up, and take the reader's power."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        if self._port is not None:
            await self._port.stop()
        self.reader.power_off()

    def catch_up(self) -> None:
        """Bring the reader up to the present time, before and after it is changed from elsewhere."""
        self.send(self.reader.tick(self.now_s))

    def wake(self) -> None:
        """Have the reader's next act planned again: something has changed."""
        self._changed.set()

    # --- the port's side

    def connected(self) -> None:
        """Connect a host."""
        self.send(self.reader.connect(self.now_s))

    def disconnected(self) -> None:
        """Disconnect the host."""
        self.reader.disconnect(self.now_s)
        self.wake()

    def received(self, data: bytes) -> None:
        """Receive bytes from the host."""
        self.send(self.reader.receive(data, self.now_s))

    def send(self, data: bytes) -> None:
        """Send the reader's bytes, and hang up where the reader cut the link."""
        assert self._port is not None, "the port is open"
        if data:
            self._port.write(data)
        if self.reader.cuts != self._cuts:
            self._cuts = self.reader.cuts
            self._port.hang_up()
        self.wake()

    async def _serve(self, port: HostPort) -> str:
        assert self._port is None, "a reader has one port"
        self._port = port
        address = await port.start()
        self._pump = asyncio.create_task(self._run())
        return address

    async def _run(self) -> None:
        """Let time pass whenever something is due."""
        loop = asyncio.get_running_loop()
        while True:
            self.catch_up()
            self._changed.clear()
            wake_s = self.reader.wake_s
            # Not wait_for: Python 3.11's may take a cancellation for its own time-out, and this would never end.
            alarm = None if wake_s is None else loop.call_at(wake_s, self._changed.set)
            await self._changed.wait()
            if alarm is not None:
                alarm.cancel()


class TcpPort:
    """A TCP port with one host at a time; a newer one takes the reader over."""

    def __init__(self, server: ReaderServer, host: str, port: int) -> None:
        self._reader = server
        self._host = host
        self._port = port
        self._listener: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._clients: set[asyncio.Task[None]] = set()

    @property
    def watch(self) -> asyncio.Task[None] | None:
        """None: the listener needs no task."""
        return None

    async def start(self) -> str:
        """Listen."""
        self._listener = await asyncio.start_server(self._client, self._host, self._port)
        return f"{self._host}:{self._listener.sockets[0].getsockname()[1]}"

    def write(self, data: bytes) -> None:
        """Send to the host."""
        if self._writer is not None:
            self._writer.write(data)

    def hang_up(self) -> None:
        """Close the connection behind what was written."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    async def stop(self) -> None:
        """Stop listening."""
        assert self._listener is not None, "stop follows start"
        self._listener.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        self.hang_up()
        await self._listener.wait_closed()

    async def _client(self, incoming: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one host from its connection to its end."""
        task = asyncio.current_task()
        assert task is not None, "a connection runs in a task"
        self._clients.add(task)
        try:
            await self._talk(incoming, writer)
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()  # cancelled only by stop, which 3.11's streams would report as a fault
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
            self._reader.disconnected()
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._writer = writer
        self._reader.connected()
        while self._writer is writer and (data := await incoming.read(CHUNK)):
            if self._writer is writer:
                self._reader.received(data)
        if self._writer is writer:
            self._writer = None
            self._reader.disconnected()


class PtyPort:
    """A pseudo-terminal behind a symbolic link. After each cut the link leads to another one, as with a USB adapter.

    Only a link that was left behind is replaced; a file or a device of that name is never touched.
    """

    def __init__(self, server: ReaderServer, link: Path) -> None:
        self._reader = server
        self._link = link
        self._master: int | None = None
        self._name = ""
        self._has_host = False
        self.watch: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Open, and watch for a host."""
        self._open()
        self.watch = asyncio.create_task(self._look())
        return str(self._link)

    def write(self, data: bytes) -> None:
        """Send; without a host the bytes are lost, as on a serial line."""
        if self._master is not None and self._has_host:
            with contextlib.suppress(OSError):
                os.write(self._master, data)

    def hang_up(self) -> None:
        """Close this side; the host's device disappears."""
        self._close()

    async def stop(self) -> None:
        """Close, and remove the link."""
        if self.watch is not None:
            self.watch.cancel()
            await asyncio.gather(self.watch, return_exceptions=True)
        self._close()

    def _open(self) -> None:
        """Open a new pty in raw mode and let the link point to it, in one step. Raises OSError."""
        if os.path.lexists(self._link) and not self._link.is_symlink():
            raise FileExistsError(errno.EEXIST, "is not a link", str(self._link))
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
        self._drop_host()
        if self._master is not None:
            os.close(self._master)
            self._master = None
        if self._link.is_symlink() and str(self._link.readlink()) == self._name:
            self._link.unlink()

    async def _look(self) -> None:
        """Notice a host that opens the device, and open a new device once the reader is reachable again."""
        while True:
            if self._master is None and self._reader.reader.reachable:
                self._open()
            if self._master is not None and not self._has_host and _is_open(self._master):
                self._has_host = True
                asyncio.get_running_loop().add_reader(self._master, self._readable)
                self._reader.connected()
            await asyncio.sleep(LOOK_S)

    def _readable(self) -> None:
        """Read what the host wrote; an error means that it closed the device."""
        assert self._master is not None, "a closed pty is not read"
        try:
            data = os.read(self._master, CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._reader.received(data)
        else:
            self._drop_host()
            self._reader.disconnected()

    def _drop_host(self) -> None:
        if self._master is not None and self._has_host:
            asyncio.get_running_loop().remove_reader(self._master)
        self._has_host = False


def _is_open(master: int) -> bool:
    """Return whether a host has the other side open."""
    poll = select.poll()
    poll.register(master, select.POLLIN)
    return not any(event & select.POLLHUP for _, event in poll.poll(0))
