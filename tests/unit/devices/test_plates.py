"""The plate-reading process: the real engine in a child that may hang, die, or find nothing installed."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from timeouts import scaled

from laneside.devices.plates import PlateProcess
from laneside.plates import PlateSight, PlatesSeen, PlatesUnread
from laneside.virtual.picture import draw_empty_lane, draw_vehicle

pytestmark = pytest.mark.process

CAR = draw_vehicle("甘A8K631", 0, 1, 7)
PATIENT_S = scaled(60.0)


@pytest.fixture(scope="module")
def process() -> Iterator[PlateProcess]:
    pytest.importorskip("onnxruntime", reason="needs the extra plates")
    process = PlateProcess(start_timeout_s=PATIENT_S, read_timeout_s=PATIENT_S)
    yield process
    process.end()


def texts(sight: PlateSight) -> list[str]:
    assert isinstance(sight, PlatesSeen)
    return [plate.reading.text for plate in sight.plates]


def test_a_plate_is_read_and_cut_out(process):
    assert process.start() == ""
    sight = process.read(CAR)
    assert isinstance(sight, PlatesSeen)
    assert (sight.width_px, sight.height_px) == (1280, 960)
    plate = sight.plates[0]
    assert (plate.reading.text, plate.reading.offered) == ("甘A8K631", True)
    assert plate.cut_out.startswith(b"\xff\xd8\xff")
    left, top, right, bottom = plate.reading.box
    assert 0 <= left < right <= sight.width_px
    assert 0 <= top < bottom <= sight.height_px


def test_garbage_is_a_typed_answer_and_the_worker_stays(process):
    assert process.read(CAR) != PlatesUnread(trouble="lost")
    before = process.pid
    for garbage in (b"", b"MZ", CAR[:1000]):
        assert process.read(garbage) == PlatesUnread(trouble="not-a-picture")
    assert process.pid == before
    assert texts(process.read(CAR))[0] == "甘A8K631"


def test_no_plate_is_an_empty_list(process):
    sight = process.read(draw_empty_lane(3))
    assert isinstance(sight, PlatesSeen)
    assert not [plate for plate in sight.plates if plate.reading.offered]


def test_a_worker_that_hangs_is_killed_in_time_and_the_next_photo_is_read(process):
    hasty = PlateProcess(start_timeout_s=PATIENT_S, read_timeout_s=0.5)
    assert hasty.start() == ""
    hung = hasty.pid
    assert hung is not None
    os.kill(hung, signal.SIGSTOP)
    begun = time.monotonic()
    assert hasty.read(CAR) == PlatesUnread(trouble="hung")
    assert time.monotonic() - begun < scaled(3.0)
    assert not Path(f"/proc/{hung}").exists()
    hasty._read_timeout_s = PATIENT_S
    assert texts(hasty.read(CAR))[0] == "甘A8K631"
    assert hasty.pid != hung
    hasty.end()


def test_a_worker_that_died_is_told_and_replaced(process):
    assert process.start() == ""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    assert process.read(CAR) == PlatesUnread(trouble="lost")
    assert texts(process.read(CAR))[0] == "甘A8K631"


def test_a_worker_ends_when_its_terminal_is_gone_in_the_middle_of_a_photo_too(process):
    orphan = PlateProcess(start_timeout_s=PATIENT_S)
    assert orphan.start() == ""
    child = orphan._child
    assert child is not None
    child._link.sendall(b'{"op": "hello", "timeout_s": 60}\n' * 3)
    child._link.close()
    assert child._process.wait(scaled(5)) == 0


def test_a_worker_ends_when_its_terminal_died_with_an_answer_unread():
    orphan = PlateProcess(start_timeout_s=PATIENT_S)
    assert orphan.start() == ""
    child = orphan._child
    assert child is not None
    child._link.sendall(b'{"op": "hello", "timeout_s": 60}\n')
    child._link.recv(1, socket.MSG_PEEK)
    child._link.close()
    assert child._process.wait(PATIENT_S) == 0


def test_reading_opens_no_other_connection_and_leaves_no_file_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("CI", "PYTEST_CURRENT_TEST", "ORT_DISABLE_TELEMETRY"):  # under tests some libraries keep quiet
        monkeypatch.delenv(name, raising=False)
    process = PlateProcess(start_timeout_s=PATIENT_S, read_timeout_s=PATIENT_S)
    try:
        assert texts(process.read(CAR))[0] == "甘A8K631"
        opened = [str(each.readlink()) for each in Path(f"/proc/{process.pid}/fd").iterdir()]
        assert len([name for name in opened if name.startswith("socket:")]) == 2, "twice the way to its parent"
    finally:
        process.end()
    assert list(tmp_path.iterdir()) == []


# --- without the engine


MISSING = (
    sys.executable,
    "-c",
    "import sys; sys.modules['cv2'] = None; from laneside.plates.worker import main; main()",
)
NO_WORKER = (sys.executable, "-c", "pass")
SLOW = (sys.executable, "-c", "import time; time.sleep(60)")


def test_what_is_not_installed_is_told_and_leaves_no_process():
    process = PlateProcess(MISSING, start_timeout_s=PATIENT_S)
    assert process.start() == "not-installed"
    assert process.read(CAR) == PlatesUnread(trouble="not-installed")
    assert process.pid is None


@pytest.mark.parametrize(("command", "trouble"), [(NO_WORKER, "lost"), (SLOW, "hung"), (("/nowhere/python",), "lost")])
def test_a_worker_that_does_not_come_up_is_told(command, trouble):
    process = PlateProcess(command, start_timeout_s=scaled(1.0))
    assert process.start() == trouble
    assert process.pid is None
