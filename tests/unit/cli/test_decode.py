"""``laneside decode`` as a person and as a script sees it."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from laneside.cli import app

CAPP = "AA2900 6201 0A0B 11 663878F7 01 06 000000 00000000 B8CA41313233343500000000 00 00 000000 FF 000004E2"
OLD = "AA2900 6101 0203 04 5485BC00 01 02 112233445566778899 01E240 02 C9C241423132333400000000 DEADBEEF"
ISSUE = "B8CACBE062010001 16 51 6201 2219230200000001 20240506 20340505 B8CA41313233343500000000 13 20 63"
KINDS = (
    "icc-0015", "icc-0018", "icc-0019", "obu-ef01", "obu-vehicle", "obu-ef04", "psam-0015", "psam-0016", "psam-0017"
)  # fmt: skip


def decode(*arguments):
    return CliRunner().invoke(app, ["decode", *arguments])


def labels(*arguments):
    return {row["field"]: row["label"] for row in json.loads(decode(*arguments, "--json").stdout)}


def test_labels_are_chinese_and_english():
    found = labels("icc-0015", ISSUE)
    assert found["issuer_id"] == "甘肃 / Gansu"
    assert found["card_type"] == "储值卡 / stored-value card"
    assert found["user_type"] == "未知 19 / unknown 19"
    assert found["plate_colour"] == "未知 32 / unknown 32"
    assert found["vehicle_class"] == "未知 99 / unknown 99"
    assert found["plate"] == found["internal_number"] == ""
    assert labels("icc-0019", CAPP)["entry_exit_status"] == "开放式ETC / open, ETC"


def test_the_table_for_people():
    lines = decode("icc-0019", CAPP).stdout.splitlines()
    assert lines[0].split() == ["off", "len", "field", "value", "label"]
    assert lines[1].split() == ["0", "1", "record_id", "AA"]
    assert lines[7].split() == ["8", "4", "entry_exit_time", "2024-05-06T14:30:15+08:00"]
    assert lines[8].split() == ["12", "1", "vehicle_class", "1", "一型客车", "/", "passenger", "1"]
    assert len(lines) == 18


def test_layouts_of_0019():
    assert "application_lock_flag" in labels("icc-0019", OLD, "--layout", "old")
    assert "application_lock_flag" in labels("icc-0019", OLD, "--layout", "auto")
    assert "last_gantry" in labels("icc-0019", CAPP, "--layout", "auto")
    assert decode("icc-0019", OLD).exit_code == 2


def test_blanks_in_hex_do_not_matter():
    assert decode("icc-0019", *CAPP.split()).stdout == decode("icc-0019", CAPP.replace(" ", "").lower()).stdout


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_no_known_size_ends_with_the_typed_error(kind):
    for data in ("", "00", "00" * 1024, "FF" * 7):
        for form in ((), ("--json",)):
            result = decode(kind, data, *form)
            assert (result.exit_code, result.stdout) == (2, ""), (data[:4], form)
            assert result.stderr.startswith(f"CodecError: {kind}: offset "), (data[:4], form)


@pytest.mark.parametrize(("text", "offset"), [("zz", 0), ("AA29 0", 2), ("AA29 0x", 2), ("AA 29 甘", 2)])
def test_what_is_no_hex(text, offset):
    result = decode("psam-0016", text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"CodecError: psam-0016: offset {offset}: ")


def test_an_unknown_kind():
    assert decode("icc-0002", "00").exit_code == 2


def test_the_installed_command():
    run = subprocess.run(
        [sys.executable, "-m", "laneside", "decode", "psam-0016", "62 01 00 00 12 34", "--json"],
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    assert json.loads(run.stdout) == [
        {"field": "terminal_number", "value": "620100001234", "label": "", "offset": 0, "length": 6}
    ]
