"""Files that are either there, whole and on disk, or not there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def write_durably(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Write a file so that a cut leaves the old state or the new: temporary, fsync, rename, fsync of the folder."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{id(data):x}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def make_folder_durably(path: Path) -> None:
    """Make one folder below an existing one, so that its name too survives a power cut."""
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)  # also where it exists: its maker may have been killed before this line


def sync_folder(path: Path) -> None:
    """Force a folder's names to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def key_in(path: Path, random_bytes: Callable[[int], bytes]) -> Ed25519PrivateKey:
    """Return the centre's own key, which every terminal pins, from its file; make it the first time.

    The file holds 32 raw bytes and can be read by its owner only.
    """
    if not path.exists():
        write_durably(path, random_bytes(32), mode=0o600)
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
