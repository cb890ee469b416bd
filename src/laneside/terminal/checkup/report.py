"""The report: one line per thing that was looked at, and how it stands in all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from laneside.vocab import Words


class CheckLevel(StrEnum):
    """How a thing stands: fit, fit with a reserve, not fit for a shift."""

    OK = "ok"
    WARN = "warn"
    STOP = "stop"

    @property
    def exit_status(self) -> int:
        """0, 1 or 2."""
        return tuple(CheckLevel).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckItem:
    """One line. ``value`` is what was found, ``remedy`` what to do; it is empty where nothing is to be done."""

    name: str
    level: CheckLevel
    title: Words
    value: Words
    remedy: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """All lines and the worst of them."""

    at: datetime
    items: tuple[CheckItem, ...]

    @property
    def level(self) -> CheckLevel:
        """The worst level of all lines."""
        return max((item.level for item in self.items), key=lambda level: level.exit_status, default=CheckLevel.OK)
