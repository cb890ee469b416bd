"""The lines of a quote. The operations and their whole numbers alone give the amount again."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from msgspec import Struct, field

from laneside.vocab.vehicle import TollClass, VehicleKind
from laneside.vocab.words import label, yuan


class Operation(StrEnum):
    """What a line does to the amount, and what its operands are."""

    TABLE_FEE = "table-fee"  # the amount becomes the gross fee: (fee_fen, toll_class)
    ETC_95 = "etc-95"  # the amount becomes the table's own 95 % value: (fee95_fen,)
    KIND_OFF = "kind-off"  # a share is taken off, half-up to the fen: (off_percent, vehicle_kind)
    HOLIDAY_FREE = "holiday-free"  # the amount becomes 0: (seats, seats_max)
    HOLIDAY_TOO_MANY_SEATS = "holiday-too-many-seats"  # nothing changes: (seats, seats_max)
    HOLIDAY_SEATS_UNKNOWN = "holiday-seats-unknown"  # nothing changes: (seats_max,)
    TAKEN_OVER = "taken-over"  # the amount becomes what the fixed lane has debited: (amount_fen,)
    TEXT_ONLY = "text-only"  # nothing is known but the text: a line that was journaled before operations were


class QuoteLine(Struct, frozen=True, kw_only=True):
    """One step on the way to the fee, in both languages; journaled as it is."""

    zh: str = field(name="zh")
    en: str = field(name="en")
    operation: Operation = field(name="operation", default=Operation.TEXT_ONLY)
    operands: tuple[int, ...] = field(name="operands", default=())

    def after(self, amount_fen: int) -> int:
        """Return the amount in fen that this line makes of the amount before it."""
        match self.operation:
            case Operation.TABLE_FEE | Operation.ETC_95 | Operation.TAKEN_OVER:
                return self.operands[0]
            case Operation.KIND_OFF:
                return half_up_percent(amount_fen, 100 - self.operands[0])
            case Operation.HOLIDAY_FREE:
                return 0
            case Operation.HOLIDAY_TOO_MANY_SEATS | Operation.HOLIDAY_SEATS_UNKNOWN | Operation.TEXT_ONLY:
                return amount_fen
        assert_never(self.operation)


def table_fee(fee_fen: int, toll_class: int) -> QuoteLine:
    """Begin with the fee of the table."""
    name = label(TollClass, toll_class)
    return QuoteLine(
        zh=f"本站{name.zh}：{yuan(fee_fen)}元",
        en=f"This station, {name.en}: {yuan(fee_fen)} yuan",
        operation=Operation.TABLE_FEE,
        operands=(fee_fen, toll_class),
    )


def etc_95(fee95_fen: int) -> QuoteLine:
    """Take the table's own 95 % value."""
    return QuoteLine(
        zh=f"ETC九五折：{yuan(fee95_fen)}元",
        en=f"ETC 95 %: {yuan(fee95_fen)} yuan",
        operation=Operation.ETC_95,
        operands=(fee95_fen,),
    )


def kind_off(off_percent: int, vehicle_kind: int) -> QuoteLine:
    """Take off the share that a vehicle kind is granted."""
    name = label(VehicleKind, vehicle_kind)
    free = off_percent == 100
    return QuoteLine(
        zh=f"{name.zh}：免费" if free else f"{name.zh}：减免{off_percent}%",
        en=f"{name.en}: free" if free else f"{name.en}: {off_percent} % off",
        operation=Operation.KIND_OFF,
        operands=(off_percent, vehicle_kind),
    )


def holiday(name: str, seats_max: int, seats: int | None) -> QuoteLine:
    """Free a passenger car on a holiday, if its seats are known and not too many."""
    if not seats:
        return QuoteLine(
            zh=f"{name}：座位数未知，不能按{seats_max}座及以下免费",
            en=f"{name}: seats unknown, not free (free up to {seats_max})",
            operation=Operation.HOLIDAY_SEATS_UNKNOWN,
            operands=(seats_max,),
        )
    if seats > seats_max:
        return QuoteLine(
            zh=f"{name}：{seats}座，超过{seats_max}座，不免费",
            en=f"{name}: {seats} seats are more than {seats_max}, not free",
            operation=Operation.HOLIDAY_TOO_MANY_SEATS,
            operands=(seats, seats_max),
        )
    return QuoteLine(
        zh=f"{name}：{seats}座客车免费（{seats_max}座及以下）",
        en=f"{name}: passenger car with {seats} seats, free up to {seats_max}",
        operation=Operation.HOLIDAY_FREE,
        operands=(seats, seats_max),
    )


def half_up_percent(amount_fen: int, percent: int) -> int:
    """Take ``percent`` of an amount, nearest fen, ties up (spec/unknowns.md 49)."""
    assert amount_fen >= 0, "money is not negative here"
    assert 0 <= percent <= 100, "a share is between nothing and all"
    return (amount_fen * percent + 50) // 100


def half_up_95(fen: int) -> int:
    """Take 95 % of one toll unit's fee, nearest fen, ties up (spec/exit-record.md section 3: 333 → 316)."""
    return half_up_percent(fen, 95)
