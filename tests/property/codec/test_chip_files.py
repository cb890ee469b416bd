"""Any file of the field comes back byte for byte; anything else is a CodecError that names file and offset."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from laneside.codec import encodings
from laneside.codec.bcd import purchase_time
from laneside.codec.card import CappRecord, IssueInfo, OldCappRecord, WalletLogRecord, parse_capp
from laneside.codec.layout import Layout
from laneside.codec.plate import decode_plate, encode_plate
from laneside.codec.psam import PsamApplication, PsamIssue, PsamTerminal
from laneside.codec.tag import (
    PassageBlock,
    PassageFile,
    PassengerVehicle,
    SystemInfo,
    TruckVehicle,
    parse_passage_file,
    parse_vehicle,
)
from laneside.errors import CodecError

LAYOUTS = {
    "IssueInfo": (IssueInfo.from_bytes, IssueInfo.LAYOUT),
    "IssueInfo of version 10": (IssueInfo.from_bytes, IssueInfo.layout_of(bytes(9) + b"\x10")),
    "WalletLogRecord": (WalletLogRecord.from_bytes, WalletLogRecord.LAYOUT),
    "CappRecord": (CappRecord.from_bytes, CappRecord.LAYOUT),
    "OldCappRecord": (OldCappRecord.from_bytes, OldCappRecord.LAYOUT),
    "SystemInfo": (SystemInfo.from_bytes, SystemInfo.LAYOUT),
    "PassengerVehicle": (parse_vehicle, PassengerVehicle.LAYOUT),
    "TruckVehicle": (parse_vehicle, TruckVehicle.LAYOUT),
    "PassageBlock": (PassageBlock.from_bytes, PassageBlock.LAYOUT),
    "PassageFile": (parse_passage_file, PassageFile.LAYOUT),
    "PsamIssue": (PsamIssue.from_bytes, PsamIssue.LAYOUT),
    "PsamTerminal": (PsamTerminal.from_bytes, PsamTerminal.LAYOUT),
    "PsamApplication": (PsamApplication.from_bytes, PsamApplication.LAYOUT),
}
FIXED = {
    "IssueInfo of version 10": {"version": b"\x10"},
    "PassengerVehicle": {"toll_class": b"\x01"},
    "TruckVehicle": {"toll_class": b"\x10"},
}
PLATE_TEXT = st.text("京津甘粤学警使领应急ABCDEFGHJKZabz0123456789", max_size=9).filter(
    lambda text: len(text.encode("gbk")) <= 12
)
EARLIEST = datetime(1990, 1, 1)  # noqa: DTZ001  # hypothesis wants its bounds naive
LATEST = datetime(2099, 1, 1)  # noqa: DTZ001  # as above
BLANKS = (b"\0", b"\xff")


def outcome(parse, raw, **where):
    """Return the value or the CodecError; any other exception fails the test."""
    try:
        return parse(raw, **where)
    except CodecError as error:
        return error


def blank(length):
    return st.sampled_from(BLANKS).map(lambda byte: byte * length)


def days(length):
    written = st.dates(min_value=date(1, 1, 1)).map(lambda day: bytes.fromhex(day.strftime("%Y%m%d").rjust(8, "0")))
    return written | blank(length)


def moments(length):
    written = st.datetimes(min_value=EARLIEST, max_value=LATEST, timezones=st.just(UTC))
    return written.map(purchase_time) | blank(length)


def digits(length):
    return st.text("0123456789", min_size=2 * length, max_size=2 * length).map(bytes.fromhex)


def plates(length):
    padded = st.tuples(PLATE_TEXT, st.sampled_from((b"\0", b"\xff", b" ")))
    return padded.map(lambda each: each[0].encode("gbk").ljust(length, each[1])) | blank(length)


def raw_field(encoding, length):
    makers = {encodings.DAY: days, encodings.PURCHASE_TIME: moments, encodings.DIGITS: digits, encodings.PLATE: plates}
    return makers.get(encoding, lambda size: st.binary(min_size=size, max_size=size))(length)


def files(name):
    layout: Layout = LAYOUTS[name][1]
    fixed = FIXED.get(name, {})
    whole = st.tuples(
        *(
            st.just(fixed[each.attribute]) if each.attribute in fixed else raw_field(each.encoding, each.length)
            for each in layout.fields
            if each.attribute != "block"
        )
    )
    if name == "PassageFile":
        whole = st.tuples(whole, files("PassageBlock")).map(lambda both: (both[0][0], both[1], *both[0][1:]))
    joined = whole.map(b"".join)
    return st.tuples(joined, st.sampled_from(layout.sizes)).map(lambda both: both[0][: both[1]])


@pytest.mark.parametrize("name", LAYOUTS)
class TestFile:
    @given(data=st.data())
    @settings(max_examples=40, deadline=None)
    def test_bytes_to_value_to_bytes(self, name, data):
        raw = data.draw(files(name))
        assume(name != "IssueInfo" or raw[9] != 0x10)
        value = LAYOUTS[name][0](raw)
        assert bytes(value) == raw
        covered = [place for row in value.rows() for place in range(row.offset, row.offset + row.length)]
        assert covered == list(range(len(raw)))

    @given(data=st.data())
    @settings(max_examples=25, deadline=None)
    def test_value_to_bytes_to_value(self, name, data):
        raw = data.draw(files(name))
        assume(name != "IssueInfo" or raw[9] != 0x10)
        read = LAYOUTS[name][0](raw)
        written = type(read)(**read.values())
        assert LAYOUTS[name][0](bytes(written)) == written
        assert {**written.values()} == {**read.values()}

    @given(data=st.data())
    @settings(max_examples=25, deadline=None)
    def test_a_file_cut_short_or_too_long(self, name, data):
        parse, layout = LAYOUTS[name]
        raw = data.draw(files(name))
        size = data.draw(st.integers(0, max(layout.sizes) + 5))
        assume(size not in layout.sizes and not (name == "PassageFile" and size == 91))
        with pytest.raises(CodecError) as caught:
            parse(raw[:size].ljust(size, b"\0"))
        assert caught.value.file == layout.file
        assert 0 <= caught.value.offset <= max(layout.sizes)

    @given(data=st.data())
    @settings(max_examples=60, deadline=None)
    def test_garbage_is_refused_or_comes_back(self, name, data):
        parse, layout = LAYOUTS[name]
        size = data.draw(st.sampled_from(layout.sizes))
        raw = data.draw(st.binary(min_size=size, max_size=size))
        value = outcome(parse, raw)
        if isinstance(value, CodecError):
            assert value.file == layout.file
            assert 0 <= value.offset < size or name in ("PassengerVehicle", "TruckVehicle")
            assert value.reason
        else:
            assert bytes(value) == raw

    @given(data=st.data())
    @settings(max_examples=30, deadline=None)
    def test_one_broken_byte_is_refused_or_comes_back(self, name, data):
        parse, layout = LAYOUTS[name]
        raw = bytearray(data.draw(files(name)))
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place] = data.draw(st.integers(0, 255))
        value = outcome(parse, bytes(raw))
        if isinstance(value, CodecError):
            assert value.file == layout.file
        else:
            assert bytes(value) == bytes(raw)


@given(raw=st.binary(max_size=64), layout=st.sampled_from(["new", "old", "auto"]))
@settings(max_examples=100, deadline=None)
def test_0019_in_any_layout(raw, layout):
    record = outcome(parse_capp, raw, layout=layout)
    if isinstance(record, CodecError):
        assert record.file == "icc-0019"
    else:
        assert bytes(record) == raw


@given(text=PLATE_TEXT)
@settings(max_examples=100, deadline=None)
def test_plate_text(text):
    assert decode_plate(encode_plate(text)) == text.upper()


@given(raw=st.binary(max_size=16))
@settings(max_examples=200, deadline=None)
def test_plate_garbage(raw):
    text = outcome(decode_plate, raw, file="icc-0019", offset=21)
    if isinstance(text, CodecError):
        assert text.file == "icc-0019"
        assert 21 <= text.offset <= 21 + 12
    else:
        assert decode_plate(encode_plate(text)) == text
