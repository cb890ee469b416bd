"""What a vehicle pays at an open exit, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from laneside.contract.parameters import HolidayWindow, KindRule, TariffRow, TariffTable
from laneside.tariff.lines import Operation, QuoteLine
from laneside.vocab import DiscountType, TollClass, Words

PASSENGER_CLASSES = range(int(TollClass.PASSENGER_1), int(TollClass.PASSENGER_4) + 1)
FEE_LOOKUP_FAILED = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeQuote:
    """A fee in fen with the parts that the record needs (spec/exit-record.md section 3) and its explanation.

    ``pay_fen`` is 应收, ``fee_fen`` what is debited; ``discount_type`` is None for the plain 95 %.
    """

    pay_fen: int
    discount_fen: int
    province_discount_fen: int
    fee_fen: int
    discount_type: int | None
    rate_version: str
    lines: tuple[QuoteLine, ...]

    def __post_init__(self) -> None:
        """Hold payFee = fee + discountFee + provinceDiscountFee, none of them negative."""
        parts = (self.fee_fen, self.discount_fen, self.province_discount_fen)
        assert min(parts) >= 0, "no part of a fee is negative"
        assert self.pay_fen == sum(parts), "the parts make up 应收"


class NoFeeReason(StrEnum):
    """Why there is no fee."""

    NO_TABLE = "no-table"
    NO_ROW = "no-row"


_REASONS = {
    NoFeeReason.NO_TABLE: Words(zh="终端没有生效的费率表", en="the terminal has no fee table in force"),
    NoFeeReason.NO_ROW: Words(
        zh="费率表中没有本站该车型的费率", en="the fee table has no row for this station and class"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFee:
    """No fee can be told: event 63, and why. ``params`` go into the finding's params."""

    reason: NoFeeReason
    code: int = FEE_LOOKUP_FAILED

    @property
    def words(self) -> Words:
        """Say the reason in both languages."""
        return _REASONS[self.reason]

    @property
    def params(self) -> dict[str, str]:
        """Return the reason as a finding carries it."""
        return {"reason_zh": self.words.zh, "reason_en": self.words.en}


def quote(
    table: TariffTable | None,
    *,
    station_hex: str,
    toll_class: int,
    vehicle_kind: int,
    seats: int | None,
    at: datetime,
) -> FeeQuote | NoFee:
    """Price one passage at its exit time ``at`` (aware) by the actual class and kind.

    ``seats`` of None or 0 is unknown. The table must have passed ``check_table``; None is a terminal without one.
    """
    if table is None:
        return NoFee(reason=NoFeeReason.NO_TABLE)
    row = _row(table, station_hex, toll_class)
    if row is None:
        return NoFee(reason=NoFeeReason.NO_ROW)
    rule = next((rule for rule in table.kinds if rule.vehicle_kind == vehicle_kind and rule.off_percent > 0), None)
    lines = (
        QuoteLine(operation=Operation.TABLE_FEE, operands=(row.fee_fen, toll_class)),
        QuoteLine(operation=Operation.ETC_95, operands=(row.fee95_fen,)),
        *_kind_lines(rule),
        *_holiday_lines(table.holidays, toll_class, seats, at),
    )
    return _quoted(table.rate_version, lines, None if rule is None else rule.discount_type)


def _quoted(rate_version: str, lines: tuple[QuoteLine, ...], kind_discount: int | None) -> FeeQuote:
    amount_fen, pay_fen, discount_type = 0, lines[0].after(0), kind_discount
    for line in lines:
        if line.operation is Operation.HOLIDAY_FREE and amount_fen > 0:
            discount_type = int(DiscountType.HOLIDAY)
        amount_fen = line.after(amount_fen)
    return FeeQuote(
        pay_fen=pay_fen,
        discount_fen=pay_fen - amount_fen,
        province_discount_fen=0,
        fee_fen=amount_fen,
        discount_type=discount_type,
        rate_version=rate_version,
        lines=lines,
    )


def _row(table: TariffTable, station_hex: str, toll_class: int) -> TariffRow | None:
    station = station_hex.upper()
    rows = (row for row in table.rows if row.toll_class == toll_class and row.station_hex.upper() == station)
    return next(rows, None)


def _kind_lines(rule: KindRule | None) -> Iterator[QuoteLine]:
    if rule is not None:
        yield QuoteLine(operation=Operation.KIND_OFF, operands=(rule.off_percent, rule.vehicle_kind))


def _holiday_lines(
    holidays: tuple[HolidayWindow, ...], toll_class: int, seats: int | None, at: datetime
) -> Iterator[QuoteLine]:
    """Yield at most one line, for the most generous window that holds at the exit time (spec/unknowns.md 52)."""
    open_now = [window for window in holidays if window.starts_at <= at < window.ends_at]
    if not open_now or toll_class not in PASSENGER_CLASSES:
        return
    window = max(open_now, key=lambda each: each.seats_max)
    yield _holiday_line(window.name, window.seats_max, seats)


def _holiday_line(name: str, seats_max: int, seats: int | None) -> QuoteLine:
    if not seats:
        return QuoteLine(operation=Operation.HOLIDAY_SEATS_UNKNOWN, operands=(seats_max,), subject=name)
    free = seats <= seats_max
    operation = Operation.HOLIDAY_FREE if free else Operation.HOLIDAY_TOO_MANY_SEATS
    return QuoteLine(operation=operation, operands=(seats, seats_max), subject=name)
