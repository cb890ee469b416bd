"""The process that reads plates, as a terminal has it: started when needed, killed when it hangs, then restarted."""

from __future__ import annotations

import sys
from typing import Any, Final

import msgspec

from laneside.devices.child import Child, ChildError
from laneside.plates import PictureError, PlateEngineError, PlateSight, PlatesSeen, PlatesUnread

COMMAND: Final = (sys.executable, "-P", "-m", "laneside.plates.worker")
START_TIMEOUT_S: Final = 20.0
READ_TIMEOUT_S: Final = 10.0

NOT_INSTALLED: Final = "not-installed"
_TROUBLE_OF: Final = {PlateEngineError.code: NOT_INSTALLED, PictureError.code: "not-a-picture"}


class PlateProcess:
    """One worker or none. Not thread-safe."""

    def __init__(
        self,
        command: tuple[str, ...] = COMMAND,
        *,
        start_timeout_s: float = START_TIMEOUT_S,
        read_timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        self._command = command
        self._start_timeout_s = start_timeout_s
        self._read_timeout_s = read_timeout_s
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """The worker's process id while there is one."""
        return None if self._child is None else self._child.pid

    def start(self) -> str:
        """Have a worker with its models loaded; an empty text where that went well, else what is the matter."""
        if self._child is not None:
            return ""
        try:
            self._child = Child(self._command)
            answer = self._child.ask("hello", timeout_s=self._start_timeout_s)
        except ChildError as error:
            self._child = None
            return error.fault.value
        if "failed" not in answer:
            return ""
        self.end()
        return _TROUBLE_OF[answer["failed"]]

    def read(self, photo: bytes) -> PlateSight:
        """Read a photo. A worker that does not answer in time is gone afterwards, and the next photo gets a new one."""
        trouble = self.start()
        if trouble:
            return PlatesUnread(trouble=trouble)
        assert self._child is not None, "it was just started"
        try:
            return _sight(self._child.ask("read", timeout_s=self._read_timeout_s, photo=photo))
        except ChildError as error:
            self._child = None
            return PlatesUnread(trouble=error.fault.value)

    def kill(self) -> None:
        """Kill the worker from another thread than the one that reads."""
        child = self._child
        if child is not None:
            child.kill_waiting()

    def end(self) -> None:
        """End the worker; twice is harmless."""
        child, self._child = self._child, None
        if child is not None:
            child.end()


def _sight(answer: dict[str, Any]) -> PlateSight:
    if "failed" in answer:
        return PlatesUnread(trouble=_TROUBLE_OF[answer["failed"]])
    return msgspec.convert(answer, PlatesSeen)
