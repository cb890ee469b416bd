import tomllib
from pathlib import Path

import pytest

from laneside.codec.plate import PlateKind, decode_plate, encode_plate, plate_kind, vehicle_id
from laneside.errors import CodecError

TABLES = tomllib.loads((Path(__file__).parents[2] / "vectors" / "plate.toml").read_text("utf-8"))
GRAMMAR = {kind: plates for kind, plates in TABLES["grammar"][0].items() if kind != "source"}


def test_field_of_twelve_bytes():
    for vector in TABLES["field"]:
        raw = bytes.fromhex(vector["hex"])
        assert decode_plate(raw) == vector["text"], vector
        assert encode_plate(vector["text"]) == raw, vector


@pytest.mark.parametrize("raw", ["00" * 12, "FF" * 12, "20" * 12, "00FF20" * 4])
def test_a_field_never_personalised_is_empty(raw):
    assert decode_plate(bytes.fromhex(raw)) == ""


@pytest.mark.parametrize("raw", ["B8CA613132333435FFFFFFFF", "20B8CA613132333435200000", "B8CA61313233343520FF2000"])
def test_padding_of_any_make_and_lower_case(raw):
    assert decode_plate(bytes.fromhex(raw)) == "甘A12345"


@pytest.mark.parametrize(
    ("raw", "offset"),
    [
        ("B8CA41313200343500000000", 28 + 5),
        ("B8CA4131321F343500000000", 28 + 5),
        ("B8CA413132FF343500000000", 28 + 5),
        ("41424344454647484950B8", 28),
        ("4142434445464748495051B8", 28 + 11),
        ("00B80000000000000000B8CA", 28 + 1),
    ],
)
def test_what_is_no_text_names_its_byte(raw, offset):
    with pytest.raises(CodecError) as caught:
        decode_plate(bytes.fromhex(raw), file="icc-0015", offset=28)
    assert (caught.value.file, caught.value.offset) == ("icc-0015", offset)
    assert caught.value.reason


@pytest.mark.parametrize("text", ["甘A1234567890", "甘A123😀"])
def test_a_plate_that_does_not_fit_is_refused(text):
    with pytest.raises(CodecError):
        encode_plate(text)


def test_vehicle_id():
    assert vehicle_id("京A12345", 0) == "京A12345_0"
    assert vehicle_id("甘AD20188", 4) == "甘AD20188_4"


def test_grammar():
    for kind, plates in GRAMMAR.items():
        expected = None if kind == "none" else PlateKind(kind)
        assert {text: plate_kind(text) for text in plates} == dict.fromkeys(plates, expected)


def test_the_grammar_table_has_every_kind():
    assert {*GRAMMAR} == {*PlateKind, "none"}
