"""A real terminal and its plate-reading process: when there is one, what a kill leaves, and what goes on without it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from street import LANE, Json, Street, street
from timeouts import until

from laneside.cli.browserless import Browserless

pytestmark = [pytest.mark.process]
SECONDS = 60.0


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    pytest.importorskip("onnxruntime", reason="needs the extra plates")
    with street(tmp_path_factory.mktemp("street"), duplicate_window_s=0) as running:
        yield running


def workers(lane: Street) -> list[int]:
    """Find the plate-reading children of the terminal."""
    tasks = Path(f"/proc/{lane.fleet.terminal.child.pid}/task").glob("*/children")
    children = [int(pid) for task in tasks for pid in task.read_text(encoding="ascii").split()]
    return [pid for pid in children if b"laneside.plates.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def arrived(lane: Street, collector: Browserless, name: str = "car-sm4") -> None:
    lane.arrive(name)
    collector.post("/linkage", lane_hex=LANE)
    collector.act("read")


def picture(collector: Browserless) -> Json:
    view = collector.view()
    assert view is not None
    found: Json = view["picture"]
    return found


def reading_becomes(collector: Browserless, sight: str) -> bool:
    return until(lambda: (picture(collector)["reading"] or {}).get("sight") == sight, within_s=SECONDS)


def leave(collector: Browserless) -> None:
    collector.act("transfer", reason="测试结束")
    collector.act("leave")


def test_the_process_comes_with_the_first_vehicle_and_not_with_the_terminal(lane):
    with lane.collector() as collector:
        assert workers(lane) == []
        arrived(lane, collector)
        assert until(lambda: len(workers(lane)) == 1, within_s=SECONDS)
        collector.photo(collector.picture(), live=True)
        assert reading_becomes(collector, "found")
        assert (picture(collector)["plate"], picture(collector)["colour"]) == ("甘A8K631", 0)
        leave(collector)


def test_a_terminal_that_is_killed_while_a_plate_is_read_reads_it_again(lane):
    with lane.collector() as collector:
        arrived(lane, collector)
        assert until(lambda: len(workers(lane)) == 1, within_s=SECONDS)
        (stopped,) = workers(lane)
        os.kill(stopped, signal.SIGSTOP)
        collector.photo(collector.picture(), live=True)
        assert picture(collector)["reading"]["sight"] == "reading"
    lane.kill("terminal")
    os.kill(stopped, signal.SIGKILL)
    lane.fleet.start_terminal()
    with lane.collector() as collector:
        assert reading_becomes(collector, "found")
        assert picture(collector)["plate"] == "甘A8K631"
        leave(collector)


def test_a_process_that_hangs_is_killed_and_the_vehicle_goes_on_by_hand(lane):
    with lane.collector() as collector:
        arrived(lane, collector)
        collector.photo(collector.picture(), live=True)
        assert reading_becomes(collector, "found"), "its models are loaded: one that hangs before is started again"
        (hung,) = workers(lane)
        os.kill(hung, signal.SIGSTOP)
        collector.photo(collector.picture(), live=True)
        assert reading_becomes(collector, "failed")
        assert "超时" in picture(collector)["reading"]["said"]["zh"]
        assert not Path(f"/proc/{hung}").exists()
        view = collector.act("picture", plate="甘A8K631", colour="0")
        assert "quote" in view["actions"]
        collector.photo(collector.picture(), live=True)
        assert reading_becomes(collector, "found")
        leave(collector)


def test_a_checkup_says_that_plates_can_be_read(lane):
    with lane.collector() as collector:
        items = collector.fetch("/check", {"accept": "application/json"}).json()["items"]
    (line,) = [item for item in items if item["name"] == "plates"]
    assert (line["level"], line["value"]["zh"]) == ("ok", "可用")
