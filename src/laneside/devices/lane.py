"""The lane's computer: the virtual roadside's one over TCP, and the form that has none."""

from __future__ import annotations

from typing import Any

import msgspec

from laneside.devices.wire import ask
from laneside.errors import LinkLostError
from laneside.passage.lane import Conclusion, Waiting

ANSWER_TIMEOUT_S = 3.0


class VirtualLane:
    """The virtual roadside's lane (a :class:`laneside.passage.lane.LaneLink`).

    Each call is a connection of its own: none has to be kept or mended, and every operation may be repeated.
    """

    def __init__(self, host: str, port: int, *, answer_timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        self._host = host
        self._port = port
        self._answer_timeout_s = answer_timeout_s

    @property
    def attached(self) -> bool:
        """There is a lane behind this link."""
        return True

    def occupy(self, lane_hex: str) -> None:
        """Take the lane. Raises LinkLostError; SettingError when the roadside has no such lane."""
        self._ask({"op": "occupy", "lane_hex": lane_hex})

    def waiting(self) -> Waiting:
        """Ask what stands before the barrier. Raises LinkLostError."""
        answer = self._ask({"op": "waiting"})
        try:
            return msgspec.convert(answer.get("waiting"), Waiting)
        except msgspec.ValidationError as error:
            raise LinkLostError(f"lane: {error}") from error

    def conclude(self, conclusion: Conclusion) -> None:
        """Carry out the end of a vehicle. Raises LinkLostError; then saying it again is safe."""
        self._ask({"op": "conclude", "conclusion": msgspec.to_builtins(conclusion)})

    def release(self) -> None:
        """Give the lane back. Raises LinkLostError."""
        self._ask({"op": "release"})

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        return ask(self._host, self._port, "lane", request, timeout_s=self._answer_timeout_s)


class NoLane:
    """No lane's computer anywhere: the collector opens the barrier, and the record says 人工放行."""

    @property
    def attached(self) -> bool:
        """There is nothing behind this link."""
        return False

    def occupy(self, lane_hex: str) -> None:
        """Take nothing."""

    def waiting(self) -> Waiting:
        """Know nothing."""
        return Waiting()

    def conclude(self, conclusion: Conclusion) -> None:
        """Tell nobody."""

    def release(self) -> None:
        """Give nothing back."""
