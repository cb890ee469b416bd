"""The port file: whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from laneside.cli.browserless import until
from laneside.cli.serving import serve, tell


def test_a_port_is_told_whole_over_an_older_one(tmp_path: Path) -> None:
    port_file = tmp_path / "terminal.port"
    port_file.write_text("12345678\n")
    tell(port_file, 80)
    assert port_file.read_text() == "80\n"
    assert list(tmp_path.iterdir()) == [port_file]


def test_servers_bind_to_loopback_only(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"loopback only, not to 192\.0\.2\.1"):
        serve(lambda *_: None, host="192.0.2.1", port=0, port_file=tmp_path / "port")
    assert not (tmp_path / "port").exists()


def test_waiting_ends_with_what_it_waits_for_or_with_its_time() -> None:
    answers = iter((False, False, True))
    assert until(lambda: next(answers), within_s=5.0)
    assert not until(lambda: False, within_s=0.0)
