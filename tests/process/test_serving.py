"""What every server of ours does: answer at once on a kept connection, start or say why, end when asked."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from street import Street, street
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


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with street(tmp_path_factory.mktemp("street")) as lane:
        yield lane


def test_terminal_and_centre_answer_without_waiting_for_an_acknowledgement(served: Street) -> None:
    assert quickest_answer_s(served.fleet.terminal.port, "/session") < 0.03
    assert quickest_answer_s(served.fleet.centre.port, "/login") < 0.03


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_terminal_that_is_asked_to_end_closes_its_journal(served: Street, asked: signal.Signals) -> None:
    folder = served.fleet.data / "terminal"
    child, port = served.fleet.members["terminal"].child, served.fleet.terminal.port
    assert (folder / "journal.sqlite3-wal").exists()
    child.send_signal(asked)
    assert child.wait(scaled(20)) == 0
    assert sorted(each.name for each in folder.glob("journal*")) == ["journal.sqlite3"]
    served.fleet.start_terminal(port=port)


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


def test_the_terminal_binds_to_loopback_only(served: Street) -> None:
    fleet, port = served.fleet, served.fleet.terminal.port
    fleet.end("terminal")
    links = ["--data", str(fleet.data / "terminal"), "--centre", fleet.centre.url, "--roadside", fleet.roadside.address]
    ended = terminal(*links, "--host", "0.0.0.0")
    fleet.start_terminal(port=port)
    assert ended.returncode == 1
    assert "loopback only" in ended.stderr


def test_a_terminal_does_not_speak_plain_http_to_another_host_unless_told_so(tmp_path: Path) -> None:
    links = ["--data", str(tmp_path), "--roadside", "127.0.0.1:9", "--centre", "http://centre.invalid"]
    refused = terminal(*links)
    assert refused.returncode == 1
    assert refused.stderr.startswith("laneside terminal: plain-http: 到中心的连接未加密")
    assert refused.stderr.endswith("add --plain-http-to-centre\n")
    told = terminal(*links, "--plain-http-to-centre")
    assert "is not enrolled" in told.stderr
