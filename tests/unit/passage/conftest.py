"""A whole lane in one process: the real desk, journal, reader and rules over the real virtual chips, clock by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lane_kit import LaneKit
from memory_folder import memory_folder
from scripted_plates import ScriptedPlateReader


@pytest.fixture
def station() -> Iterator[LaneKit]:
    with memory_folder() as folder:
        station = LaneKit(folder / "journal.sqlite3")
        station.open_for_work()
        yield station
        station.journal.verify()
        station.stop()


@pytest.fixture
def plate_reader(station: LaneKit) -> ScriptedPlateReader:
    """Give the station a plate reader that answers when the test says so."""
    station.plate_reader = ScriptedPlateReader()
    station.restart()
    return station.plate_reader
