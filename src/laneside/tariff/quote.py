"""What a vehicle pays at an open exit, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from laneside.contract.parameters import HolidayWindow, KindRule, TariffRow, TariffTable
from laneside.tariff.lines import Operation, QuoteLine, etc_95, holiday, kind_off, table_fee
from laneside.vocab.media import DiscountType
from laneside.vocab.vehicle import TollClass
from laneside.vocab.words import Words, yuan

PASSENGER_CLASSES = range(int(TollClass.PASSENGER_1), int(TollClass.PASSENGER_4) + 1)
FEE_LOOKUP_FAILED = 63


class FeeQuote(Struct, frozen=True, kw_only=True, tag_field="note", tag="quoted"):
    """A fee in fen with the parts that the record needs (spec/exit-record.md section 3) and its explanation.

    Journaled and shown as it is. ``pay_fen`` is 应收, ``fee_fen`` what is debited; ``discount_type`` is None for the
    plain 95 %. ``taken_over``: the fixed lane has already debited it.
    """

    pay_fen: int = field(name="pay_fen")
    discount_fen: int = field(name="discount_fen")
    province_discount_fen: int = field(name="province_discount_fen")
    fee_fen: int = field(name="fee_fen")
    discount_type: int | None = field(name="discount_type")
    rate_version: str = field(name="rate_version")
    lines: tuple[QuoteLine, ...] = field(name="lines")
    taken_over: bool = field(name="taken_over", default=False)

    def __post_init__(self) -> None:
        """Hold payFee = fee + discountFee + provinceDiscountFee, none of them negative."""
        parts = (self.fee_fen, self.discount_fen, self.province_discount_fen)
        assert min(parts) >= 0, "no part of a fee is negative"
        assert self.pay_fen == sum(parts), "the parts make up 应收"

    @property
    def all_discounts_fen(self) -> int:
        """优惠: everything that is taken off 应收."""
        return self.discount_fen + self.province_discount_fen


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


class NoFee(msgspec.Struct, frozen=True, kw_only=True):
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
        table_fee(row.fee_fen, toll_class),
        etc_95(row.fee95_fen),
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
        yield kind_off(rule.off_percent, rule.vehicle_kind)


def _holiday_lines(
    holidays: tuple[HolidayWindow, ...], toll_class: int, seats: int | None, at: datetime
) -> Iterator[QuoteLine]:
    """Yield at most one line, for the most generous window that holds at the exit time (spec/unknowns.md 52)."""
    open_now = [window for window in holidays if window.starts_at <= at < window.ends_at]
    if not open_now or toll_class not in PASSENGER_CLASSES:
        return
    window = max(open_now, key=lambda each: each.seats_max)
    yield holiday(window.name, window.seats_max, seats)


def taken_over(answer: FeeQuote | NoFee, *, amount_fen: int, sent_at: str) -> FeeQuote:
    """Quote what the fixed lane has already debited at ``sent_at`` (Beijing digits), beside what the table says."""
    line = QuoteLine(
        zh=f"固定车道已于{sent_at[8:10]}:{sent_at[10:12]}:{sent_at[12:14]}扣款{yuan(amount_fen)}元，不再扣费",
        en=f"The fixed lane debited {yuan(amount_fen)}; nothing more is debited",
        operation=Operation.TAKEN_OVER,
        operands=(amount_fen,),
    )
    if isinstance(answer, FeeQuote) and answer.fee_fen == amount_fen:
        return replace(answer, lines=(*answer.lines, line), taken_over=True)
    return FeeQuote(
        pay_fen=amount_fen,
        discount_fen=0,
        province_discount_fen=0,
        fee_fen=amount_fen,
        discount_type=None,
        rate_version=answer.rate_version if isinstance(answer, FeeQuote) else "",
        lines=(line,),
        taken_over=True,
    )
