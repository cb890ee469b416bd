"""The roadside as a TCP server: one port, and per connection one channel: card, tag, psam, lane or panel.

A chip has power as long as its connection is open. One client holds a chip at a time: a newer one takes it over, as a
reader that was plugged in again would. All state is the world's; the server adds the connections and the faults.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from laneside.virtual.chips.chip import Chip
from laneside.virtual.connections import FrameStream, HeldExchanges
from laneside.virtual.faults import Fault, FaultKind, FaultPlan, Place, When
from laneside.virtual.requests import LaneRequests, PanelRequests, RequestRefusedError, operation
from laneside.virtual.world import World

HELLO_TIMEOUT_S = 10.0
READER_PREFIX = "reader_"


class PanelExtension(Protocol):
    """What answers the panel's requests about an integrated reader."""

    async def answer(self, body: bytes) -> dict[str, Any]:
        """Carry out one request. Raises RequestRefusedError."""
        ...


class RoadsideServer:
    """Serves one world until it is stopped. Everything runs in the loop that called :meth:`start`.

    ``reader`` answers the panel's operations that begin with ``reader_``, where an integrated reader shares the world:
    the PSAM is inside it then, card and tag are in its field, and no client can hold them.
    """

    def __init__(self, world: World, *, reader: PanelExtension | None = None) -> None:
        self._world = world
        self._reader = reader
        self._plan = FaultPlan()
        self._held = HeldExchanges()
        self._lane = LaneRequests(world)
        self._panel = PanelRequests(world, self._plan, self._held)
        self._powered: dict[str, tuple[FrameStream, Chip]] = {}
        self._clients: dict[asyncio.Task[None], FrameStream] = {}
        self._server: asyncio.Server | None = None
        world.on_gone(self._hang_up)

    async def start(self, host: str, port: int) -> int:
        """Listen; return the port, which is a free one when 0 was asked for. Raises OSError."""
        self._server = await asyncio.start_server(self._client, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Hang up on all clients, power all chips off and stop listening."""
        assert self._server is not None, "stop follows start"
        self._server.close()
        for task, stream in self._clients.items():
            stream.abort()
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        await self._server.wait_closed()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection from its hello to its end."""
        stream = FrameStream(reader, writer)
        task = asyncio.current_task()
        assert task is not None, "a connection runs in a task"
        self._clients[task] = stream
        try:
            await self._greeted(stream)
        except asyncio.CancelledError:
            stream.abort()  # the server stops; Python 3.11's streams would report a cancelled task as a fault
        finally:
            del self._clients[task]
            await stream.close()

    async def _greeted(self, stream: FrameStream) -> None:
        """Read the channel's name, then serve it; hang up on an unknown one."""
        try:
            hello = await asyncio.wait_for(stream.receive(), HELLO_TIMEOUT_S)
        except TimeoutError:
            return
        match (hello or b"").decode("ascii", "replace"):
            case "card" | "tag" | "psam" as channel:
                await self._serve_chip(channel, stream)
            case "lane" | "panel" as channel:
                await stream.send_json({"ok": True})
                await self._serve_json(channel, stream)
            case _:
                return

    # --- chips

    async def _serve_chip(self, channel: str, stream: FrameStream) -> None:
        """Power a chip, exchange APDUs, take the power away."""
        chip = None if self._reader is not None else self._world.chip(channel)
        self._hang_up(channel)
        if chip is None:
            await stream.send_json({"present": False})
            return
        self._powered[channel] = (stream, chip)
        chip.power_on()
        try:
            await stream.send_json(self._world.greeting(channel))
            await self._exchanges(channel, chip, stream)
        finally:
            if self._has_power(channel, stream):
                self._hang_up(channel)

    async def _exchanges(self, channel: str, chip: Chip, stream: FrameStream) -> None:
        """Answer commands until the client, the chip or a fault ends it."""
        while (command := await stream.receive()) is not None:
            fired = self._plan.take(Place(channel), command[1:2].hex())
            if not await self._survived(fired.get(When.BEFORE), channel, stream):
                return
            if not self._has_power(channel, stream):
                return
            answer = chip.transmit(command)
            if not await self._survived(fired.get(When.AFTER), channel, stream):
                return
            await stream.send(answer)

    async def _survived(self, fault: Fault | None, channel: str, stream: FrameStream) -> bool:
        """Apply a fault; False when the exchange ends without an answer."""
        if fault is None:
            return True
        match fault.kind:
            case FaultKind.HOLD:
                return await self._held.keep(channel, stream)
            case FaultKind.CUT:
                stream.abort()
                return False
            case FaultKind.WITHDRAW_CARD:
                if self._world.vehicle is not None:
                    self._world.withdraw_card()
                return channel != "card"
            case _:
                raise AssertionError(f"the panel plans no {fault.kind}")

    def _has_power(self, channel: str, stream: FrameStream) -> bool:
        """Return whether this client still holds the chip: a newer one may have come while an answer was held back."""
        holder = self._powered.get(channel)
        return holder is not None and holder[0] is stream

    def _hang_up(self, channel: str) -> None:
        """Take the power from a chip, because it left or because another client wants it."""
        holder = self._powered.pop(channel, None)
        if holder is not None:
            stream, chip = holder
            stream.abort()
            chip.power_off()

    # --- lane and panel

    async def _serve_json(self, channel: str, stream: FrameStream) -> None:
        """Answer JSON requests; a refusal is an answer too."""
        while (body := await stream.receive()) is not None:
            fired = self._plan.take(Place.LANE, operation(body)) if channel == "lane" else {}
            if not await self._survived(fired.get(When.BEFORE), channel, stream):
                return
            try:
                answer = self._lane.answer(body) if channel == "lane" else await self._panel_answer(body)
            except RequestRefusedError as refused:
                answer = {"ok": False, "text": str(refused)}
            if not await self._survived(fired.get(When.AFTER), channel, stream):
                return
            await stream.send_json(answer)

    async def _panel_answer(self, body: bytes) -> dict[str, Any]:
        """Answer a request of the panel, or one about the integrated reader. Raises RequestRefusedError."""
        if self._reader is not None and operation(body).startswith(READER_PREFIX):
            return await self._reader.answer(body)
        return await self._panel.answer(body)
