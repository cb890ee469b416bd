"""What the machine itself gives: its clock, the lock on a folder, the battery."""

from __future__ import annotations

import fcntl
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from laneside.errors import SettingError

_SUPPLIES = Path("/sys/class/power_supply")


class SystemClock:
    """Real time (a :class:`laneside.clock.Clock`)."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Return seconds that never run backwards."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)  # goes on while a handheld sleeps, which monotonic() does not

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def lock_folder(folder: Path) -> IO[bytes]:
    """Lock a terminal's folder until the returned file is closed; SettingError where another process holds the lock.

    Two processes on one journal would each debit as if the other did not exist.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "terminal.lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise SettingError(f"another terminal is running on {folder}") from error
    return lock


def is_locked(folder: Path) -> bool:
    """Return whether a terminal is running on a folder."""
    try:
        lock_folder(folder).close()
    except SettingError:
        return True
    return False


def battery_percent(supplies: Path = _SUPPLIES) -> int | None:
    """Return the charge of the device's first battery; None on a machine without one that reports it."""
    for capacity in sorted(supplies.glob("*/capacity")):
        if _text(capacity.with_name("type")) == "Battery" and _text(capacity).isdecimal():
            return int(_text(capacity))
    return None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""  # a battery that was taken out meanwhile
