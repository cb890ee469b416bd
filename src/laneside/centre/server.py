"""Run the centre as a process: real clock, real randomness, a socket, signals."""

from __future__ import annotations

import asyncio
import os
import resource
import secrets
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import msgspec
import uvicorn

from laneside.access.connections import Connections
from laneside.access.proxies import TrustedProxies
from laneside.centre.app import create_app
from laneside.centre.settings import Settings
from laneside.devices.machine import SystemClock
from laneside.errors import SettingError

EXIT_AFTER_COMMIT: Final = "LANESIDE_CENTRE_EXIT_AFTER_COMMIT"
"""Set to 1, this variable ends the process between a record's commit and its receipt; crash tests set it."""

EXIT_STATUS: Final = 86


FILES_BESIDE_CONNECTIONS: Final = 256
"""Open files that database, photos and libraries may need while every connection is taken."""


class TlsFiles(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate (with its chain) and its key, both PEM."""

    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """Load both. Raises SettingError where they can't be read or do not belong together."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            # An empty passphrase: OpenSSL would ask for one on the terminal, and a service has none.
            context.load_cert_chain(self.certificate, self.key, password="")
        except OSError as error:  # an ssl.SSLError is one
            raise SettingError(f"certificate {self.certificate} and key {self.key}: {error}") from error
        return context


def serve(
    settings: Settings, *, host: str, port: int, announce: Callable[[int], None], tls: TlsFiles | None = None
) -> None:
    """Serve until SIGTERM or SIGINT. Port 0 takes a free one; ``announce`` gets it once requests are answered.

    Raises SettingError for TLS files that can't be used.
    """
    context = None if tls is None else tls.context()
    _allow_open_files(settings.connections.total_max + FILES_BESIDE_CONNECTIONS)
    connections = Connections(settings.connections, proxies=TrustedProxies(settings.trusted_proxies))
    hook = _exit_at_once if os.environ.get(EXIT_AFTER_COMMIT) == "1" else _go_on
    app = create_app(settings, SystemClock(), secrets.token_bytes, after_commit=hook)
    config = uvicorn.Config(
        app, lifespan="on", ws="none", log_level="warning", access_log=False, server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=5, http=connections.protocol(), timeout_keep_alive=settings.connections.idle_s,
    )  # fmt: skip
    signal.signal(signal.SIGTERM, _leave)  # uvicorn gives the signal on to us after it has shut down
    with _listening(host, port) as listener:
        _Server(config, listener, announce, context, settings.connections.headers_s).run()


class _Server(uvicorn.Server):
    """Uvicorn that says which port it got, once it listens, and waits so long only for a TLS handshake."""

    def __init__(
        self,
        config: uvicorn.Config,
        listener: socket.socket,
        announce: Callable[[int], None],
        tls: ssl.SSLContext | None,
        handshake_s: float,
    ) -> None:
        super().__init__(config)
        self._listener = listener
        self._announce = announce
        self._tls = tls
        self._handshake_s = handshake_s

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - uvicorn calls it so
        """Listen as uvicorn does, which has no option for the handshake's time."""
        await super().startup(sockets=[])
        self.servers = [
            await asyncio.get_running_loop().create_server(
                self._connection,
                sock=self._listener,
                ssl=self._tls,
                ssl_handshake_timeout=None if self._tls is None else self._handshake_s,
                backlog=self.config.backlog,
            )
        ]
        self._announce(self._listener.getsockname()[1])

    def _connection(self) -> asyncio.Protocol:
        make: Callable[..., asyncio.Protocol] = self.config.http_protocol_class
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def _allow_open_files(wanted: int) -> None:
    """Raise this process's own limit, which is 1,024 on many machines, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


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
