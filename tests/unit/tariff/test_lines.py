"""The lines of a quote: their words, and how a share is rounded."""

import pytest

from laneside.tariff import Operation, QuoteLine, half_up_95, half_up_percent


@pytest.mark.parametrize(
    ("operation", "operands", "zh", "en"),
    [
        (Operation.TABLE_FEE, (1100, 1), "本站一型客车：11.00元", "This station, passenger 1: 11.00 yuan"),
        (Operation.ETC_95, (1045,), "ETC九五折：10.45元", "ETC 95 %: 10.45 yuan"),
        (Operation.KIND_OFF, (50, 24), "J1类集装箱：减免50%", "J1 container: 50 % off"),
        (Operation.KIND_OFF, (100, 21), "绿通：免费", "green channel: free"),
        (
            Operation.HOLIDAY_FREE,
            (5, 7),
            "春节：5座客车免费（7座及以下）",
            "春节: passenger car with 5 seats, free up to 7",
        ),
        (
            Operation.HOLIDAY_TOO_MANY_SEATS,
            (8, 7),
            "春节：8座，超过7座，不免费",
            "春节: 8 seats are more than 7, not free",
        ),
        (
            Operation.HOLIDAY_SEATS_UNKNOWN,
            (7,),
            "春节：座位数未知，不能按7座及以下免费",
            "春节: seats unknown, not free (free up to 7)",
        ),
    ],
)
def test_a_line_says_what_it_does(operation, operands, zh, en):
    words = QuoteLine(operation=operation, operands=operands, subject="春节").words
    assert (words.zh, words.en) == (zh, en)


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
