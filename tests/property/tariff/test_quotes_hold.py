"""The explanation of a quote is the quote: its operations and whole numbers alone give the amount again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from laneside.contract.parameters import HolidayWindow, KindRule, TariffRow, TariffTable
from laneside.tariff.lines import half_up_95
from laneside.tariff.quote import FeeQuote, quote
from laneside.tariff.table import check_table

STATION = "62010A0B"
START = datetime(2024, 5, 1, tzinfo=UTC)
classes = st.sampled_from([1, 2, 3, 4, 11, 16, 21, 26])
kinds = st.sampled_from([0, 8, 21, 24, 99])
seats = st.none() | st.integers(0, 60)
hours = st.integers(-30, 200).map(lambda hour: START + timedelta(hours=hour))


@st.composite
def rows(draw):
    fee_fen = draw(st.integers(0, 0xFFFFFF))
    fee95_fen = draw(st.integers(0, fee_fen))
    return TariffRow(station_hex=STATION, toll_class=draw(classes), fee_fen=fee_fen, fee95_fen=fee95_fen)


windows = st.builds(
    lambda begins, length, seats_max: HolidayWindow(
        name="节日", starts_at=begins, ends_at=begins + timedelta(hours=length), seats_max=seats_max
    ),
    hours,
    st.integers(1, 100),
    st.integers(1, 20),
)
rules = st.builds(
    KindRule,
    vehicle_kind=kinds,
    off_percent=st.integers(0, 100),
    discount_type=st.none() | st.integers(1, 5),
)
tables = st.builds(
    TariffTable,
    rate_version=st.just("6220240101001"),
    rows=st.lists(rows(), min_size=1, max_size=8, unique_by=lambda row: row.toll_class).map(tuple),
    holidays=st.lists(windows, max_size=3).map(tuple),
    kinds=st.lists(rules, max_size=4, unique_by=lambda rule: rule.vehicle_kind).map(tuple),
)


def recomputed(lines):
    """Follow the explanation as a reader would, with nothing but what the lines say."""
    gross = amount = None
    for line in lines:
        match line.operation.value, line.operands:
            case "table-fee", (fee_fen, _):
                gross = amount = fee_fen
            case "etc-95", (fee95_fen,):
                amount = fee95_fen
            case "kind-off", (percent, _):
                left, rest = divmod(amount * (100 - percent), 100)
                amount = left + (1 if rest >= 50 else 0)
            case "holiday-free", (seats_found, seats_max):
                assert seats_found <= seats_max
                amount = 0
            case "holiday-too-many-seats", (seats_found, seats_max):
                assert seats_found > seats_max
            case "holiday-seats-unknown", (_,):
                pass
            case other:
                raise AssertionError(other)
    return gross, amount


@settings(max_examples=200)
@given(table=tables, toll_class=classes, kind=kinds, seats=seats, at=hours)
def test_the_explanation_gives_the_amount_again(table, toll_class, kind, seats, at):
    assert check_table(table) == ()
    found = quote(table, station_hex=STATION, toll_class=toll_class, vehicle_kind=kind, seats=seats, at=at)
    assert isinstance(found, FeeQuote) == any(row.toll_class == toll_class for row in table.rows)
    if isinstance(found, FeeQuote):
        assert recomputed(found.lines) == (found.pay_fen, found.fee_fen)
        assert found.pay_fen == found.fee_fen + found.discount_fen + found.province_discount_fen
        assert found.all_discounts_fen == found.pay_fen - found.fee_fen
        assert 0 <= found.fee_fen <= found.pay_fen
        assert all(line.zh and line.en for line in found.lines)


@settings(max_examples=80)
@given(row=rows(), less=st.integers(0, 100), more=st.integers(0, 100), at=hours)
def test_a_larger_share_off_never_costs_more(row, less, more, at):
    less, more = sorted((less, more))
    fees = []
    for percent in (less, more):
        rule = KindRule(vehicle_kind=24, off_percent=percent, discount_type=3)
        table = TariffTable(rate_version="6220240101001", rows=(row,), kinds=(rule,))
        fees.append(
            quote(table, station_hex=STATION, toll_class=row.toll_class, vehicle_kind=24, seats=None, at=at).fee_fen
        )
    assert fees[0] >= fees[1]


@given(fen=st.integers(0, 10**9))
def test_95_percent_is_the_nearest_fen_and_monotone(fen):
    net = half_up_95(fen)
    assert -50 < net * 100 - fen * 95 <= 50
    assert half_up_95(fen + 1) >= net
