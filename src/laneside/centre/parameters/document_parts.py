"""What the centre's documents are made of: operators, rate versions and holidays, rows of the status list."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from laneside.clock import BEIJING, beijing_digits
from laneside.contract.parameters import (
    HolidayWindow,
    ListedObject,
    Operator,
    Role,
    StatusListFull,
    StatusListRow,
    TariffTable,
)


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


def operator_with_password(
    *,
    operator_id: str,
    name: str,
    role: Role,
    station_hex: str,
    password: str,
    random_bytes: Callable[[int], bytes],
) -> Operator:
    """Make an operator whose verifier is scrypt(n=2**14, r=8, p=1, 32 bytes) over the password and 16 random bytes."""
    salt = random_bytes(16)
    verifier = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
    return Operator(
        operator_id=operator_id, name=name, role=role, station_hex=station_hex, salt=salt, verifier=verifier
    )


def listed_card(card_id: str, type_code: int) -> StatusListRow:
    """List a card: 20 digits, type as in spec/codes.md section 7."""
    assert len(card_id) == 20, "a card is listed by its 20 digits"
    return StatusListRow(listed=ListedObject.CARD, key=card_id, type_code=type_code)


def listed_obu(obu_id: str, type_code: int) -> StatusListRow:
    """List a tag: the 16 digits of its contract serial, type as in spec/codes.md section 7."""
    assert len(obu_id) == 16, "a tag is listed by its 16 digits"
    return StatusListRow(listed=ListedObject.OBU, key=obu_id, type_code=type_code)


def whole_list(rows: Iterable[StatusListRow], made_at: datetime) -> StatusListFull:
    """Make a whole list with a version of the form yyyyMMddHHmm in Beijing time."""
    return StatusListFull(list_version=beijing_digits(made_at)[:12], made_at=made_at, rows=tuple(rows))
