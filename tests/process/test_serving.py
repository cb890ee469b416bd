"""What every server of ours does: answer at once on a kept connection, start or say why, end when asked."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from pathlib import Path

import pytest
from street import street
from timeouts import scaled

from laneside.cli.fleet import Fleet, FleetError

pytestmark = [pytest.mark.process]


def quickest_answer_s(port: int, path: str) -> float:
    """The quickest of the later answers on one kept connection; a delayed acknowledgement would cost each 40 ms."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=scaled(10))
    taken = []
    try:
        for _ in range(8):
            begun = time.perf_counter()
            connection.request("GET", path)
            connection.getresponse().read()
            taken.append(time.perf_counter() - begun)
    finally:
        connection.close()
    return min(taken[1:])


def test_terminal_and_centre_answer_without_waiting_for_an_acknowledgement(tmp_path: Path) -> None:
    with street(tmp_path) as lane:
        assert quickest_answer_s(lane.fleet.terminal.port, "/session") < 0.03
        assert quickest_answer_s(lane.fleet.centre.port, "/login") < 0.03


def test_a_member_that_does_not_start_is_named_with_its_last_words_and_the_others_end(tmp_path: Path) -> None:
    fleet = Fleet(data=tmp_path, psam="maybe")
    with pytest.raises(FleetError, match=r"(?s)roadside did not start:.*maybe"):
        fleet.__enter__()
    assert fleet.members == {}


def terminal(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "laneside", "terminal", "--centre", "http://127.0.0.1:9", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=scaled(30))


def test_a_terminal_without_enrolment_says_what_it_needs(tmp_path: Path) -> None:
    ended = terminal("--data", str(tmp_path), "--roadside", "127.0.0.1:9")
    assert ended.returncode == 1
    assert ended.stderr == (
        "laneside terminal: this terminal is not enrolled: start it once with a code from the centre\n"
    )


@pytest.mark.parametrize("address", ["127.0.0.1", ":80", "here:there"])
def test_a_roadside_address_must_have_host_and_port(tmp_path: Path, address: str) -> None:
    ended = terminal("--data", str(tmp_path), "--roadside", address)
    assert ended.returncode == 2
    assert "HOST:PORT" in ended.stderr


def test_the_terminal_binds_to_loopback_only(tmp_path: Path) -> None:
    with street(tmp_path) as lane:
        lane.fleet.end("terminal")
        centre, roadside = lane.fleet.centre.url, lane.fleet.roadside.address
        links = ["--data", str(tmp_path / "terminal"), "--centre", centre, "--roadside", roadside]
        ended = terminal(*links, "--host", "0.0.0.0")
    assert ended.returncode == 1
    assert "loopback only" in ended.stderr
