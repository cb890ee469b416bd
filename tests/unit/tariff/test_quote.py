"""What a vehicle pays and how the quote explains it."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from laneside.contract.parameters import HolidayWindow, KindRule, TariffRow, TariffTable
from laneside.tariff.lines import Operation
from laneside.tariff.quote import FeeQuote, NoFee, NoFeeReason, quote, taken_over

STATION = "62010A0B"
AT = datetime(2024, 5, 6, 6, 30, 15, tzinfo=UTC)
MAY_DAY = HolidayWindow(
    name="劳动节",
    starts_at=datetime(2024, 4, 30, 16, 0, tzinfo=UTC),
    ends_at=datetime(2024, 5, 5, 16, 0, tzinfo=UTC),
    seats_max=7,
)
TABLE = TariffTable(
    rate_version="6220240101001",
    rows=(
        TariffRow(station_hex=STATION, toll_class=1, fee_fen=1100, fee95_fen=1045),
        TariffRow(station_hex=STATION, toll_class=11, fee_fen=1100, fee95_fen=1045),
        TariffRow(station_hex=STATION, toll_class=16, fee_fen=6601, fee95_fen=6271),
    ),
    holidays=(MAY_DAY,),
    kinds=(
        KindRule(vehicle_kind=21, off_percent=100, discount_type=1),
        KindRule(vehicle_kind=8, off_percent=100),
        KindRule(vehicle_kind=24, off_percent=50, discount_type=3),
        KindRule(vehicle_kind=14, off_percent=0, discount_type=4),
    ),
)


def priced(toll_class=1, kind=0, seats=5, at=AT, table=TABLE, station=STATION):
    return quote(table, station_hex=station, toll_class=toll_class, vehicle_kind=kind, seats=seats, at=at)


def money(found):
    assert isinstance(found, FeeQuote)
    return found.pay_fen, found.discount_fen, found.fee_fen, found.discount_type


def operations(found):
    return [line.operation for line in found.lines]


def test_an_ordinary_car_pays_the_tables_95_percent():
    found = priced()
    assert money(found) == (1100, 55, 1045, None)
    assert (found.province_discount_fen, found.rate_version) == (0, "6220240101001")
    assert [(line.operation, line.operands) for line in found.lines] == [
        (Operation.TABLE_FEE, (1100, 1)),
        (Operation.ETC_95, (1045,)),
    ]


def test_the_95_percent_are_looked_up_not_computed():
    row = TariffRow(station_hex=STATION, toll_class=1, fee_fen=1000, fee95_fen=949)
    table = TariffTable(rate_version="6220240101001", rows=(row,))
    assert money(priced(table=table)) == (1000, 51, 949, None)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (21, (6601, 6601, 0, 1)),
        (8, (6601, 6601, 0, None)),
        (24, (6601, 6601 - 3136, 3136, 3)),  # half of 6271 is 3135.5: half-up
        (14, (6601, 330, 6271, None)),
        (77, (6601, 330, 6271, None)),
    ],
)
def test_kinds_follow_the_table(kind, expected):
    assert money(priced(toll_class=16, kind=kind)) == expected


INSIDE = MAY_DAY.starts_at


@pytest.mark.parametrize(
    ("at", "seats", "expected"),
    [
        (INSIDE, 5, (1100, 1100, 0, 5)),
        (INSIDE, 7, (1100, 1100, 0, 5)),
        (INSIDE, 8, (1100, 55, 1045, None)),
        (INSIDE, None, (1100, 55, 1045, None)),
        (INSIDE, 0, (1100, 55, 1045, None)),
        (MAY_DAY.ends_at, 5, (1100, 55, 1045, None)),
        (MAY_DAY.ends_at - timedelta(seconds=1), 5, (1100, 1100, 0, 5)),
        (INSIDE - timedelta(seconds=1), 5, (1100, 55, 1045, None)),
    ],
)
def test_holidays_are_judged_by_exit_time_and_seats(at, seats, expected):
    assert money(priced(at=at, seats=seats)) == expected


def test_unknown_seats_are_said():
    line = priced(at=INSIDE, seats=None).lines[-1]
    assert line.operation is Operation.HOLIDAY_SEATS_UNKNOWN
    assert line.zh == "劳动节：座位数未知，不能按7座及以下免费"
    assert "seats unknown" in line.en


def test_a_truck_has_no_holiday():
    assert operations(priced(toll_class=11, at=INSIDE, seats=2)) == [Operation.TABLE_FEE, Operation.ETC_95]


def test_a_kind_that_is_free_already_keeps_its_discount_type():
    assert money(priced(kind=21, at=INSIDE)) == (1100, 1100, 0, 1)
    assert money(priced(kind=24, at=INSIDE)) == (1100, 1100, 0, 5)


def test_the_most_generous_of_two_windows_counts():
    wide = HolidayWindow(name="省内", starts_at=MAY_DAY.starts_at, ends_at=MAY_DAY.ends_at, seats_max=9)
    table = TariffTable(rate_version="6220240101001", rows=TABLE.rows, holidays=(MAY_DAY, wide))
    assert money(priced(table=table, at=INSIDE, seats=9)) == (1100, 1100, 0, 5)


def test_the_station_is_found_in_either_letter_case():
    assert money(priced(station="62010a0b")) == (1100, 55, 1045, None)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (priced(table=None), NoFeeReason.NO_TABLE),
        (priced(toll_class=2), NoFeeReason.NO_ROW),
        (priced(station="62010A0C"), NoFeeReason.NO_ROW),
    ],
)
def test_no_fee_is_event_63_with_a_reason(found, reason):
    assert isinstance(found, NoFee)
    assert (found.code, found.reason) == (63, reason)
    assert found.params["reason_zh"]
    assert found.params["reason_en"]


def test_a_trade_of_the_lane_at_the_tables_price_keeps_the_parts_of_the_price():
    found = taken_over(priced(), amount_fen=1045, sent_at="20240506143015")
    assert (money(found), found.taken_over) == ((1100, 55, 1045, None), True)
    assert operations(found) == [Operation.TABLE_FEE, Operation.ETC_95, Operation.TAKEN_OVER]
    assert found.lines[-1].zh == "固定车道已于14:30:15扣款10.45元，不再扣费"


def test_a_trade_of_the_lane_counts_whatever_the_table_says():
    found = taken_over(priced(), amount_fen=990, sent_at="20240506143015")
    assert (money(found), found.rate_version) == ((990, 0, 990, None), "6220240101001")
    assert (operations(found), found.lines[0].after(0)) == ([Operation.TAKEN_OVER], 990)
    without_table = taken_over(priced(table=None), amount_fen=990, sent_at="20240506143015")
    assert (money(without_table), without_table.rate_version) == ((990, 0, 990, None), "")


def test_a_quote_whose_parts_do_not_make_up_the_price_cannot_exist():
    found = priced()
    assert found.all_discounts_fen == 55
    with pytest.raises(AssertionError, match="the parts make up"):
        replace(found, fee_fen=1046)
    with pytest.raises(AssertionError, match="negative"):
        replace(found, fee_fen=1155, discount_fen=-55)
