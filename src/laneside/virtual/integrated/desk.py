"""The reader's requests on the roadside's panel: button, faults, cable, and who stands beside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from laneside.errors import SettingError
from laneside.virtual.faults import Fault, Place
from laneside.virtual.integrated.serving import ReaderServer
from laneside.virtual.requests import RequestRefusedError
from laneside.virtual.world import World

_LOOK_S: Final = 0.005
_Seconds = Annotated[float, Meta(ge=0, le=600)]


class _State(Struct, frozen=True, tag_field="op", tag="reader_state"):
    pass


class _Button(Struct, frozen=True, tag_field="op", tag="reader_button"):
    for_s: _Seconds | None = None


class _Fault(Struct, frozen=True, tag_field="op", tag="reader_fault"):
    fault: Fault


class _Clear(Struct, frozen=True, tag_field="op", tag="reader_clear"):
    pass


class _Release(Struct, frozen=True, tag_field="op", tag="reader_release"):
    pass


class _Await(Struct, frozen=True, tag_field="op", tag="reader_await_held"):
    wait_s: _Seconds = 10.0


class _Cut(Struct, frozen=True, tag_field="op", tag="reader_cut"):
    back_after_s: _Seconds = 0.0


class _Unplug(Struct, frozen=True, tag_field="op", tag="reader_unplug"):
    back_after_s: _Seconds = 0.0


class _Plug(Struct, frozen=True, tag_field="op", tag="reader_plug"):
    pass


class _Leave(Struct, frozen=True, tag_field="op", tag="reader_leave"):
    pass


class _ComeBack(Struct, frozen=True, tag_field="op", tag="reader_come_back"):
    pass


class _Beside(Struct, frozen=True, tag_field="op", tag="reader_beside"):
    vehicle: str | None = None


_Cable = _Cut | _Unplug | _Plug | _Leave | _ComeBack | _Beside
_Request = _State | _Button | _Fault | _Clear | _Release | _Await | _Cable


class ReaderDesk:
    """Carries out the panel's requests for one reader. ``other_world`` makes a world for a vehicle beside."""

    def __init__(self, server: ReaderServer, *, other_world: Callable[[str], World]) -> None:
        self._server = server
        self._other_world = other_world

    async def answer(self, body: bytes) -> dict[str, Any]:
        """Do what one request asks. Raises RequestRefusedError."""
        try:
            request = msgspec.json.decode(body, type=_Request)
            self._server.catch_up()
            if isinstance(request, _Await):
                await self._held(request.wait_s)
            elif isinstance(request, _Cable):
                self._move(request)
            else:
                self._set(request)
            self._server.catch_up()
        except (msgspec.MsgspecError, SettingError) as error:
            raise RequestRefusedError(str(error)) from error
        return {"ok": True, "reader": self._server.reader.state()}

    def _set(self, request: _Request) -> None:
        """Press, plan, release; what the reader says to it goes on the wire."""
        reader, now_s = self._server.reader, self._server.now_s
        match request:
            case _Button(for_s=for_s):
                self._server.carry(reader.press(now_s, for_s=for_s))
            case _Fault(fault=Fault(place=Place.LANE)):
                raise SettingError("a reader has no lane")
            case _Fault(fault=fault):
                reader.faults.add(fault)
            case _Clear():
                reader.faults.clear()
                self._server.carry(reader.release(now_s))
            case _Release():
                self._server.carry(reader.release(now_s))
            case _:
                pass  # the state is answered to everything

    def _move(self, request: _Cable) -> None:
        """Move cables and tags."""
        reader, now_s = self._server.reader, self._server.now_s
        match request:
            case _Cut(back_after_s=back_after_s):
                reader.hang_up(back_after_s=back_after_s)
            case _Unplug(back_after_s=back_after_s):
                reader.unplug(back_after_s=back_after_s)
            case _Plug():
                reader.plug(now_s)
            case _Leave():
                reader.field.leave(reader.field.world)
            case _ComeBack():
                reader.field.come_back()
            case _Beside(vehicle=vehicle):
                reader.field.clear_beside()
                if vehicle is not None:
                    self._put_beside(vehicle)

    def _put_beside(self, vehicle: str) -> None:
        """Let a second vehicle stand beside the lane. Raises SettingError."""
        field = self._server.reader.field
        if field.world.vehicle is not None and field.world.vehicle.name == vehicle:
            raise SettingError(f"{vehicle} stands at the lane; one tag is not in two places")
        field.put_beside(self._other_world(vehicle))

    async def _held(self, wait_s: float) -> None:
        """Wait until something is kept back."""
        deadline_s = self._server.now_s + wait_s
        while not self._server.reader.holds.kept:
            if self._server.now_s >= deadline_s:
                raise SettingError(f"nothing of the reader was held back within {wait_s:g} s")
            await asyncio.sleep(_LOOK_S)
