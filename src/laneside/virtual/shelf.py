"""Where the roadside keeps what outlives its process: the chips' memories and the world's own notes.

A chip is issued on a spare memory and only then takes its place, so that a cut while issuing leaves the old chip.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from laneside.virtual.store import FileMedium, Medium, MemoryMedium


class Shelf(Protocol):
    """Named memories and named notes."""

    def medium(self, name: str) -> Medium | None:
        """Take a chip's memory; None when this chip was never issued."""
        ...

    def spare(self, name: str) -> Medium:
        """Take an empty memory on which a chip may be issued anew."""
        ...

    def take_place(self, name: str) -> Medium:
        """Put the spare memory in the place of the chip's and return it there."""
        ...

    def note(self, name: str) -> bytes | None:
        """Read a note; None when there is none."""
        ...

    def keep_note(self, name: str, data: bytes) -> None:
        """Replace a note, wholly or not at all; it is durable when this returns."""
        ...


class MemoryShelf:
    """Keep everything in this process."""

    def __init__(self) -> None:
        self._media: dict[str, MemoryMedium] = {}
        self._spares: dict[str, MemoryMedium] = {}
        self._notes: dict[str, bytes] = {}

    def medium(self, name: str) -> Medium | None:
        """Take a chip's memory."""
        return self._media.get(name)

    def spare(self, name: str) -> Medium:
        """Take an empty memory."""
        self._spares[name] = MemoryMedium()
        return self._spares[name]

    def take_place(self, name: str) -> Medium:
        """Put the spare in its place."""
        self._media[name] = self._spares.pop(name)
        return self._media[name]

    def note(self, name: str) -> bytes | None:
        """Read a note."""
        return self._notes.get(name)

    def keep_note(self, name: str, data: bytes) -> None:
        """Replace a note."""
        self._notes[name] = data


class FolderShelf:
    """Keep everything in one folder: ``<chip>.chip`` and ``<note>.json``. Raises OSError where the disk does."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def medium(self, name: str) -> Medium | None:
        """Take a chip's memory."""
        path = self._chip(name)
        return FileMedium(path) if path.exists() else None

    def spare(self, name: str) -> Medium:
        """Take an empty memory beside the chip's."""
        path = self._spare(name)
        path.unlink(missing_ok=True)
        return FileMedium(path)

    def take_place(self, name: str) -> Medium:
        """Put the spare in its place, durably."""
        self._spare(name).replace(self._chip(name))
        self._flush_folder()
        return FileMedium(self._chip(name))

    def note(self, name: str) -> bytes | None:
        """Read a note."""
        path = self._folder / f"{name}.json"
        return path.read_bytes() if path.exists() else None

    def keep_note(self, name: str, data: bytes) -> None:
        """Replace a note: written beside, flushed, renamed."""
        path = self._folder / f"{name}.json"
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

    def _flush_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
