"""What outlives the roadside's process: the chips' memories and the roadside's own notes.

A chip is issued into a spare memory and only then takes its place, so that a cut while issuing leaves the old chip.
"""

from __future__ import annotations

import os
from pathlib import Path

from laneside.virtual.chips.memory import ChipMemory, FileMemory, RamMemory


class RamChipStore:
    """A store in this process: named memories of chips, and named notes."""

    def __init__(self) -> None:
        self._memories: dict[str, RamMemory] = {}
        self._spares: dict[str, RamMemory] = {}
        self._notes: dict[str, bytes] = {}

    def memory(self, name: str) -> ChipMemory | None:
        """Return a chip's memory; None when this chip was never issued."""
        return self._memories.get(name)

    def spare(self, name: str) -> ChipMemory:
        """Return an empty memory into which a chip may be issued again."""
        self._spares[name] = RamMemory()
        return self._spares[name]

    def install_spare(self, name: str) -> None:
        """Put the spare in the chip's place."""
        self._memories[name] = self._spares.pop(name)

    def read_note(self, name: str) -> bytes | None:
        """Return a note; None when it was never written."""
        return self._notes.get(name)

    def write_note(self, name: str, data: bytes) -> None:
        """Replace a note."""
        self._notes[name] = data


class FolderChipStore:
    """The same in one folder: ``<chip>.chip`` and ``<note>.json``. What is installed or written is durable then.

    Each method raises OSError.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def memory(self, name: str) -> ChipMemory | None:
        """Return a chip's memory; None when this chip was never issued."""
        path = self._chip(name)
        return FileMemory(path) if path.exists() else None

    def spare(self, name: str) -> ChipMemory:
        """Return an empty memory beside the chip's."""
        path = self._spare(name)
        path.unlink(missing_ok=True)
        return FileMemory(path)

    def install_spare(self, name: str) -> None:
        """Put the spare in the chip's place, durably."""
        self._spare(name).replace(self._chip(name))
        self._flush_folder()

    def read_note(self, name: str) -> bytes | None:
        """Return a note; None when it was never written."""
        path = self._note(name)
        return path.read_bytes() if path.exists() else None

    def write_note(self, name: str, data: bytes) -> None:
        """Replace a note: written beside, flushed, renamed."""
        path = self._note(name)
        beside = path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        self._flush_folder()

    def _chip(self, name: str) -> Path:
        return self._folder / f"{name}.chip"

    def _spare(self, name: str) -> Path:
        return self._folder / f"{name}.spare"

    def _note(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _flush_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


ChipStore = RamChipStore | FolderChipStore
