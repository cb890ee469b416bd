"""A serial line to an integrated reader (a :class:`laneside.reader.frames.conversation.ByteLink`): 8N1."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Final

from laneside.errors import LinkLostError, PortForbiddenError, PortMissingError, PortTakenError

if TYPE_CHECKING:
    from serial import Serial

BAUD_RATE = 115200
WRITE_TIMEOUT_S = 1.0

_TROUBLES: Final[dict[int | None, type[LinkLostError]]] = {
    errno.ENOENT: PortMissingError,
    errno.ENXIO: PortMissingError,
    errno.ENODEV: PortMissingError,
    errno.EACCES: PortForbiddenError,
    errno.EPERM: PortForbiddenError,
    errno.EBUSY: PortTakenError,
    errno.EWOULDBLOCK: PortTakenError,
}


class SerialLink:
    """One open port, held alone: two programs on one line would each take half of every frame.

    Whatever goes wrong closes it; a port that was unplugged comes back under a new handle only.
    """

    def __init__(self, path: str, *, baud_rate: int = BAUD_RATE, write_timeout_s: float = WRITE_TIMEOUT_S) -> None:
        import serial  # noqa: PLC0415 - a terminal without a serial reader does not load it

        self._name = path
        try:
            self._port: Serial | None = serial.Serial(
                path, baud_rate, timeout=0, write_timeout=write_timeout_s, exclusive=True
            )
            self._port.reset_input_buffer()
        except (OSError, ValueError) as error:  # pyserial's own errors are OSErrors
            wrong = _TROUBLES.get(getattr(error, "errno", None), LinkLostError)
            raise wrong(f"{path}: {error}") from error

    def write(self, data: bytes) -> None:
        """Send all bytes. Raises LinkLostError, also when the line does not take them in time."""
        port = self._opened()
        try:
            port.write(data)
        except OSError as error:
            raise self._lost(error) from error

    def read(self, *, timeout_s: float) -> bytes:
        """Return what has arrived, at the latest after the time-out; empty when nothing has. Raises LinkLostError."""
        port = self._opened()
        try:
            port.timeout = max(timeout_s, 0.0)
            first = port.read(1)
            return first + port.read(port.in_waiting) if first else b""
        except (OSError, TypeError) as error:  # an unplugged port also shows as a TypeError inside pyserial
            raise self._lost(error) from error

    def close(self) -> None:
        """Hang up; twice is harmless."""
        if self._port is not None:
            port, self._port = self._port, None
            port.close()

    def _opened(self) -> Serial:
        if self._port is None:
            raise LinkLostError(f"{self._name}: the link is closed")
        return self._port

    def _lost(self, why: object) -> LinkLostError:
        self.close()
        return LinkLostError(f"{self._name}: {why}")
