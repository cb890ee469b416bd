"""How each encoding reads, writes and shows a value."""

from datetime import date

import pytest

from laneside.codec import encodings
from laneside.codec.encodings import Span
from laneside.errors import CodecError

CASES = [
    (encodings.NUMBER, "0102", 0x0102, 0x0102),
    (encodings.NUMBER_OR_NONE, "FFFF", None, None),
    (encodings.NUMBER_OR_NONE, "0005", 5, 5),
    (encodings.HEX_NUMBER, "AA", 0xAA, "AA"),
    (encodings.UNIX_TIME, "663878F7", 0x663878F7, "2024-05-06T14:30:15+08:00"),
    (encodings.UNIX_TIME, "00000000", 0, None),
    (encodings.RAW, "0AFF", b"\x0a\xff", "0AFF"),
    (encodings.REMARK, "B2E2CAD400", b"\xb2\xe2\xca\xd4\x00", "测试"),
    (encodings.REMARK, "01", b"\x01", "01"),
    (encodings.PURCHASE_TIME, "20240506143015", bytes.fromhex("20240506143015"), "20240506143015"),
    (encodings.HEX_TEXT, "0A0B", "0A0B", "0A0B"),
    (encodings.DIGITS, "6201", "6201", "6201"),
    (encodings.DAY, "20240506", date(2024, 5, 6), "2024-05-06"),
    (encodings.DAY, "00000000", None, None),
    (encodings.PLATE, "B8CA41313233343500000000", "甘A12345", "甘A12345"),
]


def span(data):
    return Span(file="sample", offset=4, length=len(data))


def test_bytes_to_value_and_back():
    for encoding, written, value, shown in CASES:
        data = bytes.fromhex(written)
        assert encoding.decode(data, span(data)) == value, (encoding, written)
        assert encoding.encode(value, span(data)) == data, (encoding, written)
        assert encoding.show(value) == shown, (encoding, written)


@pytest.mark.parametrize(
    ("encoding", "length", "value"),
    [
        (encodings.NUMBER, 1, 256),
        (encodings.NUMBER, 1, -1),
        (encodings.RAW, 2, b"\x01"),
        (encodings.PURCHASE_TIME, 7, bytes.fromhex("20240506146015")),
        (encodings.PURCHASE_TIME, 7, bytes(6)),
        (encodings.HEX_TEXT, 2, "0A0"),
        (encodings.HEX_TEXT, 1, "0X"),
        (encodings.DIGITS, 1, "123"),
        (encodings.PLATE, 12, "甘A1234567890"),
    ],
)
def test_a_value_that_the_field_cannot_hold_names_its_place(encoding, length, value):
    with pytest.raises(CodecError, match=r"^sample: offset 4: "):
        encoding.encode(value, Span(file="sample", offset=4, length=length))
