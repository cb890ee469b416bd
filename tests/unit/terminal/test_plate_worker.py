"""The thread before the plate-reading process: one photo after the other, the newest first."""

from __future__ import annotations

import sys
import threading
import time

import pytest
from timeouts import scaled

from laneside.devices.plates import PlateProcess
from laneside.plates import PlateSight, PlatesSeen, PlatesUnread
from laneside.terminal.plate_worker import BUSY, PlateWorker

PATIENT_S = scaled(60.0)
MISSING = (
    sys.executable,
    "-c",
    "import sys; sys.modules['cv2'] = None; from laneside.plates.worker import main; main()",
)
SLOW = (sys.executable, "-c", "import time; time.sleep(60)")
NOTHING = PlatesSeen(plates=(), width_px=1, height_px=1)


class Told:
    """Collects what a plate worker answers."""

    def __init__(self) -> None:
        self.sights: list[PlateSight] = []
        self.came = threading.Event()

    def __call__(self, sight: PlateSight) -> None:
        self.sights.append(sight)
        self.came.set()


class HeldProcess:
    """A process that reads nothing before it is let go."""

    def __init__(self) -> None:
        self.photos: list[bytes] = []
        self.let_go = threading.Event()

    def start(self) -> str:
        assert self.let_go.wait(PATIENT_S)
        return ""

    def read(self, photo: bytes) -> PlateSight:
        self.photos.append(photo)
        return NOTHING

    def kill(self) -> None:
        pass

    end = kill


def no_defect(error: BaseException) -> None:
    raise AssertionError from error


def test_of_several_photos_that_wait_only_the_newest_is_read():
    process = HeldProcess()
    worker, older, newest = PlateWorker(process, defect=no_defect), Told(), Told()
    worker.warm()
    for _ in range(3):
        worker.read(b"older", older)
    worker.read(b"newest", newest)
    process.let_go.set()
    assert newest.came.wait(PATIENT_S)
    worker.close()
    assert (process.photos, newest.sights, older.sights) == ([b"newest"], [NOTHING], [])


def test_what_a_receiver_raises_is_reported_and_the_next_photo_is_read():
    process, defects, told = HeldProcess(), [], Told()
    process.let_go.set()
    worker = PlateWorker(process, defect=defects.append)

    def fails(_sight: PlateSight) -> None:
        raise ZeroDivisionError("a defect")

    worker.read(b"one", fails)
    assert worker.trouble(PATIENT_S) == "", "its turn comes after the photo's"
    worker.read(b"two", told)
    assert told.came.wait(PATIENT_S)
    worker.close()
    assert [str(defect) for defect in defects] == ["a defect"]
    assert told.sights == [NOTHING]


@pytest.mark.process
def test_not_installed_is_answered_once_and_then_no_one_need_ask():
    worker, told = PlateWorker(PlateProcess(MISSING, start_timeout_s=PATIENT_S), defect=no_defect), Told()
    assert worker.available
    worker.read(b"a photo", told)
    assert told.came.wait(PATIENT_S)
    assert (told.sights, worker.available) == ([PlatesUnread(trouble="not-installed")], False)
    assert worker.trouble(PATIENT_S) == "not-installed"
    worker.close()


@pytest.mark.process
def test_closing_ends_a_worker_that_is_busy_and_answers_nothing():
    worker, told = PlateWorker(PlateProcess(SLOW, start_timeout_s=PATIENT_S), defect=no_defect), Told()
    worker.read(b"a photo", told)
    assert worker.trouble(0.5) == BUSY
    begun = time.monotonic()
    worker.close()
    assert time.monotonic() - begun < scaled(5.0)
    assert told.sights == []
