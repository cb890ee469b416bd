"""Serve an application on loopback, on a free port that is told in a file, until the process is asked to end."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import FrameType

    from starlette.types import ASGIApp

LOOPBACK = ("127.0.0.1", "::1", "localhost")
LAST_ANSWERS_S = 3
CONNECTIONS_MAX = 256


def serve(
    app: ASGIApp, *, host: str, port: int, port_file: Path | None, listening: Callable[[int], None] | None = None
) -> None:
    """Listen, tell the port to the file and to ``listening``, and serve until SIGTERM, SIGINT or SIGHUP."""
    import uvicorn

    from laneside.access.connections import Connections
    from laneside.access.limits import ConnectionLimits
    from laneside.access.proxies import TrustedProxies

    if host not in LOOPBACK:
        raise SystemExit(f"laneside: servers bind to loopback only, not to {host}")
    with socket.create_server((host, port)) as listener:
        # Accepted sockets inherit it; asyncio sets it only where the listener names its protocol. Without it each
        # answer on a kept connection waits 40 ms for the other side's delayed acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if listening is not None:
            listening(listener.getsockname()[1])
        if port_file is not None:
            tell(port_file, listener.getsockname()[1])
        limits = ConnectionLimits(total_max=CONNECTIONS_MAX, per_caller_max=CONNECTIONS_MAX)
        config = uvicorn.Config(
            app,
            http=Connections(limits, proxies=TrustedProxies(())).protocol(),
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            timeout_graceful_shutdown=LAST_ANSWERS_S,
            server_header=False,
        )
        # Uvicorn raises the signal once more after it has shut down: its default action would end the process there,
        # before the caller has closed what it opened.
        for asked in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(asked, _exit)
        uvicorn.Server(config).run(sockets=[listener])


def _exit(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def tell(port_file: Path, port: int) -> None:
    """Write a port so that a reader finds the whole number or no file."""
    half = port_file.with_suffix(".half")
    half.write_text(f"{port}\n", encoding="ascii")
    os.replace(half, port_file)  # noqa: PTH105 - the atomic form by its own name
