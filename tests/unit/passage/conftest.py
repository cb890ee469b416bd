"""A whole lane in one process: the real desk, journal, reader and rules over the real virtual chips, clock by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lane_kit import LaneKit


@pytest.fixture
def station(tmp_path: Path) -> Iterator[LaneKit]:
    station = LaneKit(tmp_path / "journal.sqlite3")
    station.open_for_work()
    yield station
    station.journal.verify()
    station.stop()
