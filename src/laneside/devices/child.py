"""A supervised child process: asked with a time-out, killed when that is over; one JSON object per line each way.

What may hang in the kernel or in a foreign library, or swell, lives in such a child. The socket pair is its stdin and
stdout. Any failure ends it: after a lost answer nothing that it says can be matched any more.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Sequence
from enum import Enum
from typing import Any, Final

import msgspec

END_TIMEOUT_S: Final = 1.0
_PART_BYTES: Final = 1 << 16


class ChildFault(Enum):
    """How a child failed: no answer in time, or it is gone (or never came)."""

    HUNG = "hung"
    LOST = "lost"


class ChildError(Exception):
    """The child gave no answer; it is gone now."""

    def __init__(self, fault: ChildFault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault


class Child:
    """One child process. Not thread-safe."""

    def __init__(self, command: Sequence[str]) -> None:
        self._link, theirs = socket.socketpair()
        with theirs:
            self._process = _started(command, self._link, theirs)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def ask(self, op: str, *, timeout_s: float, **arguments: str | bytes) -> dict[str, Any]:
        """Have one operation carried out; bytes travel as Base64. Raises ChildError when no answer comes in time."""
        request = {"op": op, "timeout_s": timeout_s, **arguments}
        try:
            self._link.settimeout(timeout_s)
            self._link.sendall(msgspec.json.encode(request) + b"\n")
            return msgspec.json.decode(self._line(time.monotonic() + timeout_s), type=dict[str, Any])
        except TimeoutError as error:
            self.kill()
            raise ChildError(ChildFault.HUNG, f"no answer to {op} within {timeout_s:g} s") from error
        except (OSError, msgspec.MsgspecError) as error:
            self.kill()
            raise ChildError(ChildFault.LOST, f"{op}: {error}") from error

    def end(self) -> None:
        """Let the child end in order; one that does not is killed."""
        self._link.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_TIMEOUT_S)
        self.kill()

    def kill(self) -> None:
        """End the child at once. A child that sits in the kernel is not waited for: it must not hang us too."""
        self._link.close()
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_TIMEOUT_S)

    def kill_waiting(self) -> None:
        """Kill the child from another thread: whoever waits for its answer finds it gone."""
        self._process.kill()

    def _line(self, deadline_s: float) -> bytes:
        """Receive one line; the child sends nothing but answers, so nothing follows it."""
        line = bytearray()
        while not line.endswith(b"\n"):
            self._link.settimeout(max(deadline_s - time.monotonic(), 0.001))
            part = self._link.recv(_PART_BYTES)
            if not part:
                raise ConnectionError("the worker ended")
            line += part
        return bytes(line)


def _started(command: Sequence[str], ours: socket.socket, theirs: socket.socket) -> subprocess.Popen[bytes]:
    """Start the child in a session of its own: Ctrl-C is for the terminal, which then ends its workers in order."""
    end = theirs.fileno()
    try:
        return subprocess.Popen(command, stdin=end, stdout=end, start_new_session=True)  # noqa: S603 - our own command
    except OSError as error:
        ours.close()
        raise ChildError(ChildFault.LOST, str(error)) from error
