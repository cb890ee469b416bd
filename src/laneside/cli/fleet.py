"""Centre, virtual roadside and terminal as three processes on free loopback ports, for demo, tests and measurements."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import current_thread, main_thread
from typing import Self

import msgspec

from laneside.cli.demo_data import DEMO, enrolment_code, seed_centre

START_S_MAX = 30.0
END_S_MAX = 10.0


class FleetError(Exception):
    """A process did not come up or went away; its log is named."""


class Member(msgspec.Struct, kw_only=True):
    """One process of the fleet."""

    name: str
    child: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def address(self) -> str:
        """Where it listens, as host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Where it listens, for a browser."""
        return f"http://{self.address}"


class Fleet(msgspec.Struct, kw_only=True):
    """Start with ``with``; every process ends with the block. ``data`` keeps all, so that a next start goes on.

    ``reader`` is what the terminal reads with: the ``roadside``'s chips, or an integrated reader in front of the same
    vehicle, over ``tcp`` or a ``serial`` line. ``reader_settings`` is a file for both ends of that.
    """

    data: Path
    psam: str = "none"
    reader: str = "roadside"
    reader_settings: Path | None = None
    roadside_options: tuple[str, ...] = ()
    demo_panel: bool = True
    terminal_options: tuple[str, ...] = ()
    environment: dict[str, str] = msgspec.field(default_factory=dict)
    members: dict[str, Member] = msgspec.field(default_factory=dict)

    def __enter__(self) -> Self:
        self.data.mkdir(parents=True, exist_ok=True)
        self._reader_port.unlink(missing_ok=True)  # of an earlier fleet; by now another program may have it
        try:
            seed_centre(self.data / "centre", DEMO)
            self.start_centre()
            self.start_roadside()
            self.start_terminal()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def centre(self) -> Member:
        """The centre's process."""
        return self.members["centre"]

    @property
    def roadside(self) -> Member:
        """The roadside's process."""
        return self.members["roadside"]

    @property
    def terminal(self) -> Member:
        """The terminal's process."""
        return self.members["terminal"]

    def start_centre(self, *, port: int = 0) -> Member:
        """Start the centre."""
        return self._start("centre", ["centre", "--data", str(self.data / "centre")], port)

    def start_roadside(self, *, port: int = 0) -> Member:
        """Start the virtual roadside."""
        words = ["virtual", "roadside", "--data", str(self.data / "roadside"), "--psam", self.psam]
        words += [*self._reader_of_roadside(), *self.roadside_options]
        return self._start("roadside", words, port)

    def start_terminal(self, *, port: int = 0) -> Member:
        """Start the terminal; the first time it is enrolled with a fresh code."""
        folder = self.data / "terminal"
        words = ["terminal", "--data", str(folder), "--centre", self.centre.url, "--roadside", self.roadside.address]
        if not (folder / "device" / "identity.json").exists():
            words += ["--enrol", enrolment_code(self.data / "centre"), "--name", "demo"]
        if self.demo_panel:
            words.append("--demo")
        words += [*self._reader_of_terminal(), *self.terminal_options]
        return self._start("terminal", words, port)

    def kill(self, name: str) -> None:
        """Kill one process as a dead battery would."""
        member = self.members.pop(name)
        member.child.kill()
        member.child.wait()

    def end(self, name: str) -> None:
        """Ask one process to end, and make sure that it did."""
        child = self.members[name].child
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(END_S_MAX)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        del self.members[name]

    def stop(self) -> None:
        """End all processes, the terminal first; a second Ctrl-C kills them."""
        try:
            for name in ("terminal", "roadside", "centre"):
                if name in self.members:
                    self.end(name)
        except BaseException:
            for name in tuple(self.members):
                self.kill(name)
            raise

    def wait(self) -> None:
        """Return when any process has ended by itself; FleetError names it."""
        while True:
            for member in self.members.values():
                if member.child.poll() is not None:
                    raise FleetError(f"{member.name} ended with {member.child.returncode}, see {member.log}")
            time.sleep(0.5)

    @property
    def reader_address(self) -> str:
        """Where the integrated reader is: HOST:PORT, or the name of its device."""
        if self.reader == "serial":
            return str(self.data / "reader.tty")
        return f"127.0.0.1:{self._reader_port.read_text(encoding='ascii').strip()}"

    @property
    def _reader_port(self) -> Path:
        return self.data / "reader.port"

    def _reader_of_roadside(self) -> list[str]:
        """Let the roadside have the reader, each time where it was."""
        if self.reader == "roadside":
            return []
        if self.reader == "serial":
            words = ["--reader-pty", self.reader_address]
        else:
            where = self.reader_address if self._reader_port.exists() else "0"
            words = ["--reader-tcp", where, "--reader-port-file", str(self._reader_port)]
        return words + ([] if self.reader_settings is None else ["--reader-settings", str(self.reader_settings)])

    def _reader_of_terminal(self) -> list[str]:
        if self.reader == "roadside":
            return []
        words = ["--reader", self.reader]
        words += ["--reader-device" if self.reader == "serial" else "--reader-address", self.reader_address]
        return words + ([] if self.reader_settings is None else ["--reader-settings", str(self.reader_settings)])

    def _start(self, name: str, words: list[str], port: int) -> Member:
        port_file, log = self.data / f"{name}.port", self.data / f"{name}.log"
        port_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "laneside", *words, "--port", str(port), "--port-file", str(port_file)]
        with log.open("ab") as out, _uninterrupted():
            child = subprocess.Popen(  # noqa: S603 - our own command line
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )
            # A member before it has a port, so that an interrupted start does not leave it running.
            member = self.members[name] = Member(name=name, child=child, port=0, log=log)
        member.port = _await_port(name, child, port_file, log)
        return member


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold back Ctrl-C and its likes until a new process is known: nothing else would end it."""
    if current_thread() is not main_thread():
        yield
        return
    came: list[int] = []
    handlers = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    held = {each: handler for each, handler in handlers.items() if callable(handler)}
    for each in held:
        signal.signal(each, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for each, handler in held.items():
            signal.signal(each, handler)
    for number in came:
        signal.raise_signal(number)


def _await_port(name: str, child: subprocess.Popen[bytes], port_file: Path, log: Path) -> int:
    deadline = time.monotonic() + START_S_MAX
    while time.monotonic() < deadline:
        if port_file.exists():
            return int(port_file.read_text(encoding="ascii"))
        if child.poll() is not None:
            tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])
            raise FleetError(f"{name} did not start:\n{tail}")
        time.sleep(0.02)
    child.kill()
    child.wait()
    raise FleetError(f"{name} did not start within {START_S_MAX:.0f} s, see {log}")
