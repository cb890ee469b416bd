"""Run the centre as a process: real clock, real randomness, a socket, signals."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import Final, NoReturn

import uvicorn

from laneside.centre.app import create_app
from laneside.centre.settings import Settings
from laneside.devices.machine import SystemClock

EXIT_AFTER_COMMIT: Final = "LANESIDE_CENTRE_EXIT_AFTER_COMMIT"
"""Set to 1, this variable ends the process between a record's commit and its receipt; crash tests set it."""

EXIT_STATUS: Final = 86


def serve(settings: Settings, *, host: str, port: int, announce: Callable[[int], None]) -> None:
    """Serve until SIGTERM or SIGINT. Port 0 takes a free one; ``announce`` gets it once requests are answered."""
    hook = _exit_at_once if os.environ.get(EXIT_AFTER_COMMIT) == "1" else _go_on
    app = create_app(settings, SystemClock(), secrets.token_bytes, after_commit=hook)
    config = uvicorn.Config(
        app, lifespan="on", ws="none", log_level="warning", access_log=False, server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    signal.signal(signal.SIGTERM, _leave)  # uvicorn gives the signal on to us after it has shut down
    with _listening(host, port) as listener:
        _Server(config, listener, announce).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Uvicorn that says which port it got, once it listens."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, announce: Callable[[int], None]) -> None:
        super().__init__(config)
        self._port: int = listener.getsockname()[1]
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce(self._port)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Accepted sockets inherit it; without it each answer on a kept connection waits for a delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind((host, port))
    return listener


def _go_on(_subject: str) -> None:
    """Let the receipt be written."""


def _exit_at_once(_subject: str) -> NoReturn:
    os._exit(EXIT_STATUS)


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)
