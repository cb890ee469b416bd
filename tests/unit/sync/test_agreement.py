"""A centre that was put back to an older state is offered again what it lost, and nothing is lost or kept twice."""

from __future__ import annotations

import hashlib

import httpx2
import pytest

from laneside.journal.entry import STORE_AGREED, STORE_DIFFERS, Delivery, Outgoing
from laneside.sync.agreement import Agreement, AgreementJob
from laneside.sync.centre_client import CentreClient
from laneside.sync.job import StepOutcome
from laneside.sync.upload import DATA, PHOTOS, Uploader

JPEG = b"\xff\xd8\xff a car"
SHA256 = hashlib.sha256(JPEG).hexdigest()


@pytest.fixture
def photos():
    return {SHA256: JPEG}


class Terminal:
    """The jobs of one running terminal over a journal; a restart makes new ones."""

    def __init__(self, journal, link, identity, clock, photos):
        self.journal, self.clock = journal, clock
        self.agreement = Agreement(journal)
        centre = CentreClient(link, identity, clock=clock, items=self.agreement)
        self.uploaders = [
            Uploader(journal, centre, clock=clock, agreement=self.agreement, photo=photos.get, kinds=kinds)
            for kinds in (DATA, PHOTOS)
        ]
        self.job = AgreementJob(self.agreement, journal, centre, clock=clock, has_photo=photos.__contains__)

    def works(self, steps=40):
        """Let all jobs go on until nothing waits, as the clock goes on."""
        for _ in range(steps):
            for job in (*self.uploaders, self.job):
                job.step()
            self.clock.sleep(10)


@pytest.fixture
def start(journal, link, identity, clock, photos):
    return lambda: Terminal(journal, link, identity, clock, photos)


def wrote(journal, *subjects):
    for subject in subjects:
        journal.append("record", f"body of {subject}".encode(), subject=subject)


def records(centre):
    return sorted(subject for shelf, subject in centre.kept if shelf == "records")


def test_what_a_restored_centre_lost_is_offered_again(start, centre, journal):
    terminal = start()
    wrote(journal, "R1", "R2")
    journal.append("photo", b"{}", subject=SHA256)
    terminal.works()
    wrote(journal, "R3", "R4")
    terminal.works()
    assert len(centre.chain) == 5
    centre.put_back(1)
    terminal.works()
    assert records(centre) == ["R1", "R2", "R3", "R4"]
    assert ("photos", SHA256) in centre.kept
    assert journal.counts().unsent == 0
    assert len(journal.of_kind(STORE_DIFFERS)) == len(journal.of_kind(STORE_AGREED)) == 1
    assert terminal.agreement.known() == f"5 {centre.chain[-1]}"


def test_an_upload_that_is_taken_before_the_disagreement_is_seen_hides_nothing(start, centre, journal):
    terminal = start()
    wrote(journal, "R1", "R2", "R3")
    terminal.works()
    centre.put_back(0)
    wrote(journal, "R4")
    terminal.uploaders[0].step()
    assert terminal.agreement.differs
    assert terminal.uploaders[0].step().outcome is StepOutcome.IDLE, "nothing more before they agree"
    terminal.works()
    assert records(centre) == ["R1", "R2", "R3", "R4"]


@pytest.mark.parametrize("kept", range(4))
def test_a_restart_at_any_time_goes_on_with_the_same_disagreement(start, centre, journal, kept):
    terminal = start()
    wrote(journal, "R1", "R2", "R3")
    terminal.works()
    centre.put_back(kept)
    wrote(journal, "R4", "R5")
    terminal.uploaders[0].step()
    terminal = start()
    assert terminal.agreement.differs is (kept < 3)
    centre.trouble = lambda _request: httpx2.Response(503)
    terminal.works(3)
    terminal = start()
    centre.trouble = None
    terminal.works()
    assert records(centre) == ["R1", "R2", "R3", "R4", "R5"]
    terminal = start()
    assert not terminal.agreement.differs
    assert terminal.agreement.known() == f"5 {centre.chain[-1]}"


def test_three_generations(start, centre, journal):
    terminal = start()
    for number in range(1, 4):
        wrote(journal, f"R{number}a", f"R{number}b")
        terminal.works()
        centre.put_back(number - 1)
        terminal.works()
    centre.put_back(0)
    terminal.works()
    assert records(centre) == ["R1a", "R1b", "R2a", "R2b", "R3a", "R3b"]
    assert journal.counts().unsent == 0


def test_the_last_receipt_is_the_evidence(start, centre, journal):
    terminal = start()
    wrote(journal, "R1", "R2")
    terminal.works()
    chain = centre.chain[-1]
    centre.put_back(0)
    terminal.works()
    (evidence,) = centre.evidence
    assert (evidence["receipt"]["subject"], evidence["receipt"]["place"]["chain"]) == ("R2", chain)


def test_a_photo_that_is_no_longer_there_is_not_offered(start, centre, journal, photos):
    terminal = start()
    journal.append("photo", b"{}", subject=SHA256)
    wrote(journal, "R1")
    terminal.works()
    photos.clear()
    centre.put_back(0)
    terminal.works()
    assert set(centre.kept) == {("records", "R1")}
    assert (journal.counts().unsent, journal.counts().refused) == (0, 0)


def test_while_it_is_offered_again_it_counts_as_waiting(start, centre, journal):
    terminal = start()
    wrote(journal, "R1")
    terminal.works()
    assert journal.delivery(Outgoing.RECORD, "R1") is Delivery.RECEIVED
    centre.put_back(0)
    terminal.job.step()
    for _ in range(60):
        terminal.clock.sleep(2)
        terminal.job.step()
        if not terminal.agreement.differs and journal.of_kind(STORE_AGREED):
            break
    assert journal.delivery(Outgoing.RECORD, "R1") is Delivery.WAITING
    assert journal.counts().records == 1
    terminal.works()
    assert journal.delivery(Outgoing.RECORD, "R1") is Delivery.RECEIVED


def test_receipts_of_older_software_are_offered_once_and_then_have_their_places(start, centre, journal, clock):
    wrote(journal, "R1", "R2")
    for subject in ("R1", "R2"):
        plain = b'{"at":"2026-06-01T00:00:00Z","digest":"00","stored":"created","subject":"R","terminalId":"T1"}'
        journal.settle(subject, plain, kind=Outgoing.RECORD)
        centre.kept["records", subject] = f"body of {subject}".encode()
    terminal = start()
    assert terminal.agreement.differs
    terminal.works()
    assert terminal.agreement.known() == f"2 {centre.chain[-1]}"
    assert centre.requests.count("PUT /api/v1/records/R1") == 1
    assert not start().agreement.differs


def test_nothing_is_offered_again_because_the_centre_can_not_be_reached(start, centre, journal):
    terminal = start()
    wrote(journal, "R1")
    terminal.works()
    centre.trouble = lambda _request: httpx2.Response(200, content=b"{}")
    terminal.works()
    assert not terminal.agreement.differs
    assert terminal.job.backoff.trouble
    assert journal.of_kind(STORE_DIFFERS) == ()


def test_a_minute_in_which_nothing_was_asked_is_no_contact(start, centre, clock):
    job = start().job
    job.step()
    reached_s = job.backoff.reached_s
    centre.trouble = lambda _request: httpx2.Response(503)
    for _ in range(30):
        clock.sleep(1)
        job.step()
    assert job.backoff.reached_s == reached_s, "the top line would say that the centre is there"
