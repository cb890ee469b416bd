"""The centre's own key, which every terminal pins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from laneside.centre.storage.durable import write_durably


def key_in(path: Path, random_bytes: Callable[[int], bytes]) -> Ed25519PrivateKey:
    """Return the key that a file holds (32 raw bytes, readable by its owner only); make it the first time."""
    if not path.exists():
        write_durably(path, random_bytes(32), mode=0o600)
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
