"""A whole lane in one process: the real desk, journal, reader and rules over the real virtual chips, clock by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lane_kit import LaneKit
from memory_folder import memory_folder


@pytest.fixture
def station() -> Iterator[LaneKit]:
    with memory_folder() as folder:
        station = LaneKit(folder / "journal.sqlite3")
        station.open_for_work()
        yield station
        station.journal.verify()
        station.stop()
