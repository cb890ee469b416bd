"""What a fee table must satisfy before a vehicle may be priced with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator
from typing import TypeVar

from laneside.contract.parameters import HolidayWindow, KindRule, TariffRow, TariffTable
from laneside.vocab.media import DiscountType
from laneside.vocab.vehicle import TollClass

_Key = TypeVar("_Key", bound=Hashable)

_STATION = re.compile(r"[0-9A-Fa-f]{8}")
_RATE_VERSION = re.compile(r"[0-9]{13}")
_FEE_FEN_MAX = 0xFFFFFF
_CLASSES = frozenset(int(member) for member in TollClass)
_DISCOUNT_TYPES = frozenset(int(member) for member in DiscountType)


def check_table(table: TariffTable) -> tuple[str, ...]:
    """Return everything that is wrong with a table, one sentence each; a table without faults may be used."""
    return (*_head(table), *_rows(table.rows), *_kinds(table.kinds), *_holidays(table.holidays))


def _head(table: TariffTable) -> Iterator[str]:
    if not _RATE_VERSION.fullmatch(table.rate_version):
        yield f"rateVersion {table.rate_version!r}: thirteen digits are needed (province, date, sequence)"
    if not table.rows:
        yield "rows: the table is empty"


def _rows(rows: tuple[TariffRow, ...]) -> Iterator[str]:
    for row in rows:
        yield from (f"row {row.station_hex}/{row.toll_class}: {fault}" for fault in _row_faults(row))
    seen = Counter((row.station_hex.upper(), row.toll_class) for row in rows)
    yield from (f"row {station}/{toll_class}: occurs {times} times" for (station, toll_class), times in _repeated(seen))


def _row_faults(row: TariffRow) -> Iterator[str]:
    if not _STATION.fullmatch(row.station_hex):
        yield "the station needs eight hex digits"
    if row.toll_class not in _CLASSES:
        yield "the class is not one of JT/T 489"
    if not 0 <= row.fee_fen <= _FEE_FEN_MAX:
        yield f"feeFen {row.fee_fen} is outside 0..{_FEE_FEN_MAX}"
    if not 0 <= row.fee95_fen <= row.fee_fen:
        yield f"fee95Fen {row.fee95_fen} is outside 0..feeFen"


def _kinds(rules: tuple[KindRule, ...]) -> Iterator[str]:
    for rule in rules:
        if not 0 <= rule.off_percent <= 100:
            yield f"kind {rule.vehicle_kind}: offPercent {rule.off_percent} is outside 0..100"
        if rule.discount_type is not None and rule.discount_type not in _DISCOUNT_TYPES:
            yield f"kind {rule.vehicle_kind}: discountType {rule.discount_type} is not defined"
    seen = Counter(rule.vehicle_kind for rule in rules)
    yield from (f"kind {kind}: occurs {times} times" for kind, times in _repeated(seen))


def _holidays(windows: tuple[HolidayWindow, ...]) -> Iterator[str]:
    for window in windows:
        if window.starts_at.tzinfo is None or window.ends_at.tzinfo is None:
            yield f"holiday {window.name!r}: its moments need a time zone"
        elif window.ends_at <= window.starts_at:
            yield f"holiday {window.name!r}: ends before it begins"
        if window.seats_max < 1:
            yield f"holiday {window.name!r}: seatsMax {window.seats_max} frees no one"


def _repeated(seen: Counter[_Key]) -> Iterator[tuple[_Key, int]]:
    return ((key, times) for key, times in seen.items() if times > 1)
