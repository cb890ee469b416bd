"""The loop: threads that the caller starts and stops; upload and download do not wait for each other."""

from __future__ import annotations

from threading import Event, Thread

import httpx2
from timeouts import scaled

from laneside.contract.parameters import DocumentKind
from laneside.sync.document_store import DocumentStore, Downloader
from laneside.sync.job import StepOutcome, StepResult, SupervisedJob, run
from laneside.sync.upload import DATA, Uploader


class Counted:
    def __init__(self, *waits):
        self.waits = list(waits)

    def step(self):
        return StepResult(outcome=StepOutcome.DONE, wait_s=self.waits.pop(0))


def test_the_loop_waits_as_long_as_the_step_says_and_ends_when_told():
    waited = []

    def wait(seconds):
        waited.append(seconds)
        return len(waited) == 3

    run(Counted(0.0, 1.5, 300.0, 7.0), wait)
    assert waited == [0.0, 1.5, 300.0]


def test_a_hanging_download_does_not_hold_the_records(
    agreement, journal, remote, folder, centre, identity, clock, bodies
):
    store = DocumentStore(folder, centre_key=centre.public_key, station_hex=identity.station_hex)
    centre.publish(DocumentKind.TARIFF, 1, bodies[DocumentKind.TARIFF](), clock.now())
    asked, let_go, stop = Event(), Event(), Event()

    def hang(request):
        if request.method == "GET":
            asked.set()
            assert let_go.wait(scaled(10))
            return httpx2.Response(504)
        return None

    centre.trouble = hang
    download = Thread(target=run, args=(Downloader(store, remote, clock=clock), stop.wait))
    download.start()
    try:
        assert asked.wait(scaled(10))
        journal.append("record", b"{}", subject="R1")
        uploader = Uploader(journal, remote, clock=clock, agreement=agreement, photo={}.get, kinds=DATA)
        run(uploader, lambda _seconds: journal.counts().records == 0)
        assert ("records", "R1") in centre.kept
        assert download.is_alive()
    finally:
        stop.set()
        let_go.set()
        download.join(scaled(10))
    assert not download.is_alive()


def test_a_defect_is_a_failure_with_growing_waits_until_a_step_goes_through(clock):
    defects = [TypeError("no datetime"), RecursionError("deep"), MemoryError()]
    seen = []

    class Faulty:
        def step(self):
            if defects:
                raise defects.pop(0)
            return StepResult(outcome=StepOutcome.DONE, wait_s=7.0)

    job = SupervisedJob(Faulty(), clock=clock, defect=seen.append)
    waits = []
    for trouble in ("TypeError: no datetime", "RecursionError: deep", "MemoryError: "):
        failed = job.step()
        assert (failed.outcome, failed.trouble, job.trouble) == (StepOutcome.FAILED, trouble, trouble)
        assert job.step().outcome is StepOutcome.IDLE, "it waits before it is tried again"
        waits.append(failed.wait_s)
        clock.sleep(failed.wait_s)
    assert waits == [1.0, 3.0, 5.0]
    assert [type(each) for each in seen] == [TypeError, RecursionError, MemoryError]
    assert (job.step(), job.trouble) == (StepResult(outcome=StepOutcome.DONE, wait_s=7.0), "")
