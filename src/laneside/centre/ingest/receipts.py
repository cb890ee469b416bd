"""The centre's signed word that it holds something."""

from __future__ import annotations

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from laneside.clock import Clock
from laneside.contract.exchange import Receipt, Stored
from laneside.contract.signing import receipt_bytes


class Receipts:
    """Write receipts. Only call this after what is receipted is durable."""

    def __init__(self, key: Ed25519PrivateKey, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def write(self, *, terminal_id: str, subject: str, digest: str, stored: Stored) -> Receipt:
        """Return a receipt bound to terminal, subject, digest and the present time."""
        at = self._clock.now()
        bare = Receipt(terminal_id=terminal_id, subject=subject, digest=digest, stored=stored, at=at)
        return msgspec.structs.replace(bare, signature=self._key.sign(receipt_bytes(bare)))
