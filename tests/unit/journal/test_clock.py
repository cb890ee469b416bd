"""The one clock of a terminal: the machine's time with the newest entry as its floor."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from laneside.errors import JournalError
from laneside.journal import schema
from laneside.journal.entry import Draft
from laneside.journal.journal import Journal

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def test_time_never_runs_below_the_last_entry(journal, clock):
    first = journal.append("step", b"")
    clock.at -= timedelta(seconds=400)
    assert (journal.clock.now(), journal.clock.behind_s()) == (first.at, 400)
    assert journal.append("step", b"").at == first.at
    clock.at += timedelta(seconds=401)
    assert (journal.clock.now(), journal.clock.behind_s()) == (clock.at, 0)
    assert journal.append("step", b"").at == first.at + timedelta(seconds=1)


def test_an_empty_journal_has_no_floor(journal, clock):
    clock.at = LONG_AGO
    assert (journal.clock.now(), journal.clock.behind_s()) == (LONG_AGO, 0)


def test_the_floor_is_there_after_a_restart(journal, path, clock):
    last = journal.append("step", b"")
    clock.at = LONG_AGO
    with closing(sqlite3.connect(path, check_same_thread=False)) as other:
        schema.prepare(other)
        assert Journal(other, clock=clock, terminal_id="T").clock.now() == last.at


def test_entries_of_another_connection_raise_the_floor(journal, path, clock):
    with closing(sqlite3.connect(path, check_same_thread=False)) as other:
        schema.prepare(other)
        second = Journal(other, clock=clock, terminal_id="T")
        clock.at += timedelta(hours=1)
        late = journal.append("step", b"")
        clock.at -= timedelta(hours=2)
        assert second.append("step", b"").at == late.at


def test_entries_of_one_transaction_keep_their_order_in_time(journal, clock, monkeypatch):
    moments = [clock.at + timedelta(seconds=seconds) for seconds in (5, 3, 7)]
    monkeypatch.setattr(clock, "now", moments.copy().pop)
    entries = journal.append_all([Draft(kind="step", payload=b"")] * 3)
    assert [entry.at for entry in entries] == [moments[2], moments[2], moments[2]]


def test_time_is_told_and_keeps_its_floor_where_the_disk_fails(journal, connection, clock):
    last = journal.append("step", b"")
    connection.close()
    clock.at -= timedelta(hours=1)
    with pytest.raises(JournalError):
        journal.append("step", b"")
    assert journal.clock.now() == last.at


def test_time_passes_by_the_machines_clock(journal, clock):
    before = clock.at
    journal.clock.sleep(3)
    assert clock.at == before + timedelta(seconds=3)
    assert journal.clock.monotonic_s() == clock.monotonic_s()
