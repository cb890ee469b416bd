"""Beijing time as the records write it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from laneside.clock import beijing_digits, from_beijing_digits


def test_a_moment_is_written_in_beijing_time_and_read_back() -> None:
    moment = datetime(2026, 12, 31, 16, 0, 1, tzinfo=UTC)
    assert beijing_digits(moment) == "20270101000001"
    assert from_beijing_digits("20270101000001") == moment


@pytest.mark.parametrize(
    "digits",
    ["", "2026", "20261301000000", "20270101000001 ", "2027-01-01", "2027010100000²", "00010101000000"],
)
def test_other_digits_are_no_moment(digits: str) -> None:
    with pytest.raises(ValueError, match=r"time data|unconverted|not yyyyMMddHHmmss|no moment"):
        from_beijing_digits(digits)
