"""Make fee tables (spec/exit-record.md section 3)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from laneside.clock import BEIJING
from laneside.contract.parameters import HolidayWindow, TariffTable


def next_rate_version(province: str, at: datetime, previous: str | None = None) -> str:
    """Return a 13-digit version: province 2, Beijing date 8, number of the day 3 (spec/exit-record.md 3.1)."""
    day = province + at.astimezone(BEIJING).strftime("%Y%m%d")
    number = int(previous[10:]) + 1 if previous is not None and previous.startswith(day) else 1
    return f"{day}{number:03d}"


def with_holiday(table: TariffTable, window: HolidayWindow, at: datetime) -> TariffTable:
    """Return the table with one more free window and the rate version that follows."""
    assert window.starts_at < window.ends_at, "a window must end after it starts"
    version = next_rate_version(table.rate_version[:2], at, table.rate_version)
    return msgspec.structs.replace(table, rate_version=version, holidays=(*table.holidays, window))
