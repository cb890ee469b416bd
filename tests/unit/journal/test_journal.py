"""What the file holds after an append, what it refuses, and what the chain shows."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from laneside.errors import JournalError
from laneside.journal import Draft, Head, Journal, schema


def rows(path, query="SELECT seq, kind, passage, subject, settles, at, payload, hash FROM entry ORDER BY seq"):
    with closing(sqlite3.connect(path)) as other:
        return other.execute(query).fetchall()


def tampered(path, *statements):
    """Change the file as somebody with a database tool would, who knows of the triggers."""
    with closing(sqlite3.connect(path)) as other:
        for (trigger,) in other.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            other.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            other.execute(statement)
        other.commit()


def five(journal):
    for number in range(1, 6):
        journal.append("step", b"payload %d" % number, passage="p-1")


def test_each_row_is_chained_by_sha256_over_its_canonical_json(journal, path):
    journal.append("opened", b"\x00\xff", passage="p-1")
    journal.append("record", b"{}", passage="p-1", subject="R1")
    previous = bytes(32)
    for seq, kind, passage, subject, settles, at, payload, digest in rows(path):
        whole = {
            "at": at,
            "kind": kind,
            "passage": passage,
            "payload": base64.b64encode(payload).decode(),
            "seq": seq,
            "settles": settles,
            "subject": subject,
        }
        text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        assert digest == hashlib.sha256(previous + text).digest()
        previous = digest
    assert [row[0] for row in rows(path)] == [1, 2]
    assert rows(path)[0][5] == "2026-07-01T08:00:00.000000+00:00"
    assert journal.head() == Head(seq=2, hash=previous)


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
    assert [entry.subject for entry in journal.unanswered("intent", "settled")] == ["R1", "R2"]
    journal.append("settled", b"", subject="R1")
    journal.append("intent", b"", subject="R3")
    assert [entry.subject for entry in journal.unanswered("intent", "settled")] == ["R2", "R3"]
    journal.append("settled", b"", subject="R3")
    journal.append("settled", b"", subject="R2")
    assert journal.unanswered("intent", "settled") == ()
    journal.append("intent", b"", subject="R4")
    assert [entry.subject for entry in journal.unanswered("intent", "settled")] == ["R4"]


def test_the_tail_is_walked_from_the_entry_before_it(journal):
    for number in range(10):
        journal.append("note", b"%d" % number)
    assert [journal.verify_tail(count) for count in (1, 4, 9, 10, 11, 500)] == [1, 4, 9, 10, 10, 10]
