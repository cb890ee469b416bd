"""The clock as a port, and Beijing time. Only a composition root may bring a real clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

BEIJING = timezone(timedelta(hours=8), "+08:00")


class Clock(Protocol):
    """Tell the time and let time pass; a simulator hands in its own."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds since some fixed moment; never runs backwards."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""
        ...


def beijing_digits(moment: datetime) -> str:
    """Write an aware moment as ``yyyyMMddHHmmss`` in Beijing time (spec/exit-record.md)."""
    return moment.astimezone(BEIJING).strftime("%Y%m%d%H%M%S")


def from_beijing_digits(digits: str) -> datetime:
    """Read ``yyyyMMddHHmmss`` in Beijing time as an aware UTC moment; ValueError for anything else."""
    # strptime alone also takes blanks and digits of other scripts, and the year 1 has no UTC moment.
    if len(digits) != 14 or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"not yyyyMMddHHmmss: {digits!r}")
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=BEIJING).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"no moment: {digits}") from error
