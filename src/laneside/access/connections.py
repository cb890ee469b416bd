"""Bounded connections: so many per caller and in all, and for each part of a request so much time.

Who opens a connection and sends half a request, or none, holds a place only until someone needs it: when there are too
many, the connection that has kept the server waiting longest is closed, never one whose request is being answered. So a
caller whose requests come whole, a terminal that uploads, gets through while others lie half open.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from functools import partial
from typing import Any, Final

import h11
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol

from laneside.access.limits import ConnectionLimits
from laneside.access.proxies import TrustedProxies, caller_of

_ANSWERING: Final = frozenset({h11.DONE, h11.MUST_CLOSE})


class Connections:
    """All connections of one server. Used by its event loop only."""

    def __init__(self, limits: ConnectionLimits, *, proxies: TrustedProxies) -> None:
        self.limits = limits
        self._proxies = proxies
        self._open: Counter[str] = Counter()
        self._waiting: OrderedDict[BoundedProtocol, None] = OrderedDict()
        """Those that wait for their peer; the one that began first comes first."""

    def protocol(self) -> type[asyncio.Protocol]:
        """Return what uvicorn makes for each connection."""
        # uvicorn takes any callable here and says so only for types.
        return partial(BoundedProtocol, self)  # type: ignore[return-value]

    def opened(self, connection: BoundedProtocol) -> None:
        """Count a connection; where that is too many, close the one that has waited longest."""
        self._open[connection.caller] += 1
        self.waits(connection)
        if self._is_one_too_many(connection.caller):
            self._close_longest_waiting(connection.caller)
        elif self._open.total() > self.limits.total_max:
            self._close_longest_waiting(None)

    def closed(self, connection: BoundedProtocol) -> None:
        """Forget a connection."""
        self._waiting.pop(connection, None)
        self._open[connection.caller] -= 1
        if self._open[connection.caller] <= 0:
            del self._open[connection.caller]

    def waits(self, connection: BoundedProtocol) -> None:
        """Note that a connection waits for its peer from now on."""
        self._waiting[connection] = None
        self._waiting.move_to_end(connection)

    def answers(self, connection: BoundedProtocol) -> None:
        """Note that a connection waits for us: it is not closed for others."""
        self._waiting.pop(connection, None)

    def _is_one_too_many(self, caller: str) -> bool:
        # A proxy of our own carries everyone's connections.
        return caller not in self._proxies and self._open[caller] > self.limits.per_caller_max

    def _close_longest_waiting(self, caller: str | None) -> None:
        # The newest waits too, so there is always one.
        longest = next(one for one in self._waiting if caller in (None, one.caller))
        longest.cut()


class BoundedProtocol(H11Protocol):
    """One connection of uvicorn's, with a time limit for each part of a request."""

    def __init__(self, connections: Connections, config: Config, **wiring: Any) -> None:
        super().__init__(config, **wiring)
        self._connections = connections
        self._limits = connections.limits
        self._deadline: asyncio.TimerHandle | None = None
        self._part = ""
        self.caller = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Count the connection and wait for its first request."""
        super().connection_made(transport)
        self.caller = caller_of(self.client[0] if self.client else "")
        self._begin("headers", self._limits.headers_s)
        self._connections.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything."""
        self._end_deadline()
        self._connections.closed(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, and follow which part of a request the connection is at."""
        super().data_received(data)
        self._follow()

    def on_response_complete(self) -> None:
        """Wait for the next request; the time between two requests is uvicorn's to measure."""
        super().on_response_complete()
        if self.transport.is_closing():
            return
        if self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:
            self._end_deadline()
            self._part = "idle"
            self._connections.waits(self)
        else:
            self._follow()

    def cut(self) -> None:
        """End the connection without a word; what is still unsent is dropped."""
        self._connections.answers(self)
        self.transport.abort()

    def _follow(self) -> None:
        if self.transport.is_closing():
            return
        state = self.conn.their_state
        if state in _ANSWERING:
            self._begin("answer", self._limits.answer_s)
            self._connections.answers(self)
        elif state is h11.SEND_BODY:
            self._begin("body", self._limits.request_s)
        else:
            self._begin("headers", self._limits.headers_s)

    def _begin(self, part: str, limit_s: float) -> None:
        """Set the deadline of a part once; further bytes of the same part change nothing."""
        if part == self._part:
            return
        self._end_deadline()
        self._part = part
        self._deadline = self.loop.call_later(limit_s, self.cut)

    def _end_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
