"""Binary-coded decimal."""

from datetime import UTC, datetime

import pytest

from laneside.codec.bcd import bcd_from_digits, digits_from_bcd, moment_of, purchase_time
from laneside.errors import CodecError


def refused(make, *args):
    with pytest.raises(CodecError) as caught:
        make(*args)
    return caught.value.file, caught.value.offset


def test_digits():
    assert digits_from_bcd(bytes.fromhex("0123"), file="x", offset=0) == "0123"
    assert bcd_from_digits("0123") == bytes.fromhex("0123")
    assert refused(bcd_from_digits, "123")[0] == "bcd"


def test_purchase_time_is_beijing_time():
    moment = datetime(2024, 5, 6, 6, 30, 15, tzinfo=UTC)
    assert purchase_time(moment) == bytes.fromhex("20240506143015")
    assert moment_of(bytes.fromhex("20240506143015")) == moment


def test_a_blank_field_has_no_moment():
    assert moment_of(bytes(7)) is None
    assert moment_of(b"\xff" * 7) is None
