"""The lane's requests on the wire, and what they do to the world's lane."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from laneside.errors import LanesideError, SettingError
from laneside.passage.lane import Conclusion
from laneside.virtual.world import World


class RefusedError(LanesideError):
    """The request has no meaning here; the text goes back to the client."""

    code = "roadside-refused"


class _Occupy(Struct, frozen=True, tag_field="op", tag="occupy"):
    lane_hex: str


class _Waiting(Struct, frozen=True, tag_field="op", tag="waiting"):
    pass


class _Conclude(Struct, frozen=True, tag_field="op", tag="conclude"):
    conclusion: Conclusion


class _Release(Struct, frozen=True, tag_field="op", tag="release"):
    pass


_Request = _Occupy | _Waiting | _Conclude | _Release


class _Operation(Struct, frozen=True):
    op: str = ""


def operation(body: bytes) -> str:
    """Take the name of the operation out of a request, for the fault plan; empty when there is none."""
    try:
        return msgspec.json.decode(body, type=_Operation).op
    except msgspec.MsgspecError:
        return ""


class LaneDesk:
    """The lane's computer as a terminal reaches it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, body: bytes) -> dict[str, Any]:
        """Do what one request asks. Raises RefusedError."""
        try:
            request = msgspec.json.decode(body, type=_Request)
            return {"ok": True, **self._done(request)}
        except (msgspec.MsgspecError, SettingError) as error:
            raise RefusedError(str(error)) from error

    def _done(self, request: _Request) -> dict[str, Any]:
        lane = self._world.lane
        match request:
            case _Occupy(lane_hex=lane_hex):
                self._world.keep_lane(lane.occupy(lane_hex))
            case _Waiting():
                return {"waiting": msgspec.to_builtins(lane.waiting())}
            case _Conclude(conclusion=conclusion):
                self._world.keep_lane(lane.conclude(conclusion))
            case _Release():
                self._world.keep_lane(lane.release())
        return {}
