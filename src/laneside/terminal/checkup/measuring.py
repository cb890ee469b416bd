"""Measure what a checkup wants to know of the machine: disk, storage, ports, readers. Leaves nothing behind."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from laneside.errors import LanesideError

SYNC_TRIES: Final = 5
SYNC_BYTES: Final = 4096
_PROBE: Final = ".sync-probe"
_PORTS: Final = ("ttyUSB*", "ttyACM*", "ttyAMA*", "ttymxc*", "rfcomm*")


def sync_ms(folder: Path, monotonic_s: Callable[[], float]) -> float:
    """Return the median time of writing and syncing one small block, in milliseconds. Raises OSError."""
    probe = folder / _PROBE
    descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        return sorted(_one_sync_ms(descriptor, monotonic_s) for _ in range(SYNC_TRIES))[SYNC_TRIES // 2]
    finally:
        os.close(descriptor)
        probe.unlink(missing_ok=True)


def _one_sync_ms(descriptor: int, monotonic_s: Callable[[], float]) -> float:
    start_s = monotonic_s()
    os.pwrite(descriptor, os.urandom(SYNC_BYTES), 0)
    os.fsync(descriptor)
    return 1000 * (monotonic_s() - start_s)


def free_mb(folder: Path) -> int:
    """Return the free storage that this program may use, in megabytes (10⁶ bytes)."""
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize // 1_000_000


def serial_ports(devices: Path = Path("/dev")) -> tuple[str, ...]:
    """Name the serial ports that may hold a reader: by pyserial where it is installed, else by their usual names."""
    try:
        from serial.tools import list_ports  # noqa: PLC0415 - an optional part, and slow to load
    except ImportError:
        return tuple(sorted(str(port) for pattern in _PORTS for port in devices.glob(pattern)))
    return tuple(sorted(port.device for port in list_ports.comports()))


def pcsc_readers() -> tuple[str, ...] | None:
    """Name the readers that the PC/SC service knows; None where there is no such service."""
    from laneside.devices.pcsc import list_readers  # noqa: PLC0415 - starts a process of its own

    try:
        return list_readers()
    except LanesideError:
        return None
