"""``laneside decode frame``: what it shows, and why bad input is refused."""

import pytest
from typer.testing import CliRunner

from laneside.cli import app


def decode(*arguments):
    return CliRunner().invoke(app, ["decode", "frame", *arguments])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "rsu: offset 0: no command byte"),
        ("XY", "frame: offset 0"),
        ("FFF", "half a byte"),
        ("FFFF18B20000000080 2B FF", "rsu-serial: offset 0: the check bytes differ"),
        ("FFFF18B20000000080 2A", "rsu-serial: offset 0: cut short"),
        ("FFFF18B20000000080 2A FF 01", "rsu-serial: offset 11: bytes outside a frame"),
        ("FFFF18B200000000802AFF FFFF18B200000000802AFF", "rsu-serial: offset 11: a second frame"),
        ("FFFF 00 02 00000002 C401 BD34", "rsu-tcp: offset 0: the check bytes differ"),
        ("FFFF 00 02 00000003 C401 BD33", "rsu-tcp: offset 0: cut short"),
        ("FFFF 00 02 00000000 BD33", "rsu-tcp: offset 0: a frame without a command byte"),
        ("FFFF", "cut short"),
        ("C601", "rsu-C6: offset 2: cut short"),
    ],
)
def test_bad_input_ends_with_2_and_says_why(data, reason):
    result = decode(data)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert reason in result.stderr
    assert result.stderr.startswith("CodecError: ")


def test_the_dialect_decides_where_bytes_do_not():
    assert "channel" in decode("CD01", "--dialect", "serial").stdout
    assert "data" in decode("CD01", "--dialect", "tcp").stdout
    assert "channel" in decode("CD01").stdout


def test_a_table_for_people():
    lines = decode("FF FF 10 C2 01 FE 00 B3 FE 01 07 66 FF").stdout.splitlines()
    assert lines[0].split() == ["off", "len", "field", "value", "label"]
    assert lines[4].split() == ["4", "6", "obu_id", "01FEB3FF"]
    assert lines[5].split() == ["10", "1", "stop_type", "7", "上位机已接收", "/", "host", "received"]
    assert len(lines) == 8
