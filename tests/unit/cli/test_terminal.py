"""Which reader a terminal is started with: one of four kinds, and what does not go together is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from laneside.cli import app
from laneside.cli.terminal import _reader
from laneside.errors import SettingError
from laneside.rsu import SERIAL, TCP
from laneside.terminal.reader_choice import Connections, PcscReaders, RoadsideChips, SerialReader, TcpReader

PCSC, NO_PCSC = ("card", "psam"), ("", "")


def chosen(kind: str, *, pcsc=NO_PCSC, device="", address="", settings: Path | None = None):
    return _reader(kind, pcsc=pcsc, device=(device, 115200), address=address, settings=settings)


def test_each_kind_has_its_options(tmp_path: Path) -> None:
    assert chosen("roadside") == RoadsideChips()
    assert chosen("pcsc", pcsc=PCSC) == PcscReaders(card="card", psam="psam")
    serial = chosen("serial", device="/dev/ttyUSB0")
    assert isinstance(serial, SerialReader)
    assert (serial.device, serial.baud_rate, serial.policy.dialect) == ("/dev/ttyUSB0", 115200, SERIAL)
    tcp = chosen("tcp", address="10.0.0.9:9600")
    assert isinstance(tcp, TcpReader)
    assert (tcp.host, tcp.port, tcp.policy.dialect) == ("10.0.0.9", 9600, TCP)


def test_what_was_chosen_is_kept_whole_for_the_doctor(tmp_path: Path) -> None:
    from laneside.sync.folder import DiskFolder

    file = tmp_path / "make.toml"
    file.write_text("c6_form = 67\n[timeouts]\nstep_ms = 500\n[virtual]\nb2_short = true\n", encoding="utf-8")
    choice = chosen("tcp", address="h:1", settings=file)
    kept = Connections(centre_url="http://127.0.0.1:1", reader=choice)
    kept.save(DiskFolder(tmp_path))
    read = Connections.load(DiskFolder(tmp_path))
    assert read == kept
    assert isinstance(read.reader, TcpReader)
    assert read.reader.policy.dialect.timeouts.step_ms == 500
    assert "virtual" not in read.reader.settings


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("c6_from = 67", "rsu.c6_from: no such setting"),
        ("c6_form = 68", "rsu.c6_form: 68"),
        ("c6_form = 164", "159 and 67 can be sent"),
        ("[reader]\ntx_power = 99", "rsu.reader.tx_power: 99"),
        ("[frame_set]\ninit = 3", "rsu.frame_set.init: 3"),
        ("dialect = 'old'", "rsu.dialect: 'old'"),
        ("= 5", "make.toml: "),
    ],
)
def test_a_bad_settings_file_is_named_with_what_is_wrong_in_it(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "make.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingError) as refused:
        chosen("tcp", address="h:1", settings=file)
    assert str(file) in str(refused.value)
    assert named in str(refused.value)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--reader", "usb"], "--reader"),
        (["--reader", "serial"], "--reader-device"),
        (["--reader", "tcp"], "--reader-address"),
        (["--reader", "tcp", "--reader-address", "somewhere"], "HOST:PORT"),
        (["--reader", "tcp", "--reader-address", "h:1", "--reader-device", "/dev/ttyUSB0"], "--reader-device"),
        (["--reader-settings", "make.toml", "--roadside", "h:1"], "--reader-settings"),
    ],
)
def test_what_does_not_go_together_is_said_at_once(tmp_path: Path, words: list[str], named: str) -> None:
    ran = CliRunner().invoke(app, ["terminal", "--data", str(tmp_path / "t"), "--centre", "http://127.0.0.1:9", *words])
    assert ran.exit_code == 2
    assert named in ran.output
    assert not (tmp_path / "t").exists(), "nothing was begun"
