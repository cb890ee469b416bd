"""What is at the centre, what is in the journal, and when the next try comes."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing

import httpx2
import msgspec
import pytest

from laneside.contract.exchange import Receipt, Refusal, Stored
from laneside.contract.signing import canonical, parse
from laneside.errors import JournalError
from laneside.journal.entry import Delivery, Outgoing
from laneside.sync.job import StepOutcome
from laneside.sync.upload import DATA, PHOTOS, CentreRefusal, Uploader

JPEG = b"\xff\xd8 a picture \xff\xd9"
SHA256 = hashlib.sha256(JPEG).hexdigest()


@pytest.fixture
def photos():
    return {SHA256: JPEG}


@pytest.fixture
def data(agreement, journal, remote, clock, photos):
    return Uploader(journal, remote, clock=clock, agreement=agreement, photo=photos.get, kinds=DATA)


@pytest.fixture
def pictures(agreement, journal, remote, clock, photos):
    return Uploader(journal, remote, clock=clock, agreement=agreement, photo=photos.get, kinds=PHOTOS)


def rows(path, query):
    with closing(sqlite3.connect(path)) as other:
        return other.execute(query).fetchall()


def drain(uploader, clock, *, steps=50):
    """Step as ``run`` does, but let the hand-turned clock take the waits; return the subjects in the order sent."""
    order = []
    for _ in range(steps):
        step = uploader.step()
        order += [step.subject] if step.outcome in {StepOutcome.DONE, StepOutcome.REFUSED} else []
        if step.outcome is StepOutcome.IDLE and not uploader.backoff.trouble:
            break
        clock.sleep(step.wait_s)
    return order


def no(code):
    return httpx2.Response(422, content=canonical(Refusal(code=code, text="不收", remedy="核查")))


def test_a_record_is_at_the_centre_and_its_receipt_in_the_journal(journal, data, centre, journal_path):
    journal.append("record", b'{"record":1}', passage="p-1", subject="R1")
    step = data.step()
    assert (step.outcome, step.subject) == (StepOutcome.DONE, "R1")
    assert centre.kept == {("records", "R1"): b'{"record":1}'}
    ((kind, settles, passage, payload),) = rows(
        journal_path, "SELECT kind, settles, passage, payload FROM entry WHERE seq = 2"
    )
    assert (kind, settles, passage) == ("receipt", "record", "p-1")
    assert parse(payload, Receipt).stored is Stored.CREATED
    assert data.step().outcome is StepOutcome.IDLE


def test_records_go_before_events_before_images(journal, data, centre, clock):
    for kind, subject in (("image", "X1"), ("event", "E1"), ("record", "R1"), ("image", "X2"), ("record", "R2")):
        journal.append(kind, b"{}", subject=subject)
    journal.append("photo", b"{}", subject=SHA256)
    assert drain(data, clock) == ["R1", "R2", "E1", "X1", "X2"]
    assert journal.counts().photos == 1
    assert ("photos", SHA256) not in centre.kept


def test_a_photo_is_sent_as_the_file_and_not_as_its_entry(journal, pictures, centre):
    journal.append("photo", b'{"sha256":"..."}', subject=SHA256)
    journal.append("record", b"{}", subject="R1")
    assert pictures.step().subject == SHA256
    assert centre.kept == {("photos", SHA256): JPEG}
    assert pictures.step().outcome is StepOutcome.IDLE
    assert journal.counts().records == 1


@pytest.mark.parametrize("there", [None, b"\xff\xd8 damaged"])
def test_a_photo_that_is_lost_on_the_device_is_refused_here_and_blocks_nobody(journal, pictures, centre, photos, there):
    lost = "0" * 64
    photos[lost] = there
    journal.append("photo", b"{}", subject=lost)
    journal.append("photo", b"{}", subject=SHA256)
    assert pictures.step().outcome is StepOutcome.REFUSED
    assert pictures.step().outcome is StepOutcome.DONE
    assert set(centre.kept) == {("photos", SHA256)}
    assert journal.delivery(Outgoing.PHOTO, lost) is Delivery.REFUSED


def test_a_disk_that_fails_while_a_photo_is_read_is_a_failure_and_no_loss(agreement, journal, remote, clock):
    def broken(_sha256):
        raise OSError(5, "Input/output error")

    uploader = Uploader(journal, remote, clock=clock, agreement=agreement, photo=broken, kinds=PHOTOS)
    journal.append("photo", b"{}", subject=SHA256)
    assert uploader.step().outcome is StepOutcome.FAILED
    assert journal.counts().photos == 1


def test_a_lost_reply_ends_in_one_row_and_one_receipt(journal, data, centre, clock):
    journal.append("record", b"{}", subject="R1")
    real = centre.take

    def lossy(*what):
        real(*what)
        centre.take = real
        raise httpx2.ReadTimeout("the answer is lost")

    centre.take = lossy
    assert data.step().outcome is StepOutcome.FAILED
    assert journal.counts().records == 1
    assert drain(data, clock) == ["R1"]
    assert parse(journal.latest("receipt").payload, Receipt).stored is Stored.EXISTS
    assert len(centre.kept) == 1


def test_a_refused_item_is_kept_with_the_centres_words_and_the_next_one_goes(journal, data, centre, clock):
    for subject in ("R1", "R2", "R3"):
        journal.append("record", b"{}", passage="p-1", subject=subject)
    centre.says = lambda request: no("contract") if request.url.path.endswith("R2") else None
    assert drain(data, clock) == ["R1", "R2", "R3"]
    assert set(centre.kept) == {("records", "R1"), ("records", "R3")}
    refused = journal.latest("centre-refusal")
    assert (refused.subject, refused.settles) == ("R2", "record")
    assert parse(refused.payload, CentreRefusal) == CentreRefusal(code="contract", text="不收", remedy="核查")
    assert parse(refused.payload, Refusal).code == "contract"
    assert journal.counts().refused == 1


def test_a_conflict_is_kept_with_the_signed_receipt(journal, data, centre):
    centre.kept["records", "R1"] = b"something else"
    journal.append("record", b"{}", subject="R1")
    assert data.step().outcome is StepOutcome.REFUSED
    kept = parse(journal.latest("centre-refusal").payload, CentreRefusal)
    assert kept.code == "conflict"
    assert kept.receipt is not None
    assert kept.receipt.stored is Stored.CONFLICT
    assert journal.counts().records == 0


@pytest.mark.parametrize("change", [{"terminal_id": "T2"}, {"subject": "R2"}, {"digest": "0" * 64}])
def test_nothing_leaves_the_queue_on_a_receipt_for_something_else(journal, data, centre, clock, change):
    journal.append("record", b"{}", subject="R1")
    centre.forge = lambda receipt: centre.signed(msgspec.structs.replace(receipt, **change))
    for _ in range(3):
        clock.sleep(data.step().wait_s)
    assert journal.counts().records == 1
    assert journal.head().seq == 1
    centre.forge = None
    assert drain(data, clock) == ["R1"]


def test_the_waits_grow_by_two_seconds_up_to_five_minutes_and_never_end(journal, data, centre, clock):
    journal.append("record", b"{}", subject="R1")
    centre.trouble = lambda _request: httpx2.Response(502, content=b"<html>")
    waits = []
    for _ in range(160):
        step = data.step()
        assert step.outcome is StepOutcome.FAILED
        waits.append(step.wait_s)
        clock.sleep(step.wait_s)
    assert waits[:4] == [1, 3, 5, 7]
    assert waits[-8:] == [300] * 8
    assert max(waits) == 300
    centre.trouble = None
    assert data.step().outcome is StepOutcome.DONE
    assert data.backoff.trouble == ""
    assert data.backoff.reached_s == clock.monotonic_s()


def test_nothing_is_sent_before_it_is_due(journal, data, centre, clock):
    journal.append("record", b"{}", subject="R1")
    centre.trouble = lambda _request: httpx2.Response(502, content=b"")
    data.step()
    asked = len(centre.requests)
    clock.sleep(0.4)
    step = data.step()
    assert (step.outcome, step.wait_s) == (StepOutcome.IDLE, pytest.approx(0.6))
    assert "502" in step.trouble
    assert len(centre.requests) == asked


def test_one_item_that_the_centre_chokes_on_blocks_nobody(journal, data, centre, clock):
    for subject in ("R1", "R2", "R3"):
        journal.append("record", b"{}", subject=subject)
    journal.append("event", b"{}", subject="E1")
    centre.trouble = lambda request: httpx2.Response(500) if request.url.path.endswith("R1") else None
    order = drain(data, clock, steps=12)
    assert order == ["R2", "R3", "E1"]
    assert journal.counts().records == 1
    centre.trouble = None
    assert drain(data, clock) == ["R1"]


def test_a_long_outage_of_a_long_queue_loses_nothing(journal, data, centre, clock):
    subjects = [f"R{number:03d}" for number in range(50)]
    for subject in subjects:
        journal.append("record", b"{}", subject=subject)
    centre.trouble = lambda _request: httpx2.Response(503)
    for _ in range(70):
        clock.sleep(data.step().wait_s)
    centre.trouble = None
    assert sorted(drain(data, clock, steps=80)) == subjects
    assert journal.counts().unsent == 0
    assert {subject for _, subject in centre.kept} == set(subjects)


def test_a_revoked_terminal_keeps_its_whole_queue(journal, data, centre, clock):
    for subject in ("R1", "R2"):
        journal.append("record", b"{}", subject=subject)
    refusal = canonical(Refusal(code="revoked", text="终端密钥已注销"))
    centre.says = lambda _request: httpx2.Response(401, content=refusal)
    for _ in range(6):
        clock.sleep(data.step().wait_s)
    assert journal.counts().records == 2
    assert journal.counts().refused == 0
    assert "revoked" in data.backoff.trouble


def test_photos_and_data_have_patience_of_their_own(journal, data, pictures, centre, clock):
    journal.append("photo", b"{}", subject=SHA256)
    journal.append("record", b"{}", subject="R1")
    centre.trouble = lambda request: httpx2.Response(503) if "/photos/" in request.url.path else None
    assert pictures.step().outcome is StepOutcome.FAILED
    assert data.step().outcome is StepOutcome.DONE
    centre.trouble = None
    assert drain(pictures, clock) == [SHA256]


def test_a_journal_that_fails_is_told_and_the_item_stays(journal, data, journal_path, clock):
    journal.append("record", b"{}", subject="R1")
    with closing(sqlite3.connect(journal_path, isolation_level=None)) as other:
        journal._connection.execute("PRAGMA busy_timeout = 0")
        other.execute("BEGIN IMMEDIATE")
        step = data.step()
        other.execute("ROLLBACK")
    assert step.outcome is StepOutcome.FAILED
    assert "locked" in step.trouble
    assert drain(data, clock) == ["R1"]
    assert parse(journal.latest("receipt").payload, Receipt).stored is Stored.EXISTS


def changed(journal_path, seq, payload):
    """Change an entry on the disk, past the journal's own guards."""
    with closing(sqlite3.connect(journal_path)) as other:
        other.executescript("DROP TRIGGER entry_never_changes")
        other.execute("UPDATE entry SET payload = ? WHERE seq = ?", (payload, seq))
        other.commit()


def test_an_entry_that_was_changed_on_the_disk_never_leaves_and_holds_up_no_other(
    data, centre, journal, journal_path, clock
):
    for subject in ("R1", "R2", "R3"):
        journal.append("record", f"body of {subject}".encode(), subject=subject)
    changed(journal_path, 2, b"another fee")
    for _ in range(20):
        data.step()
        clock.sleep(60)
    assert sorted(subject for _, subject in centre.kept) == ["R1", "R3"]
    assert journal.delivery(Outgoing.RECORD, "R2") is Delivery.WAITING
    assert "entry 2" in journal.damage


def test_the_newest_entries_are_read_before_the_first_debit(journal, journal_path, clock):
    for number in range(5):
        journal.append("step", b"%d" % number)
    journal.check_tail(2000)
    assert journal.damage == ""
    changed(journal_path, 3, b"x")
    journal.check_tail(1)
    assert journal.damage == "", "only the newest are read"
    journal.check_tail(2000)
    assert "entry 3" in journal.damage


@pytest.mark.parametrize("gone", [1, 2])
def test_an_entry_that_is_missing_is_damage_and_no_defect(journal, journal_path, gone):
    for number in range(2):
        journal.append("step", b"%d" % number)
    with closing(sqlite3.connect(journal_path)) as other:
        other.executescript(f"DROP TRIGGER entry_never_leaves; DELETE FROM entry WHERE seq = {gone}")
    with pytest.raises(JournalError, match="entry 2"):
        journal.check_entry(2)
    assert "entry 2" in journal.damage


def test_the_first_entry_follows_nothing(journal):
    journal.append("step", b"")
    journal.check_entry(1)
    assert journal.damage == ""
