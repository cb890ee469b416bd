"""A journal on a real file, with a clock that a test turns by hand."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from memory_folder import memory_folder

from laneside.journal import schema
from laneside.journal.journal import Journal


class HandClock:
    def __init__(self):
        self.at = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)

    def now(self):
        return self.at

    def monotonic_s(self):
        return 0.0

    def sleep(self, seconds):
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def path():
    with memory_folder() as folder:
        yield folder / "journal.sqlite"


@pytest.fixture
def connection(path):
    with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
        schema.prepare(connection)
        yield connection


@pytest.fixture
def journal(connection, clock):
    return Journal(connection, clock=clock, terminal_id="T62010A0B01")
