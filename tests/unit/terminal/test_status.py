"""The top line: whether the centre counts as reachable."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

import pytest

from laneside.journal import schema
from laneside.journal.journal import Journal
from laneside.passage.passage_journal import PassageJournal
from laneside.sync.job import Backoff
from laneside.terminal.device_worker import PsamAccess
from laneside.terminal.status import top_line


class StoppedClock:
    """A wall clock that stands still, as the journal's does while the machine's is behind; seconds go on."""

    def __init__(self):
        self.running_s = 0.0

    def now(self):
        return datetime(1970, 1, 1, tzinfo=UTC)

    def monotonic_s(self):
        return self.running_s


class NoDocuments:
    def parameters(self, now):
        return None

    status_list = tariff = parameters


@pytest.fixture
def clock():
    return StoppedClock()


@pytest.fixture
def backoffs(clock):
    return Backoff(clock), Backoff(clock)


@pytest.fixture
def status(clock, backoffs):
    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as connection:
        schema.prepare(connection)
        journal = Journal(connection, clock=clock, terminal_id="T")
        yield partial(
            top_line,
            journal=journal,
            passages=PassageJournal(journal=journal, clock=journal.clock, slot=1),
            documents=NoDocuments(),
            psam=PsamAccess(None, None),
            backoffs=backoffs,
        )


def test_the_centre_is_reachable_while_the_newest_answer_on_any_way_was_a_good_one(status, backoffs, clock):
    assert not status().online
    for running_s, end, online in (
        (1.0, lambda: backoffs[0].fail("no route"), False),
        (2.0, backoffs[1].succeed, True),
        (3.0, lambda: backoffs[0].fail("no route"), False),
        (4.0, backoffs[0].succeed, True),
    ):
        clock.running_s = running_s
        end()
        assert status().online is online, f"{running_s} s"


def test_an_answer_counts_for_a_quarter_of_an_hour(status, backoffs, clock):
    backoffs[0].succeed()
    clock.running_s = 899
    assert status().online
    clock.running_s = 900
    assert not status().online
