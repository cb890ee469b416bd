"""JSON requests to the roadside: the lane's, which a terminal sends, and the panel's, which a demo or a test sends."""

from __future__ import annotations

import asyncio
import binascii
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from laneside.errors import LanesideError, SettingError
from laneside.virtual.connections import HeldExchanges
from laneside.virtual.faults import Fault, FaultKind, FaultPlan, Place, When
from laneside.virtual.lane import LaneOrder
from laneside.virtual.vehicles import VEHICLES, describe
from laneside.virtual.world import World

WAIT_S_MAX = 600.0


class RequestRefusedError(LanesideError):
    """The request has no meaning here; the text goes back to the client."""

    code = "roadside-refused"


class _Operation(Struct, frozen=True):
    op: str = ""


def operation(body: bytes) -> str:
    """Return the name of a request's operation, for the fault plan; empty when it has none."""
    try:
        return msgspec.json.decode(body, type=_Operation).op
    except msgspec.MsgspecError:
        return ""


# --- the lane


class _Occupy(Struct, frozen=True, tag_field="op", tag="occupy"):
    lane_hex: str


class _Waiting(Struct, frozen=True, tag_field="op", tag="waiting"):
    pass


class _Conclude(Struct, frozen=True, tag_field="op", tag="conclude"):
    conclusion: LaneOrder


class _ReleaseLane(Struct, frozen=True, tag_field="op", tag="release"):
    pass


_LaneRequest = _Occupy | _Waiting | _Conclude | _ReleaseLane


class LaneRequests:
    """The lane's computer as a terminal reaches it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, body: bytes) -> dict[str, Any]:
        """Carry out one request. Raises RequestRefusedError."""
        try:
            request = msgspec.json.decode(body, type=_LaneRequest)
            return {"ok": True, **self._carried_out(request)}
        except (msgspec.MsgspecError, SettingError) as error:
            raise RequestRefusedError(str(error)) from error

    def _carried_out(self, request: _LaneRequest) -> dict[str, Any]:
        lane = self._world.lane
        match request:
            case _Occupy(lane_hex=lane_hex):
                self._world.keep_lane(lane.occupy(lane_hex))
            case _Waiting():
                return {"waiting": lane.waiting()}
            case _Conclude(conclusion=order):
                self._world.keep_lane(lane.conclude(order))
            case _ReleaseLane():
                self._world.keep_lane(lane.release())
        return {}


# --- the panel

_Channel = Annotated[str, Meta(pattern="^(card|tag|psam|lane)$")]


class _Vehicles(Struct, frozen=True, tag_field="op", tag="vehicles"):
    pass


class _PlaceVehicle(Struct, frozen=True, tag_field="op", tag="place"):
    vehicle: str
    fresh: bool = False


class _Remove(Struct, frozen=True, tag_field="op", tag="remove"):
    pass


class _State(Struct, frozen=True, tag_field="op", tag="state"):
    pass


class _Picture(Struct, frozen=True, tag_field="op", tag="picture"):
    pass


class _InsertCard(Struct, frozen=True, tag_field="op", tag="insert_card"):
    pass


class _WithdrawCard(Struct, frozen=True, tag_field="op", tag="withdraw_card"):
    pass


class _Hold(Struct, frozen=True, tag_field="op", tag="hold"):
    channel: _Channel
    ins: str = ""
    when: When = When.AFTER
    skip: Annotated[int, Meta(ge=0)] = 0


class _Cut(_Hold, frozen=True, tag_field="op", tag="cut"):
    pass


class _WithdrawAt(_Hold, frozen=True, tag_field="op", tag="withdraw_at"):
    pass


class _AwaitHeld(Struct, frozen=True, tag_field="op", tag="await_held"):
    channel: _Channel
    wait_s: Annotated[float, Meta(ge=0, le=WAIT_S_MAX)] = 10.0


class _Release(Struct, frozen=True, tag_field="op", tag="release"):
    pass


class _ClearFaults(Struct, frozen=True, tag_field="op", tag="clear_faults"):
    pass


_Move = _Vehicles | _PlaceVehicle | _Remove | _State | _InsertCard | _WithdrawCard
_FaultRequest = _Hold | _Cut | _WithdrawAt | _AwaitHeld | _Release | _ClearFaults

_KINDS: dict[type[_Hold], FaultKind] = {
    _Hold: FaultKind.HOLD,
    _Cut: FaultKind.CUT,
    _WithdrawAt: FaultKind.WITHDRAW_CARD,
}


class PanelRequests:
    """The panel of one roadside: its world, its fault plan and what is held back now."""

    def __init__(self, world: World, plan: FaultPlan, held: HeldExchanges) -> None:
        self._world = world
        self._plan = plan
        self._held = held

    async def answer(self, body: bytes) -> dict[str, Any]:
        """Carry out one request. Raises RequestRefusedError."""
        try:
            request = msgspec.json.decode(body, type=_Move | _Picture | _FaultRequest)
            if isinstance(request, _Picture):
                # Drawing takes as long as a passage has between two commands: the chips must answer meanwhile.
                jpeg = await asyncio.to_thread(self._world.picture)
                return {"ok": True, "jpeg": binascii.b2a_base64(jpeg, newline=False).decode("ascii")}
            if isinstance(request, _Move):
                return {"ok": True, **self._moved(request)}
            await self._plan_fault(request)
        except (msgspec.MsgspecError, SettingError, ValueError) as error:
            raise RequestRefusedError(str(error)) from error
        return {"ok": True}

    def _moved(self, request: _Move) -> dict[str, Any]:
        """Move vehicles and cards, or look at them."""
        match request:
            case _Vehicles():
                return {"vehicles": [describe(vehicle) for vehicle in VEHICLES]}
            case _PlaceVehicle(vehicle=vehicle, fresh=fresh):
                self._world.place(vehicle, fresh=fresh)
            case _Remove():
                self._world.remove()
            case _InsertCard():
                self._world.insert_card()
            case _WithdrawCard():
                self._world.withdraw_card()
            case _State():
                pass
        return {"state": self._state()}

    async def _plan_fault(self, request: _FaultRequest) -> None:
        """Plan a fault, wait until one holds an exchange back, or end them."""
        match request:
            case _Hold():
                self._plan.add(
                    Fault(
                        kind=_KINDS[type(request)],
                        place=Place(request.channel),
                        code=request.ins,
                        when=request.when,
                        skip=request.skip,
                    )
                )
            case _AwaitHeld(channel=channel, wait_s=wait_s):
                if not await self._held.wait_kept(channel, wait_s):
                    raise SettingError(f"nothing on {channel} was held back within {wait_s:g} s")
            case _Release():
                self._held.release()
            case _ClearFaults():
                self._plan.clear()
                self._held.release()

    def _state(self) -> dict[str, Any]:
        """Return the world's state, with the faults in the words of the requests."""
        faults = [
            {"kind": fault.kind, "channel": fault.place, "ins": fault.code, "when": fault.when, "skip": fault.skip}
            for fault in self._plan.waiting
        ]
        return {**self._world.state(), "faults": faults, "held": list(self._held.kept)}
