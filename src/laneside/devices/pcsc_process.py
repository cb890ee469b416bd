"""The supervised child behind one PC/SC reader: asked with a time-out, killed when that is over, then made anew."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from laneside.devices.pcsc_troubles import PcscCause

WORKER = Path(__file__).with_name("pcsc_worker.py")
START_TIMEOUT_S = 10.0
END_TIMEOUT_S = 1.0


class WorkerError(Exception):
    """The worker gave no answer; it is gone now and ``cause`` says why."""

    def __init__(self, cause: PcscCause, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause


class PcscWorker:
    """One child process. Any failure ends it: after a lost answer nothing that it says can be matched any more."""

    def __init__(self) -> None:
        self._link, theirs = socket.socketpair()
        with theirs:
            self._child = _started(self._link, theirs)
        self.ask("hello", timeout_s=START_TIMEOUT_S)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def ask(self, op: str, *, timeout_s: float, **arguments: str) -> dict[str, Any]:
        """Have one operation carried out. Raises WorkerError when no answer comes within the time."""
        request = {"op": op, "timeout_s": timeout_s, **arguments}
        try:
            self._link.settimeout(timeout_s)
            self._link.sendall(msgspec.json.encode(request) + b"\n")
            answer = self._line(time.monotonic() + timeout_s)
        except TimeoutError as error:
            self.kill()
            raise WorkerError(PcscCause.HUNG, f"no answer to {op} within {timeout_s:g} s") from error
        except OSError as error:
            self.kill()
            raise WorkerError(PcscCause.WORKER_LOST, f"{op}: {error}") from error
        return msgspec.json.decode(answer, type=dict[str, Any])

    def end(self) -> None:
        """Let the child leave the reader in order; one that does not is killed."""
        self._link.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(END_TIMEOUT_S)
        self.kill()

    def kill(self) -> None:
        """End the child at once. A child that sits in the kernel is not waited for: it must not hang us too."""
        self._link.close()
        self._child.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(END_TIMEOUT_S)

    def _line(self, deadline_s: float) -> bytes:
        """Receive one line; the child says nothing unasked, so nothing follows it."""
        line = bytearray()
        while not line.endswith(b"\n"):
            self._link.settimeout(max(deadline_s - time.monotonic(), 0.001))
            part = self._link.recv(65536)
            if not part:
                raise ConnectionError("the worker ended")
            line += part
        return bytes(line)


def _started(ours: socket.socket, theirs: socket.socket) -> subprocess.Popen[bytes]:
    """Start the child in a session of its own: Ctrl-C is for the terminal, which then ends its workers in order."""
    command, end = [sys.executable, "-I", str(WORKER)], theirs.fileno()
    try:
        return subprocess.Popen(command, stdin=end, stdout=end, start_new_session=True)  # noqa: S603 - our own script
    except OSError as error:
        ours.close()
        raise WorkerError(PcscCause.WORKER_LOST, str(error)) from error
