"""What the file has after an append, what it refuses, what the chain shows, and what waits for the centre."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from laneside.errors import JournalError
from laneside.journal import schema
from laneside.journal.entry import CENTRE_REFUSAL, RECEIPT, Counts, Delivery, Draft, Head, Outgoing
from laneside.journal.journal import Journal


def rows(path, query="SELECT seq, kind, passage, subject, settles, at, payload, hash FROM entry ORDER BY seq"):
    with closing(sqlite3.connect(path)) as other:
        return other.execute(query).fetchall()


def tampered(path, *statements):
    """Change the file as a person with a database tool would who knows of the triggers."""
    with closing(sqlite3.connect(path)) as other:
        for (trigger,) in other.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            other.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            other.execute(statement)
        other.commit()


def five(journal):
    for number in range(1, 6):
        journal.append("step", b"payload %d" % number, passage="p-1")


def test_another_connection_sees_the_entry_when_append_returns(journal, path):
    entry = journal.append("opened", b"now", passage="p-1")
    assert rows(path, "SELECT seq, payload FROM entry") == [(entry.seq, b"now")]


def test_an_entry_reads_back_as_it_was_written(journal, clock):
    written = journal.append("opened", bytes(range(256)), passage="出口", subject="京A12345_0")
    assert journal.entries("出口") == (written,)
    assert journal.of_subject("京A12345_0") == (written,)
    assert journal.latest("opened") == written
    assert journal.latest("closed") is None
    assert written.at == clock.at


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET payload = x'00' WHERE seq = 2",
        "DELETE FROM entry WHERE seq = 5",
        "INSERT INTO entry VALUES (7, 'k', '', '', '', 't', x'', zeroblob(32))",
        "INSERT OR REPLACE INTO entry VALUES (2, 'k', '', '', '', 't', x'', zeroblob(32))",
        "INSERT INTO entry VALUES (6, 'k', '', '', '', 't', 'text', zeroblob(32))",
    ],
)
def test_the_table_refuses_everything_but_the_next_entry(journal, path, statement):
    five(journal)
    before = rows(path)
    with closing(sqlite3.connect(path)) as other, pytest.raises(sqlite3.IntegrityError):
        other.execute(statement)
    assert rows(path) == before
    journal.verify()


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (("UPDATE entry SET payload = x'00' WHERE seq = 3",), "entry 3 "),
        (("UPDATE entry SET at = '2026-07-01T07:59:59.000000+00:00' WHERE seq = 2",), "entry 2 "),
        (("UPDATE entry SET at = 'yesterday' WHERE seq = 2",), "entry 2 "),
        (("UPDATE entry SET passage = 'p-2' WHERE seq = 5",), "entry 5 "),
        (("UPDATE entry SET hash = zeroblob(32) WHERE seq = 4",), "entry 4 "),
        (("DELETE FROM entry WHERE seq = 3",), "entry 3 is missing"),
        (("DELETE FROM entry WHERE seq = 1",), "entry 1 is missing"),
        (
            ("DELETE FROM entry WHERE seq = 3", "UPDATE entry SET seq = seq - 1 WHERE seq > 3"),
            "entry 3 ",
        ),
    ],
)
def test_verify_names_the_first_entry_that_was_touched(journal, path, statements, named):
    five(journal)
    tampered(path, *statements)
    with pytest.raises(JournalError, match=named):
        journal.verify()


def test_a_cut_tail_shows_against_a_head_that_was_reported(journal, path):
    five(journal)
    reported = journal.head()
    tampered(path, "DELETE FROM entry WHERE seq > 3")
    journal.verify()
    with pytest.raises(JournalError, match="ends at entry 3, but entry 5"):
        journal.verify(reported)
    for number in range(3):
        journal.append("step", b"another %d" % number)
    with pytest.raises(JournalError, match="entry 5 of the journal is another"):
        journal.verify(reported)


def test_several_entries_are_written_all_or_none(journal, path):
    journal.append("record", b"{}", subject="R1")
    with pytest.raises(JournalError):
        journal.append_all((Draft(kind="sealed", payload=b""), Draft(kind="record", payload=b"{}", subject="R1")))
    assert len(rows(path)) == 1
    journal.append_all((Draft(kind="sealed", payload=b""), Draft(kind="record", payload=b"{}", subject="R2")))
    assert [row[1] for row in rows(path)] == ["record", "sealed", "record"]


def test_a_record_is_sealed_once(journal, path):
    journal.append("record", b"first", subject="R1")
    with pytest.raises(JournalError, match="UNIQUE"):
        journal.append("record", b"second", subject="R1")
    assert [row[6] for row in rows(path)] == [b"first"]


def test_an_empty_journal_has_a_head_of_zeros(journal):
    assert journal.head() == Head(seq=0, hash=bytes(32))
    journal.verify()


def test_the_head_is_signed_for_this_terminal(journal):
    key = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\x07")
    journal.append("step", b"")
    head = journal.signed_head(key.sign)
    message = f"laneside-journal-head-1\nT62010A0B01\n1\n{journal.head().hash.hex()}".encode()
    key.public_key().verify(head.signature, message)
    assert (head.seq, head.hash_hex) == (1, journal.head().hash.hex())


def test_eight_threads_leave_one_chain_without_a_gap(journal, path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: journal.append("step", b"%d" % number), range(80)))
    assert [row[0] for row in rows(path)] == list(range(1, 81))
    assert {row[6] for row in rows(path)} == {b"%d" % number for number in range(80)}
    journal.verify()


def test_two_journals_on_one_file_share_the_chain(journal, path, clock):
    with closing(sqlite3.connect(path, check_same_thread=False)) as other:
        schema.prepare(other)
        second = Journal(other, clock=clock, terminal_id="T62010A0B01")
        for number in range(6):
            (journal, second)[number % 2].append("step", b"%d" % number)
        second.verify()
    assert [row[0] for row in rows(path)] == [1, 2, 3, 4, 5, 6]


def test_a_full_disk_is_a_journal_error_with_nothing_half_written(journal, connection, path):
    five(journal)
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    before = rows(path)
    drafts = [Draft(kind="step", payload=bytes(4000)) for _ in range(8)]
    with pytest.raises(JournalError, match="full"):
        journal.append_all(drafts)
    assert rows(path) == before
    connection.execute("PRAGMA max_page_count = 100000")
    journal.append_all(drafts)
    assert len(rows(path)) == 13
    journal.verify()


def test_a_closed_connection_is_a_journal_error(path, clock):
    connection = sqlite3.connect(path, check_same_thread=False)
    schema.prepare(connection)
    journal = Journal(connection, clock=clock, terminal_id="T")
    connection.close()
    for ask in (journal.head, journal.counts, journal.verify, lambda: journal.append("step", b"")):
        with pytest.raises(JournalError):
            ask()


def test_a_clock_that_fails_leaves_no_transaction_open(journal, connection, clock, monkeypatch, path):
    five(journal)

    def broken():
        raise RuntimeError("no clock")

    monkeypatch.setattr(clock, "now", broken)
    with pytest.raises(RuntimeError):
        journal.append("step", b"")
    monkeypatch.undo()
    assert not connection.in_transaction
    assert journal.append("step", b"").seq == 6


def test_reading_by_kind_number_and_time(journal, clock):
    five(journal)
    clock.at += timedelta(minutes=1)
    late = journal.append("step", b"late")
    journal.append("other", b"")
    assert [entry.seq for entry in journal.of_kind("step")] == [1, 2, 3, 4, 5, 6]
    assert journal.of_kind("step", since=clock.at) == (late,)
    assert [entry.seq for entry in journal.since(2, 3)] == [3, 4, 5]
    assert journal.entries("") == ()


def test_the_highest_subject_under_a_prefix(journal):
    for subject in ("L1-08-000002", "L1-08-000010", "L1-09-000001", "L10-08-000099"):
        journal.append("record", b"", subject=subject)
    journal.append("image", b"", subject="L1-08-000500")
    assert journal.highest_subject("record", "L1-08-") == "L1-08-000010"
    assert journal.highest_subject("record", "L2") is None


def test_what_has_no_answer_yet(journal):
    journal.append("intent", b"", subject="R1")
    journal.append("intent", b"", subject="R2")
    assert [entry.subject for entry in journal.unanswered("intent", ("settled",))] == ["R1", "R2"]
    journal.append("settled", b"", subject="R1")
    journal.append("intent", b"", subject="R3")
    assert [entry.subject for entry in journal.unanswered("intent", ("settled",))] == ["R2", "R3"]
    journal.append("settled", b"", subject="R3")
    journal.append("settled", b"", subject="R2")
    assert journal.unanswered("intent", ("settled",)) == ()
    journal.append("intent", b"", subject="R4")
    assert [entry.subject for entry in journal.unanswered("intent", ("settled",))] == ["R4"]


def test_the_tail_is_walked_from_the_entry_before_it(journal):
    for number in range(10):
        journal.append("note", b"%d" % number)
    assert [journal.verify_tail(count) for count in (1, 4, 9, 10, 11, 500)] == [1, 4, 9, 10, 10, 10]


# --- the outbox: what waits for the centre, what left the queue and why


def fill(journal):
    journal.append("photo", b'{"sha256":"ab"}', passage="p-1", subject="ab")
    journal.append("image", b"image", passage="p-1", subject="X1")
    journal.append("intent", b"intent", passage="p-1", subject="X1")
    journal.append("record", b"record", passage="p-1", subject="X1")
    journal.append("event", b"event", passage="p-2", subject="E1")


def waiting(journal, *kinds):
    return [(item.kind, item.subject) for item in journal.outbox(10, kinds=kinds or tuple(Outgoing))]


def test_the_outbox_holds_what_the_centre_must_have_in_the_order_written(journal):
    fill(journal)
    assert waiting(journal) == [("photo", "ab"), ("image", "X1"), ("record", "X1"), ("event", "E1")]
    assert [item.seq for item in journal.outbox(2)] == [1, 2]
    assert waiting(journal, Outgoing.PHOTO) == [("photo", "ab")]
    assert waiting(journal, Outgoing.RECORD, Outgoing.EVENT) == [("record", "X1"), ("event", "E1")]
    assert journal.outbox(1, kinds=(Outgoing.RECORD,))[0].payload == b"record"
    assert journal.counts() == Counts(records=1, events=1, images=1, photos=1, refused=0)
    assert journal.counts().unsent == 4


def test_a_receipt_ends_only_what_it_speaks_of(journal):
    fill(journal)
    entry = journal.settle("X1", b"receipt", kind=Outgoing.RECORD)
    assert (entry.kind, entry.settles, entry.subject, entry.passage) == (RECEIPT, "record", "X1", "p-1")
    assert waiting(journal) == [("photo", "ab"), ("image", "X1"), ("event", "E1")]
    assert journal.delivery(Outgoing.RECORD, "X1") is Delivery.RECEIVED
    assert journal.delivery(Outgoing.IMAGE, "X1") is Delivery.WAITING
    assert journal.delivery(Outgoing.EVENT, "X1") is None
    journal.verify()


def test_a_refusal_is_counted_and_blocks_nothing(journal):
    fill(journal)
    entry = journal.refuse("E1", b"because")
    assert (entry.kind, entry.settles, entry.payload) == (CENTRE_REFUSAL, "event", b"because")
    assert journal.delivery(Outgoing.EVENT, "E1") is Delivery.REFUSED
    assert journal.counts() == Counts(records=1, events=0, images=1, photos=1, refused=1)


def test_what_does_not_wait_can_not_be_answered(journal):
    fill(journal)
    journal.settle("E1", b"")
    for subject in ("E1", "never-seen", ""):
        with pytest.raises(AssertionError):
            journal.settle(subject, b"")
    assert journal.head().seq == 6


def test_a_photo_taken_twice_is_delivered_once(journal):
    for passage in ("p-1", "p-2"):
        journal.append("photo", b"{}", passage=passage, subject="ab")
    assert journal.counts().photos == 1
    journal.settle("ab", b"receipt")
    assert waiting(journal) == []
    journal.append("photo", b"{}", passage="p-3", subject="ab")
    assert journal.counts().photos == 0
    assert waiting(journal) == []


def test_the_queue_is_the_same_after_a_restart(journal, path, clock):
    fill(journal)
    assert waiting(journal)
    journal.settle("ab", b"")
    journal.append("record", b"", subject="R2")
    with closing(sqlite3.connect(path, check_same_thread=False)) as other:
        schema.prepare(other)
        again = Journal(other, clock=clock, terminal_id="T62010A0B01")
        assert again.outbox(10) == journal.outbox(10)
        assert again.counts() == journal.counts()
    assert waiting(journal) == [("image", "X1"), ("record", "X1"), ("event", "E1"), ("record", "R2")]


def test_an_emptied_queue_sees_what_comes_after(journal):
    for number in range(20):
        journal.append("record", b"", subject=f"R{number:02d}")
    left = [f"R{number:02d}" for number in range(20)]
    for number in (3, 0, 1, 2, *range(5, 20), 4):
        journal.settle(f"R{number:02d}", b"")
        left.remove(f"R{number:02d}")
        assert [item.subject for item in journal.outbox(50)] == left
    assert waiting(journal) == []
    journal.append("record", b"", subject="R99")
    assert waiting(journal) == [("record", "R99")]
    assert journal.counts().records == 1
