"""The panel's requests on the wire: which vehicle stands at the lane, what it shows, and which fault comes next."""

from __future__ import annotations

import asyncio
import binascii
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from laneside.errors import SettingError
from laneside.virtual.faults import Fault, FaultKind, FaultPlan, When
from laneside.virtual.holds import Holds
from laneside.virtual.requests import RefusedError
from laneside.virtual.vehicles import VEHICLES, describe
from laneside.virtual.world import World

WAIT_S_MAX = 600.0

_Channel = Annotated[str, Meta(pattern="^(card|tag|psam|lane)$")]


class _Vehicles(Struct, frozen=True, tag_field="op", tag="vehicles"):
    pass


class _Place(Struct, frozen=True, tag_field="op", tag="place"):
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


class _Strike(Struct, frozen=True, tag_field="op", tag="hold"):
    channel: _Channel
    ins: str = ""
    when: When = When.AFTER
    skip: Annotated[int, Meta(ge=0)] = 0


class _Cut(_Strike, frozen=True, tag_field="op", tag="cut"):
    pass


class _WithdrawAt(_Strike, frozen=True, tag_field="op", tag="withdraw_at"):
    pass


class _AwaitHeld(Struct, frozen=True, tag_field="op", tag="await_held"):
    channel: _Channel
    wait_s: Annotated[float, Meta(ge=0, le=WAIT_S_MAX)] = 10.0


class _Release(Struct, frozen=True, tag_field="op", tag="release"):
    pass


class _ClearFaults(Struct, frozen=True, tag_field="op", tag="clear_faults"):
    pass


_Traffic = _Vehicles | _Place | _Remove | _State | _InsertCard | _WithdrawCard
_Trouble = _Strike | _Cut | _WithdrawAt | _AwaitHeld | _Release | _ClearFaults

_KINDS: dict[type[_Strike], FaultKind] = {
    _Strike: FaultKind.HOLD,
    _Cut: FaultKind.CUT,
    _WithdrawAt: FaultKind.WITHDRAW_CARD,
}


class Panel:
    """The panel of one server: the world, its fault plan and what is held back now."""

    def __init__(self, world: World, plan: FaultPlan, holds: Holds) -> None:
        self._world = world
        self._plan = plan
        self._holds = holds

    async def answer(self, body: bytes) -> dict[str, Any]:
        """Do what one request asks. Raises RefusedError."""
        try:
            request = msgspec.json.decode(body, type=_Traffic | _Picture | _Trouble)
            if isinstance(request, _Picture):
                # Drawing takes as long as a passage has between two commands: the chips answer meanwhile.
                jpeg = await asyncio.to_thread(self._world.picture)
                return {"ok": True, "jpeg": binascii.b2a_base64(jpeg, newline=False).decode("ascii")}
            if isinstance(request, _Traffic):
                return {"ok": True, **self._moved(request)}
            await self._troubled(request)
        except (msgspec.MsgspecError, SettingError) as error:
            raise RefusedError(str(error)) from error
        return {"ok": True}

    def _moved(self, request: _Traffic) -> dict[str, Any]:
        """Move vehicles and cards, or look at them."""
        match request:
            case _Vehicles():
                return {"vehicles": [describe(vehicle) for vehicle in VEHICLES]}
            case _Place(vehicle=vehicle, fresh=fresh):
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

    async def _troubled(self, request: _Trouble) -> None:
        """Plan a fault, wait for one, or end them."""
        match request:
            case _Strike():
                self._plan.add(
                    Fault(
                        kind=_KINDS[type(request)],
                        channel=request.channel,
                        ins=request.ins,
                        when=request.when,
                        skip=request.skip,
                    )
                )
            case _AwaitHeld(channel=channel, wait_s=wait_s):
                if not await self._holds.wait_kept(channel, wait_s):
                    raise SettingError(f"nothing on {channel} was held back within {wait_s:g} s")
            case _Release():
                self._holds.release()
            case _ClearFaults():
                self._plan.clear()
                self._holds.release()

    def _state(self) -> dict[str, Any]:
        return {
            **self._world.state(),
            "faults": msgspec.to_builtins(self._plan.waiting),
            "held": list(self._holds.kept),
        }
