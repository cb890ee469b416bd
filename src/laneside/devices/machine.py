"""What the machine itself gives: its clock, the lock on a folder, the battery."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from laneside.errors import SettingError

_SUPPLIES = Path("/sys/class/power_supply")
_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600


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


def make_private(folder: Path, *databases: str) -> None:
    """Make a folder and all in it their owner's alone, whatever the umask, also what was there before.

    ``databases`` are made empty where they are missing, as SQLite gives its files the mode of the first. They are never
    opened here: closing one would take away the locks of SQLite in this process. Raises SettingError where the folder
    can't be used.
    """
    try:
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        if stat.S_IMODE(folder.stat().st_mode) != _PRIVATE_FOLDER:
            for inside in folder.rglob("*"):
                if not inside.is_symlink():
                    inside.chmod(_PRIVATE_FOLDER if inside.is_dir() else _PRIVATE_FILE)
            folder.chmod(_PRIVATE_FOLDER)  # last, so that a cut begins anew
        for inside in folder.iterdir():
            if inside.is_file() and not inside.is_symlink():
                inside.chmod(_PRIVATE_FILE)
        for database in databases:
            if not (folder / database).exists():
                os.mknod(folder / database, _PRIVATE_FILE | stat.S_IFREG)
            (folder / database).chmod(_PRIVATE_FILE)
    except OSError as error:
        raise SettingError(f"the folder {folder} can't be used: {error.strerror}") from error


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
