"""Connections that lie half open, idle or unread end; those that ask and are answered stay."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import uvicorn
from loops import run
from timeouts import scaled

from laneside.access.connections import Connections
from laneside.access.limits import ConnectionLimits
from laneside.access.proxies import TrustedProxies

SOON_S, NEVER_S = 0.2, 100.0
WHOLE = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
HALF = b"GET / HTTP/1.1\r\nHo"
HALF_BODY = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n12"


async def answers(scope, receive, send):
    """Read the body; answer, on /slow after a while."""
    while (await receive()).get("more_body"):
        pass
    if scope["path"] == "/slow":
        await asyncio.sleep(scaled(0.5))
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@contextlib.asynccontextmanager
async def served(*, trusted=(), **limits) -> AsyncIterator[int]:
    few = ConnectionLimits(
        **({"headers_s": NEVER_S, "request_s": NEVER_S, "answer_s": NEVER_S, "idle_s": 100} | limits)
    )
    connections = Connections(few, proxies=TrustedProxies(trusted))
    config = uvicorn.Config(
        answers,
        port=0,
        lifespan="off",
        log_level="critical",
        http=connections.protocol(),
        timeout_keep_alive=few.idle_s,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


class Peer:
    """The other end of one connection."""

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        self.writer.close()

    @classmethod
    async def at(cls, port, first=b""):
        peer = cls()
        peer.reader, peer.writer = await asyncio.open_connection("127.0.0.1", port)
        peer.writer.write(first)
        return peer

    async def asks(self, request=WHOLE):
        """Send a request; its answer, empty where the connection was closed."""
        self.writer.write(request)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            return await asyncio.wait_for(self.reader.readuntil(b"ok"), scaled(5))
        return b""

    async def is_closed(self, *, within_s=5.0):
        try:
            return await asyncio.wait_for(self.reader.read(), scaled(within_s)) == b""
        except TimeoutError:
            return False
        except OSError:
            return True


@pytest.mark.parametrize(
    ("first", "limit"),
    [
        (b"", "headers_s"),
        (HALF, "headers_s"),
        (HALF_BODY, "request_s"),
        (b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n", "answer_s"),
    ],
)
def test_each_part_of_a_request_has_its_time(first, limit):
    async def story():
        async with served(**{limit: SOON_S}) as port, await Peer.at(port, first) as peer:
            return await peer.is_closed()

    assert run(story())


def test_bytes_that_trickle_in_do_not_lengthen_it():
    async def story():
        async with served(headers_s=SOON_S) as port, await Peer.at(port) as peer:
            for byte in HALF * 20:
                peer.writer.write(bytes([byte]))
                await asyncio.sleep(0.02)
                if peer.reader.at_eof() or peer.writer.is_closing():
                    return True
            return await peer.is_closed(within_s=0)

    assert run(story())


def test_the_second_request_of_a_connection_has_its_time_too():
    async def story():
        async with served(headers_s=SOON_S) as port, await Peer.at(port) as peer:
            assert (await peer.asks()).startswith(b"HTTP/1.1 200")
            await asyncio.sleep(SOON_S * 2)
            assert (await peer.asks()).startswith(b"HTTP/1.1 200")
            peer.writer.write(HALF)
            return await peer.is_closed()

    assert run(story())


@pytest.mark.parametrize("limit", ["per_caller_max", "total_max"])
def test_who_has_kept_the_server_waiting_longest_makes_room(limit):
    async def story():
        async with served(**{limit: 3}) as port:
            slow = await Peer.at(port, b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            half = await Peer.at(port, HALF)
            body = await Peer.at(port, HALF_BODY)
            await asyncio.sleep(0.05)
            whole = await Peer.at(port)
            assert (await whole.asks()).startswith(b"HTTP/1.1 200")
            assert await half.is_closed()
            assert not await body.is_closed(within_s=0.05)
            assert (await slow.asks(b"")).startswith(b"HTTP/1.1 200")
            for each in (slow, half, body, whole):
                each.writer.close()

    run(story())


def test_a_proxy_of_our_own_carries_everyones_connections():
    async def story():
        async with served(per_caller_max=1, trusted=("127.0.0.0/8",)) as port:
            peers = [await Peer.at(port, HALF) for _ in range(5)]
            await asyncio.sleep(0.05)
            kept = [not await peer.is_closed(within_s=0.02) for peer in peers]
            for peer in peers:
                peer.writer.close()
            return kept

    assert run(story()) == [True] * 5
