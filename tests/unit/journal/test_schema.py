"""What kind of file it is, which files are refused, and how an older one with a full queue comes up to date."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing

import pytest

from laneside.errors import JournalError
from laneside.journal import schema
from laneside.journal.entry import Counts
from laneside.journal.journal import Journal

# Version 1 as it was written into files: never changes, whatever the steps above it become.
VERSION_1 = """
CREATE TABLE entry (
    seq     INTEGER PRIMARY KEY CHECK (seq > 0),
    kind    TEXT NOT NULL CHECK (kind <> ''),
    passage TEXT NOT NULL,
    subject TEXT NOT NULL,
    settles TEXT NOT NULL,
    at      TEXT NOT NULL,
    payload BLOB NOT NULL,
    hash    BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry
    BEGIN SELECT RAISE(ABORT, 'a journal entry never changes'); END;
CREATE TRIGGER entry_never_leaves BEFORE DELETE ON entry
    BEGIN SELECT RAISE(ABORT, 'a journal entry never leaves'); END;
PRAGMA application_id = 1279348293;
PRAGMA user_version = 1;
"""
QUEUE = [
    ("opened", "", ""),
    ("photo", "ab", ""),
    ("image", "X1", ""),
    ("record", "X1", ""),
    ("receipt", "X1", "record"),
    ("record", "X2", ""),
    ("event", "E1", ""),
    ("centre-refusal", "E1", "event"),
    ("event", "E2", ""),
]


def version_1(path, queue=QUEUE):
    """Write a file of version 1, with hashes computed here and not by the code under test."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1)
        previous = bytes(32)
        for seq, (kind, subject, settles) in enumerate(queue, start=1):
            at = f"2026-06-30T10:00:{seq:02d}.000000+00:00"
            whole = {"at": at, "kind": kind, "passage": "p-1", "payload": "e30="}
            whole |= {"seq": seq, "settles": settles, "subject": subject}
            previous = hashlib.sha256(previous + json.dumps(whole, separators=(",", ":")).encode()).digest()
            row = (seq, kind, "p-1", subject, settles, at, b"{}", previous)
            connection.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        connection.commit()


def test_an_old_file_with_a_full_queue_comes_up_to_date(path, clock):
    version_1(path)
    with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
        schema.prepare(connection)
        assert connection.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
        journal = Journal(connection, clock=clock, terminal_id="T62010A0B01")
        journal.verify()
        assert journal.counts() == Counts(records=1, events=1, images=1, photos=1, refused=1)
        assert [item.subject for item in journal.outbox(10)] == ["ab", "X1", "X2", "E2"]
        journal.settle("X2", b"receipt")
        assert journal.append("record", b"", subject="X3").seq == len(QUEUE) + 2
        journal.verify()


def test_an_upgrade_that_fails_leaves_the_old_file_whole(path, clock, monkeypatch):
    version_1(path)
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS[:1], "CREATE TABLE half (x); CREATE TABLE entry (y);"))
    with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
        with pytest.raises(JournalError):
            schema.prepare(connection)
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT name FROM sqlite_schema WHERE name = 'half'").fetchall() == []
        monkeypatch.undo()
        schema.prepare(connection)
        Journal(connection, clock=clock, terminal_id="T").verify()


def test_a_second_record_under_one_id_in_an_old_file_stops_the_upgrade(path):
    version_1(path, [*QUEUE, ("record", "X2", "")])
    with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
        with pytest.raises(JournalError, match="UNIQUE"):
            schema.prepare(connection)
        assert connection.execute("SELECT count(*) FROM entry").fetchone() == (10,)


def test_preparing_twice_changes_nothing(journal, connection, path):
    journal.append("step", b"")
    before = connection.execute("SELECT * FROM sqlite_schema").fetchall()
    schema.prepare(connection)
    assert connection.execute("SELECT * FROM sqlite_schema").fetchall() == before
    assert journal.head().seq == 1


def test_the_file_says_what_it_is(journal, connection, path):
    journal.append("step", b"")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    header = path.read_bytes()[:100]
    assert header[:16] == b"SQLite format 3\0"
    assert header[18:20] == b"\x02\x02", "write-ahead logging"
    assert header[68:72] == b"LANE"
    assert int.from_bytes(header[60:64], "big") == schema.VERSION


def test_the_connection_syncs_at_each_commit_and_maps_no_memory(connection):
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA mmap_size").fetchone() == (0,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    "script",
    ["CREATE TABLE notes (x);", "PRAGMA application_id = 252006674;", "PRAGMA user_version = 1;"],
)
def test_another_programs_file_is_left_alone(path, script):
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
        before = path.read_bytes()
        with pytest.raises(JournalError, match="another program's"):
            schema.prepare(connection)
    assert path.read_bytes() == before


def test_a_newer_versions_file_is_left_alone(journal, connection):
    connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    with pytest.raises(JournalError, match="version"):
        schema.prepare(connection)


def test_a_file_that_is_no_database_is_a_journal_error(path):
    path.write_bytes(b"this is no database at all" * 100)
    with closing(sqlite3.connect(path)) as connection, pytest.raises(JournalError, match="not a database"):
        schema.prepare(connection)
