"""A TCP connection to an integrated reader (a :class:`laneside.reader.frames.conversation.ByteLink`)."""

from __future__ import annotations

import select
import socket

from laneside.errors import LinkLostError, ReaderUnreachableError

CHUNK_BYTES_MAX = 4096


class TcpLink:
    """One connection. Whatever goes wrong closes it: what was half sent or half read can't be mended."""

    def __init__(self, host: str, port: int, *, connect_timeout_s: float = 2.0, write_timeout_s: float = 1.0) -> None:
        self._name = f"reader {host}:{port}"
        try:
            self._socket: socket.socket | None = socket.create_connection((host, port), connect_timeout_s)
        except OSError as error:
            raise ReaderUnreachableError(f"{self._name}: {error}") from error
        self._socket.settimeout(write_timeout_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, data: bytes) -> None:
        """Send all bytes. Raises LinkLostError, also when the other side does not take them in time."""
        link = self._opened()
        try:
            link.sendall(data)
        except OSError as error:
            raise self._lost(error) from error

    def read(self, *, timeout_s: float) -> bytes:
        """Return what has arrived, at the latest after the time-out; empty when nothing has. Raises LinkLostError."""
        link = self._opened()
        try:
            ready, _, _ = select.select((link,), (), (), max(timeout_s, 0.0))
            if not ready:
                return b""
            chunk = link.recv(CHUNK_BYTES_MAX)
        except (OSError, ValueError) as error:
            raise self._lost(error) from error
        if not chunk:
            raise self._lost("the other side hung up")
        return chunk

    def close(self) -> None:
        """Hang up; twice is harmless."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _opened(self) -> socket.socket:
        if self._socket is None:
            raise LinkLostError(f"{self._name}: the link is closed")
        return self._socket

    def _lost(self, why: object) -> LinkLostError:
        self.close()
        return LinkLostError(f"{self._name}: {why}")
