"""The folder port for the small files that the device keeps beside its journal, and its form on a real disk."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

_HALF = ".half"


class Folder(Protocol):
    """A few named files; each is there whole or not at all. OSError when the disk fails."""

    def names(self) -> tuple[str, ...]:
        """Return the names of the files, sorted."""
        ...

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes; None if there is no such file."""
        ...

    def write(self, name: str, body: bytes) -> None:
        """Write a file, replacing an older one; it is on disk when this returns."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file; nothing happens if it is not there."""
        ...


class DiskFolder:
    """A folder on disk, for its owner alone: write beside, sync, rename, sync the folder."""

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = root

    def names(self) -> tuple[str, ...]:
        """Return the names of the whole files, sorted."""
        return tuple(sorted(path.name for path in self._root.iterdir() if path.suffix != _HALF and path.is_file()))

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes; None if there is no such file."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, body: bytes) -> None:
        """Write a file; a cut at any moment leaves the old one or the new one."""
        half = self._path(name + _HALF)
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        half.replace(self._path(name))
        self._sync()

    def remove(self, name: str) -> None:
        """Remove a file."""
        with suppress(FileNotFoundError):
            self._path(name).unlink()
            self._sync()

    def _path(self, name: str) -> Path:
        assert name, "a file has a name"
        assert name == Path(name).name, "a name, not a path"
        return self._root / name

    def _sync(self) -> None:
        descriptor = os.open(self._root, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
