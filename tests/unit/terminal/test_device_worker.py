"""One job at the reader after the other, and what the PSAM reports meanwhile."""

from __future__ import annotations

from threading import Event

import pytest

from laneside.reader.port import PsamState
from laneside.terminal.device_worker import NOT_ASKED, DeviceWorker, PsamAccess, PsamReadiness

AUTHORISED = PsamState(present=True, authorised=True)
LOCKED = PsamState(present=True, authorised=False)
ABSENT = PsamState(present=False, authorised=False, trouble="no psam")


class Reader:
    """A reader whose PSAM says what a test wants."""

    def __init__(self):
        self.says = AUTHORISED

    def status(self):
        return self.says


@pytest.fixture
def defects():
    return []


@pytest.fixture
def worker(defects):
    worker = DeviceWorker(defect=defects.append)
    yield worker
    worker.close()


def test_jobs_run_one_after_the_other_and_a_defect_is_reported(worker, defects):
    done = []

    def fail():
        raise ZeroDivisionError("a defect")

    worker.queue(lambda: done.append(1))
    worker.finish(fail)
    assert worker.ask(lambda: (*done, 2)) == (1, 2)
    assert [str(defect) for defect in defects] == ["a defect"]


def test_while_the_reader_is_busy_the_psams_last_report_counts(worker):
    reader, go_on = Reader(), Event()
    psam = PsamAccess(reader, worker)
    worker.queue(go_on.wait)
    assert psam.report_within(0.01) is NOT_ASKED
    go_on.set()
    psam.poll()
    go_on.clear()
    worker.queue(go_on.wait)
    reader.says = LOCKED
    assert psam.report_within(0.01) is AUTHORISED
    go_on.set()
    assert psam.report_within(10) is LOCKED


def test_top_line_and_heartbeat_say_what_the_psam_last_reported(worker):
    reader = Reader()
    psam = PsamAccess(reader, worker)
    assert (psam.readiness, psam.authorised) == (PsamReadiness.UNKNOWN, None)
    for says, shown, told in (
        (AUTHORISED, PsamReadiness.READY, True),
        (LOCKED, PsamReadiness.UNAUTHORISED, False),
        (ABSENT, PsamReadiness.ABSENT, None),
    ):
        reader.says = says
        psam.poll()
        assert (psam.readiness, psam.authorised) == (shown, told)
