"""The lines of a quote: their words, and how a share is rounded."""

import msgspec
import pytest

from laneside.tariff.lines import (
    Operation,
    QuoteLine,
    etc_95,
    half_up_95,
    half_up_percent,
    holiday,
    kind_off,
    table_fee,
)


@pytest.mark.parametrize(
    ("line", "operation", "operands", "zh", "en"),
    [
        (
            table_fee(1100, 1),
            Operation.TABLE_FEE,
            (1100, 1),
            "本站一型客车：11.00元",
            "This station, passenger 1: 11.00 yuan",
        ),
        (etc_95(1045), Operation.ETC_95, (1045,), "ETC九五折：10.45元", "ETC 95 %: 10.45 yuan"),
        (kind_off(50, 24), Operation.KIND_OFF, (50, 24), "J1类集装箱：减免50%", "J1 container: 50 % off"),
        (kind_off(100, 21), Operation.KIND_OFF, (100, 21), "绿通：免费", "green channel: free"),
        (
            holiday("春节", 7, 5),
            Operation.HOLIDAY_FREE,
            (5, 7),
            "春节：5座客车免费（7座及以下）",
            "春节: passenger car with 5 seats, free up to 7",
        ),
        (
            holiday("春节", 7, 8),
            Operation.HOLIDAY_TOO_MANY_SEATS,
            (8, 7),
            "春节：8座，超过7座，不免费",
            "春节: 8 seats are more than 7, not free",
        ),
        (
            holiday("春节", 7, None),
            Operation.HOLIDAY_SEATS_UNKNOWN,
            (7,),
            "春节：座位数未知，不能按7座及以下免费",
            "春节: seats unknown, not free (free up to 7)",
        ),
    ],
)
def test_a_line_says_what_it_does(line, operation, operands, zh, en):
    assert (line.operation, line.operands, line.zh, line.en) == (operation, operands, zh, en)


def test_a_line_of_a_former_journal_changes_no_amount():
    line = msgspec.json.decode('{"zh": "本站", "en": "This station"}'.encode(), type=QuoteLine)
    assert (line.operation, line.after(1045)) == (Operation.TEXT_ONLY, 1045)


@pytest.mark.parametrize(
    ("gross", "net"),
    [
        (0, 0),
        (333, 316),
        (1100, 1045),
        (1650, 1568),
        (3465, 3292),
        (5390, 5121),
        (10, 10),
        (30, 29),
        (50, 48),
        (1, 1),
        (100, 95),
    ],
)
def test_95_percent_round_half_up(gross, net):
    assert half_up_95(gross) == net


def test_a_share_outside_nothing_and_all_is_a_programmers_error():
    with pytest.raises(AssertionError):
        half_up_percent(100, 101)
    with pytest.raises(AssertionError):
        half_up_percent(-1, 50)
