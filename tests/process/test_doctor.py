"""``laneside doctor`` beside real processes: a running terminal is asked, a stopped one is opened and let go."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from street import LANE, Json, Street, street
from timeouts import scaled, until

pytestmark = [pytest.mark.process]


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with street(tmp_path_factory.mktemp("doctor"), psam="required") as running:
        with running.collector() as collector:
            assert until(lambda: collector.status()["psam"] == "ready", within_s=20)
        yield running


@pytest.fixture(scope="module", params=["serial", "tcp"])
def framed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A terminal with an integrated reader."""
    with street(tmp_path_factory.mktemp("doctor"), reader=request.param) as running:
        with running.collector() as collector:
            assert until(lambda: collector.status()["psam"] == "ready", within_s=20)
        yield running


def doctor(lane: Street, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "laneside", "doctor", "--data", str(lane.fleet.data / "terminal"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=scaled(60))


def told(lane: Street) -> tuple[int, Json]:
    ran = doctor(lane, "--json")
    assert ran.stderr == ""
    report = json.loads(ran.stdout)
    return ran.returncode, {item["name"]: item["level"] for item in report["items"]}


def entries(lane: Street) -> int:
    return int(lane.journal("SELECT count(*) FROM entry")[0][0])


def test_a_running_terminal_is_asked_and_keeps_its_psam(lane: Street) -> None:
    assert lane.delivered()
    before = entries(lane)
    status, levels = told(lane)
    assert {name: level for name, level in levels.items() if level != "ok"} in ({}, {"storage": "warn"})
    assert status in {0, 1}
    ran = doctor(lane)
    assert "✓ ok    PSAM 授权 PSAM authorisation" in ran.stdout
    assert entries(lane) == before
    with lane.collector() as collector:
        assert collector.status()["psam"] == "ready", "its power was not taken"
        lane.arrive("car-sm4")
        collector.post("/linkage", lane_hex=LANE)
        assert collector.act("read")["clean"]
        collector.act("abandon", reason="试")
        collector.act("leave")


def test_without_the_centre_it_warns_and_without_the_reader_it_stops(lane: Street) -> None:
    centre, roadside = lane.fleet.centre.port, lane.fleet.roadside.port
    lane.kill("centre")
    assert until(lambda: told(lane)[1]["centre"] == "warn", within_s=20), "a report is good for two seconds"
    status, levels = told(lane)
    assert (status, levels["centre"], levels["clock"]) == (1, "warn", "warn")
    lane.kill("roadside")
    assert until(lambda: told(lane)[1]["reader"] == "stop", within_s=20)
    status, levels = told(lane)
    assert (status, levels["psam"], levels["journal"]) == (2, "stop", "ok")
    lane.fleet.start_roadside(port=roadside)
    lane.centre_again(centre)
    assert until(lambda: set(told(lane)[1].values()) <= {"ok", "warn"}, within_s=30)


def test_a_stopped_terminal_is_opened_and_let_go_unchanged(lane: Street) -> None:
    port = lane.fleet.terminal.port
    lane.fleet.end("terminal")
    before = entries(lane)
    status, levels = told(lane)
    assert (levels["reader"], levels["psam"], levels["centre"], levels["journal"]) == ("ok", "ok", "ok", "ok")
    assert (status, levels["authorisation"]) == (2, "stop"), "nobody asks the centre while it is not running"
    assert entries(lane) == before
    lane.fleet.start_terminal(port=port)
    with lane.collector() as collector:
        assert until(lambda: collector.status()["psam"] == "ready", within_s=20)


def test_an_integrated_reader_tells_its_make_and_its_psam(framed: Street) -> None:
    said = doctor(framed).stdout
    assert "✓ ok    读写器 Reader: 应答正常，2000 maker A1" in said
    assert "✓ ok    PSAM PSAM: 终端机编号 620100001001" in said
    assert "✓ ok    PSAM 授权 PSAM authorisation" in said


def test_an_integrated_reader_that_is_pulled_stops_the_shift_and_says_what_to_do(framed: Street) -> None:
    framed.reader.unplug()
    assert until(lambda: told(framed)[1]["reader"] == "stop", within_s=30)
    said = doctor(framed).stdout
    assert ("没有这个串口" if framed.fleet.reader == "serial" else "未应答") in said
    framed.reader.plug()
    assert until(lambda: told(framed)[1]["reader"] == "ok", within_s=30), "it is connected again by itself"
    assert told(framed)[1]["psam"] == "ok"


def test_an_integrated_reader_of_a_stopped_terminal_is_opened_and_let_go(framed: Street) -> None:
    framed.fleet.end("terminal")
    levels = told(framed)[1]
    assert (levels["reader"], levels["psam"], levels["authorisation"]) == ("ok", "ok", "ok")
    assert until(lambda: not framed.reader.state()["host"], within_s=5)
    port = framed.fleet.roadside.port
    framed.fleet.kill("roadside")
    status, levels = told(framed)
    assert (status, levels["reader"]) == (2, "stop")
    framed.fleet.start_roadside(port=port)


def test_a_folder_without_a_terminal_is_said(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "laneside", "doctor", "--data", str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=scaled(60),
    )  # fmt: skip
    assert (ran.returncode, "there is no terminal" in ran.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []
