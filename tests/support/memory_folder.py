"""A folder in memory for a journal of a test: its syncs cost nothing; the order of writes is the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@contextmanager
def memory_folder() -> Iterator[Path]:
    """Make a folder in memory, an ordinary temporary one where the system has none; it is removed at the end."""
    with TemporaryDirectory(prefix="laneside-unit-", dir=IN_MEMORY) as folder:
        yield Path(folder)
