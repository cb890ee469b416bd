"""A clock, bytes and an empty database for the centre's rooms."""

import hashlib
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import insert

from laneside.centre.storage.database import open_database, sqlite_url
from laneside.centre.storage.tables import store


class HandClock:
    def __init__(self):
        self.at = datetime(2026, 3, 4, 5, 6, 7, 123456, tzinfo=UTC)

    def now(self):
        return self.at

    def monotonic_s(self):
        return self.at.timestamp()

    def sleep(self, seconds):
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def random_bytes():
    numbers = count()
    return lambda size: hashlib.shake_256(str(next(numbers)).encode()).digest(size)


@pytest.fixture
def database_file(tmp_path):
    return tmp_path / "centre.sqlite3"


@pytest.fixture
def database(database_file):
    opened = open_database(sqlite_url(database_file))
    with opened.writing() as connection:
        connection.execute(insert(store).values(store_id="ab" * 16, generation=1, file=""))
    yield opened
    opened.close()
