"""The journal's tables, and how an older file becomes one of today.

``PRAGMA user_version`` counts the steps a file has had. A step is never changed once a file out there may have had it;
a new one is added at the end. What an entry's hash covers can therefore never change: old entries must still verify.
"""

from __future__ import annotations

import sqlite3
from os import PathLike

from laneside.errors import JournalError

APPLICATION_ID = 0x4C414E45  # "LANE": another program's file is refused instead of written into.

_TABLE = """
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
CREATE TRIGGER entry_follows BEFORE INSERT ON entry
    WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM entry)
    BEGIN SELECT RAISE(ABORT, 'a journal entry has the next number'); END;
"""

# A photo is named by its content and may be taken twice; every other subject is sealed once.
_DELIVERY = """
CREATE INDEX entry_by_kind ON entry (kind, seq);
CREATE INDEX entry_by_time ON entry (kind, at);
CREATE INDEX entry_by_passage ON entry (passage, seq) WHERE passage <> '';
CREATE INDEX entry_by_subject ON entry (subject, kind) WHERE subject <> '';
CREATE INDEX entry_by_settled ON entry (settles, subject) WHERE settles <> '';
CREATE UNIQUE INDEX entry_sealed_once ON entry (kind, subject) WHERE kind IN ('record', 'event', 'image');
CREATE VIEW outbox AS
    SELECT seq, kind, passage, subject, payload FROM entry AS waiting
    WHERE kind IN ('record', 'event', 'image', 'photo') AND NOT EXISTS (
        SELECT 1 FROM entry AS settled
        WHERE settled.settles = waiting.kind AND settled.subject = waiting.subject AND settled.settles <> '');
"""

# A centre that was put back is offered again what it lost: an answer counts only until its item is offered again.
_OFFERED_AGAIN = """
DROP VIEW outbox;
CREATE VIEW outbox AS
    SELECT seq, kind, passage, subject, payload FROM entry AS waiting
    WHERE kind IN ('record', 'event', 'image', 'photo') AND NOT EXISTS (
        SELECT 1 FROM entry AS answer
        WHERE answer.settles = waiting.kind AND answer.subject = waiting.subject AND answer.settles <> ''
            AND answer.kind <> 'offered-again' AND NOT EXISTS (
                SELECT 1 FROM entry AS again
                WHERE again.settles = answer.settles AND again.subject = answer.subject AND again.settles <> ''
                    AND again.kind = 'offered-again' AND again.seq > answer.seq));
"""

# Windows begin at a time and go on by number, as the clock may be put right.
_BY_NUMBER = """
DROP INDEX entry_by_time;
CREATE INDEX entry_by_moment ON entry (at, seq);
"""

STEPS: tuple[str, ...] = (_TABLE, _DELIVERY, _OFFERED_AGAIN, _BY_NUMBER)
VERSION = len(STEPS)


def connect(path: PathLike[str]) -> sqlite3.Connection:
    """Open a journal's file for a journal, with its tables made or brought up to date. Raises JournalError."""
    connection = sqlite3.connect(path, check_same_thread=False)
    prepare(connection)
    return connection


def prepare(connection: sqlite3.Connection) -> None:
    """Set the connection for durability, then make the tables or bring an older file up to today's.

    The connection must come with ``check_same_thread=False``; it is switched to explicit transactions here. Raises
    JournalError for another program's file, for a newer version's, and when the file can't be written.
    """
    try:
        connection.isolation_level = None
        version = _version(connection)
        _make_durable(connection)
        for number, step in enumerate(STEPS[version:], start=version + 1):
            _take(connection, step, number)
    except sqlite3.Error as error:
        raise JournalError(f"the journal can't be opened: {error}") from error


def _make_durable(connection: sqlite3.Connection) -> None:
    """Ask for WAL with a sync at each commit; without memory mapping, which reads 140 KB per cold look-up."""
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode not in {"wal", "memory"}:
        raise JournalError(f"the journal needs write-ahead logging, the file system offers {mode}")
    for pragma in ("synchronous = FULL", "fullfsync = ON", "mmap_size = 0", "cell_size_check = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _version(connection: sqlite3.Connection) -> int:
    """Return how many steps the file has had; refuse a stranger's file before anything is written into it."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application != APPLICATION_ID and (application or version or tables):
        raise JournalError("the file is another program's")
    if version > VERSION:
        raise JournalError(f"the journal has version {version}, this software knows {VERSION}")
    return int(version)


def _take(connection: sqlite3.Connection, step: str, number: int) -> None:
    """Run one step with its version number in one transaction, so that a cut leaves the version before."""
    script = (
        f"BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION_ID}; {step} PRAGMA user_version = {number}; COMMIT;"
    )
    try:
        connection.executescript(script)
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
