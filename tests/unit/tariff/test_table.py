"""A table that can't be trusted is named before a vehicle is priced with it."""

from datetime import UTC, datetime

import msgspec
import pytest

from laneside.contract.parameters import HolidayWindow, KindRule, TariffRow, TariffTable
from laneside.tariff.table import check_table

ROW = TariffRow(station_hex="62010A0B", toll_class=1, fee_fen=1100, fee95_fen=1045)
HOLIDAY = HolidayWindow(
    name="春节", starts_at=datetime(2024, 2, 9, tzinfo=UTC), ends_at=datetime(2024, 2, 17, tzinfo=UTC)
)
SOUND = TariffTable(
    rate_version="6220240101001",
    rows=(ROW, TariffRow(station_hex="62010A0B", toll_class=26, fee_fen=0, fee95_fen=0)),
    holidays=(HOLIDAY,),
    kinds=(KindRule(vehicle_kind=21, off_percent=100, discount_type=1), KindRule(vehicle_kind=8, off_percent=100)),
)


def changed(value, **changes):
    return msgspec.structs.replace(value, **changes)


def with_row(**changes):
    return changed(SOUND, rows=(changed(ROW, **changes),))


def with_kind(**changes):
    return changed(SOUND, kinds=(changed(SOUND.kinds[0], **changes),))


def with_holiday(**changes):
    return changed(SOUND, holidays=(changed(HOLIDAY, **changes),))


def test_a_sound_table_has_no_trouble():
    assert check_table(SOUND) == ()


@pytest.mark.parametrize(
    ("table", "named"),
    [
        (changed(SOUND, rate_version="2024"), "rateVersion"),
        (changed(SOUND, rows=()), "empty"),
        (changed(SOUND, rows=(ROW, ROW)), "62010A0B/1: occurs 2 times"),
        (changed(SOUND, rows=(ROW, changed(ROW, station_hex="62010a0b"))), "occurs 2 times"),
        (with_row(station_hex="62010A"), "eight hex digits"),
        (with_row(toll_class=7), "JT/T 489"),
        (with_row(fee_fen=-1, fee95_fen=0), "feeFen -1"),
        (with_row(fee_fen=0x1000000), "feeFen 16777216"),
        (with_row(fee95_fen=1101), "fee95Fen 1101"),
        (with_row(fee95_fen=-1), "fee95Fen -1"),
        (with_kind(off_percent=101), "offPercent 101"),
        (with_kind(off_percent=-1), "offPercent -1"),
        (with_kind(discount_type=9), "discountType 9"),
        (changed(SOUND, kinds=SOUND.kinds + SOUND.kinds[:1]), "kind 21: occurs 2 times"),
        (with_holiday(ends_at=HOLIDAY.starts_at), "ends before it begins"),
        (with_holiday(seats_max=0), "seatsMax 0"),
        (with_holiday(starts_at=HOLIDAY.starts_at.replace(tzinfo=None)), "time zone"),
    ],
)
def test_each_trouble_is_named(table, named):
    assert any(named in trouble for trouble in check_table(table))
