"""The code tables against spec/codes.md."""

import subprocess
import sys

import pytest

from laneside import vocab
from laneside.vocab import (
    PROVINCES,
    CardListType,
    CardType,
    Coded,
    DiscountType,
    EntryExitStatus,
    ExitFeeType,
    ObuListType,
    PlateColour,
    TollClass,
    TransactionType,
    UserType,
    VehicleKind,
    VehicleStatusFlag,
    label,
    province_of_code,
    province_of_issuer,
    provincial,
)

TABLES = [
    value
    for module in (vocab, provincial)
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, Coded) and value is not Coded
]


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (TollClass, [*range(1, 5), *range(11, 17), *range(21, 27)]),
        (VehicleKind, [0, 6, 8, 10, 12, 14, *range(21, 29)]),
        (UserType, [0, 6, 8, 10, 12, 14, 24, 26, 27]),
        (VehicleStatusFlag, [0, 1, 2, 3, 4, 0xFF]),
        (PlateColour, [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 0xFF]),
        (EntryExitStatus, [0, 1, 2, 3, 4, 5, 6, 0x10]),
        (CardType, [21, 22, 23, 51, 52, 53]),
        (TransactionType, [2, 6, 9]),
        (DiscountType, [1, 2, 3, 4, 5]),
        (ExitFeeType, [1, 2, 3, 4, 5, 6, 7, 11]),
        (CardListType, [1, 2, 3, 4, 5, 6, 7]),
        (ObuListType, [1, 2, 3, 4, 101, 102, 103, 104, 105]),
    ],
)
def test_codes(table, codes):
    assert sorted(table) == codes


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_member_is_its_own_number_with_two_labels(table):
    assert len({member.name for member in table}) == len(table.__members__)
    for member in table:
        assert member.zh
        assert member.en
        assert not any("\u4e00" <= character <= "\u9fff" for character in member.en)
        assert label(table, int(member)) == member.words


def test_a_code_outside_a_table_keeps_its_number():
    assert label(TollClass, 99).zh == "未知 99"
    assert label(TollClass, 99).en == "unknown 99"


def test_axles_follow_from_the_class():
    assert [TollClass(code).axle_count for code in (1, 4, 11, 12, 13, 16, 21, 26)] == [None, None, 2, 2, 3, 6, 2, 6]


def test_provinces_in_gbk():
    by_code = {province.code: province for province in PROVINCES}
    assert len(by_code) == len(PROVINCES) == 31
    expected = """
        11 B1B1BEA9 BEA9|12 CCECBDF2 BDF2|13 BAD3B1B1 BCBD|14 C9BDCEF7 BDFA|15 C4DAC3C9 C3C9|21 C1C9C4FE C1C9
        22 BCAAC1D6 BCAA|23 BADAC1FA BADA|31 C9CFBAA3 BBA6|32 BDADCBD5 CBD5|33 D5E3BDAD D5E3|34 B0B2BBD5 CDEE
        35 B8A3BDA8 C3F6|36 BDADCEF7 B8D3|37 C9BDB6AB C2B3|41 BAD3C4CF D4A5|42 BAFEB1B1 B6F5|43 BAFEC4CF CFE6
        44 B9E3B6AB D4C1|45 B9E3CEF7 B9F0|46 BAA3C4CF C7ED|50 D6D8C7EC D3E5|51 CBC4B4A8 B4A8|52 B9F3D6DD B9F3
        53 D4C6C4CF D4C6|54 CEF7B2D8 B2D8|61 C9C2CEF7 C9C2|62 B8CACBE0 B8CA|63 C7E0BAA3 C7E0|64 C4FECFC4 C4FE
        65 D0C2BDAE D0C2"""
    rows = [row.split() for line in expected.strip().splitlines() for row in line.strip().split("|")]
    assert len(rows) == 31
    for code, issuer, initial in rows:
        province = by_code[int(code)]
        assert (province.issuer.hex().upper(), province.initial_gbk.hex().upper()) == (issuer, initial)


def test_province_of_an_issuer():
    assert province_of_issuer(bytes.fromhex("B8CACBE062010001")).code == 62
    assert province_of_issuer(bytes.fromhex("B2E2CAD499010001")) is None
    assert province_of_code(62).name_zh == "甘肃"
    assert province_of_code(10) is None


def test_every_exported_name_exists():
    assert len(vocab.__all__) == len(set(vocab.__all__))
    assert all(hasattr(vocab, name) for name in vocab.__all__)


def test_importing_the_words_loads_no_table_and_no_provincial_numbering():
    script = (
        "import sys, laneside.vocab; "
        "late = ('tomllib', 'importlib.resources', 'laneside.vocab.provincial'); "
        "print([name for name in late if name in sys.modules])"
    )
    source = vocab.__path__[0].rsplit("/laneside/", 1)[0]
    command = [sys.executable, "-S", "-c", script]
    run = subprocess.run(command, capture_output=True, check=True, text=True, env={"PYTHONPATH": source})
    assert run.stdout.strip() == "[]"
