"""A class whose attributes say how they are written."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import pytest

from laneside.codec.encodings import PLATE, RAW
from laneside.codec.layout import ChipFile, FieldSpec, Layout, fields_of, number, raw
from laneside.errors import CodecError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(ChipFile):
    FILE: ClassVar[str] = "sample"
    SIZES: ClassVar[tuple[int, ...]] = (15, 17)

    kind: Annotated[int, number(name="kind_of_sample")]
    note: str = "not on the chip"
    plate: Annotated[str, FieldSpec(length=12, encoding=PLATE)]
    amount_fen: Annotated[int, number(2)] = 0
    reserved: Annotated[bytes, FieldSpec(length=2, encoding=RAW, optional=True)] = b""


def test_the_fields_are_the_annotated_attributes_in_their_order():
    fields = [(each.attribute, each.spec_name, each.length) for each in fields_of(Sample)]
    assert fields == [
        ("kind", "kind_of_sample", 1),
        ("plate", "plate", 12),
        ("amount_fen", "amount_fen", 2),
        ("reserved", "reserved", 2),
    ]
    assert Sample.LAYOUT.fields == fields_of(Sample)


def test_an_optional_field_is_missing_in_the_shorter_file():
    short = Sample(kind=7, plate="甘A12345", amount_fen=0x0102)
    assert bytes(short) == bytes.fromhex("07 B8CA41313233343500000000 0102")
    assert bytes(Sample(kind=7, plate="甘A12345", amount_fen=0x0102, reserved=b"ab")) == bytes(short) + b"ab"
    assert [row.field for row in short.rows()] == ["kind_of_sample", "plate", "amount_fen"]


def test_another_spelling_of_a_value_is_kept_as_long_as_the_value_is():
    data = bytes.fromhex("07 B8CA613132333435FFFFFFFF 0102")
    read = Sample.from_bytes(data)
    assert (read.plate, bytes(read)) == ("甘A12345", data)
    assert bytes(Sample(kind=7, plate="甘A12345", amount_fen=0x0102)) != data


def test_a_value_that_does_not_fit_names_file_and_offset():
    with pytest.raises(CodecError, match=r"^sample: offset 13: 65536 does not fit into 2 bytes"):
        Sample(kind=7, plate="甘A12345", amount_fen=1 << 16)


def test_a_layout_whose_sizes_are_not_those_of_its_fields_is_a_programmers_error():
    with pytest.raises(AssertionError, match="sample"):
        Layout(file="sample", fields=(raw(2),), sizes=(3,))
