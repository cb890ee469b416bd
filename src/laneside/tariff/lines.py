"""The lines of a quote. The operations and their whole numbers alone give the amount again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from laneside.vocab import TollClass, VehicleKind, Words, label, yuan


class Operation(StrEnum):
    """What a line does to the amount, and what its operands are."""

    TABLE_FEE = "table-fee"  # the amount becomes the gross fee: (fee_fen, toll_class)
    ETC_95 = "etc-95"  # the amount becomes the table's own 95 % value: (fee95_fen,)
    KIND_OFF = "kind-off"  # a share is taken off, half-up to the fen: (off_percent, vehicle_kind)
    HOLIDAY_FREE = "holiday-free"  # the amount becomes 0: (seats, seats_max)
    HOLIDAY_TOO_MANY_SEATS = "holiday-too-many-seats"  # nothing changes: (seats, seats_max)
    HOLIDAY_SEATS_UNKNOWN = "holiday-seats-unknown"  # nothing changes: (seats_max,)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """One step on the way to the fee; ``subject`` is the holiday's name where there is one."""

    operation: Operation
    operands: tuple[int, ...]
    subject: str = ""

    def after(self, amount_fen: int) -> int:
        """Return the amount in fen that this line makes of the amount before it."""
        match self.operation:
            case Operation.TABLE_FEE | Operation.ETC_95:
                return self.operands[0]
            case Operation.KIND_OFF:
                return half_up_percent(amount_fen, 100 - self.operands[0])
            case Operation.HOLIDAY_FREE:
                return 0
            case Operation.HOLIDAY_TOO_MANY_SEATS | Operation.HOLIDAY_SEATS_UNKNOWN:
                return amount_fen
        assert_never(self.operation)

    @property
    def words(self) -> Words:
        """Say the line in both languages."""
        match self.operation:
            case Operation.TABLE_FEE:
                return _table_fee(*self.operands)
            case Operation.ETC_95:
                return Words(zh=f"ETC九五折：{yuan(self.operands[0])}元", en=f"ETC 95 %: {yuan(self.operands[0])} yuan")
            case Operation.KIND_OFF:
                return _kind_off(*self.operands)
            case Operation.HOLIDAY_FREE:
                return _holiday_free(self.subject, *self.operands)
            case Operation.HOLIDAY_TOO_MANY_SEATS:
                return _too_many_seats(self.subject, *self.operands)
            case Operation.HOLIDAY_SEATS_UNKNOWN:
                return _seats_unknown(self.subject, *self.operands)
        assert_never(self.operation)


def half_up_percent(amount_fen: int, percent: int) -> int:
    """Take ``percent`` of an amount, nearest fen, ties up (spec/unknowns.md 49)."""
    assert amount_fen >= 0, "money is not negative here"
    assert 0 <= percent <= 100, "a share lies between nothing and all"
    return (amount_fen * percent + 50) // 100


def half_up_95(fen: int) -> int:
    """Take 95 % of one toll unit's fee, nearest fen, ties up (spec/exit-record.md section 3: 333 → 316)."""
    return half_up_percent(fen, 95)


def _table_fee(fee_fen: int, toll_class: int) -> Words:
    name = label(TollClass, toll_class)
    return Words(zh=f"本站{name.zh}：{yuan(fee_fen)}元", en=f"This station, {name.en}: {yuan(fee_fen)} yuan")


def _kind_off(off_percent: int, vehicle_kind: int) -> Words:
    name = label(VehicleKind, vehicle_kind)
    if off_percent == 100:
        return Words(zh=f"{name.zh}：免费", en=f"{name.en}: free")
    return Words(zh=f"{name.zh}：减免{off_percent}%", en=f"{name.en}: {off_percent} % off")


def _holiday_free(name: str, seats: int, seats_max: int) -> Words:
    return Words(
        zh=f"{name}：{seats}座客车免费（{seats_max}座及以下）",
        en=f"{name}: passenger car with {seats} seats, free up to {seats_max}",
    )


def _too_many_seats(name: str, seats: int, seats_max: int) -> Words:
    return Words(
        zh=f"{name}：{seats}座，超过{seats_max}座，不免费",
        en=f"{name}: {seats} seats are more than {seats_max}, not free",
    )


def _seats_unknown(name: str, seats_max: int) -> Words:
    return Words(
        zh=f"{name}：座位数未知，不能按{seats_max}座及以下免费",
        en=f"{name}: seats unknown, not free (free up to {seats_max})",
    )
