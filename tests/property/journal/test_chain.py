"""The chain shows any change of any entry."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laneside.errors import JournalError
from laneside.journal import schema
from laneside.journal.entry import Draft
from laneside.journal.journal import Journal

TEXTS = st.text(max_size=12)
DRAFTS = st.builds(
    Draft, kind=st.sampled_from(["step", "意图", "k"]), payload=st.binary(max_size=40), passage=TEXTS, subject=TEXTS
)


class Clock:
    def now(self):
        return datetime(2026, 7, 1, tzinfo=UTC)

    def monotonic_s(self):
        return 0.0


@settings(max_examples=60, deadline=None)
@given(drafts=st.lists(DRAFTS, min_size=1, max_size=8), data=st.data())
def test_any_change_of_any_entry_is_found_and_named(drafts, data):
    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as connection:
        schema.prepare(connection)
        journal = Journal(connection, clock=Clock(), terminal_id="T")
        written = journal.append_all(drafts)
        assert journal.since(0, 100) == written
        journal.verify()
        connection.execute("DROP TRIGGER entry_never_changes")
        seq = data.draw(st.integers(1, len(drafts)))
        column = data.draw(st.sampled_from(["kind", "passage", "subject", "settles", "payload"]))
        (old,) = connection.execute(f"SELECT {column} FROM entry WHERE seq = ?", (seq,)).fetchone()
        new = data.draw(
            (st.binary(max_size=40) if column == "payload" else TEXTS.filter(bool)).filter(lambda v: v != old)
        )
        connection.execute(f"UPDATE entry SET {column} = ? WHERE seq = ?", (new, seq))
        with pytest.raises(JournalError, match=f"entry {seq} of the journal is not as it was written"):
            journal.verify()
