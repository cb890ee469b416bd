"""What outlives the roadside: memories and notes, in a folder and in memory alike."""

from __future__ import annotations

import pytest

from laneside.virtual.chip_store import FolderChipStore, RamChipStore


@pytest.fixture(params=["folder", "memory"])
def store(request, tmp_path):
    return FolderChipStore(tmp_path / "roadside") if request.param == "folder" else RamChipStore()


def test_a_chip_is_there_once_its_spare_was_installed(store) -> None:
    assert store.memory("car-card") is None
    store.spare("car-card")
    assert store.memory("car-card") is None


def test_a_note_is_replaced_as_a_whole(store) -> None:
    assert store.read_note("world") is None
    store.write_note("world", b"one")
    store.write_note("world", b"two")
    assert store.read_note("world") == b"two"


def test_a_folder_keeps_its_notes_for_the_next_process_and_nothing_half_written(tmp_path) -> None:
    FolderChipStore(tmp_path).write_note("world", b"kept")
    assert FolderChipStore(tmp_path).read_note("world") == b"kept"
    assert [each.name for each in tmp_path.iterdir()] == ["world.json"]
