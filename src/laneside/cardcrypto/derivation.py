"""From a root to the key of one card, and from that to the key of one purchase (spec/psam-and-crypto.md 5.1, 5.2)."""

from __future__ import annotations

from laneside.cardcrypto.engine import complement, encrypt, require_length
from laneside.cardcrypto.suite import Suite


def diversify(suite: Suite, root: bytes, factor: bytes) -> bytes:
    """Derive a 16-byte key from a 16-byte root and an 8-byte factor (5.1); ValueError for other lengths."""
    require_length("root", root, 16)
    require_length("factor", factor, 8)
    return encrypt(suite, root, factor + complement(factor))


def diversify_chain(suite: Suite, root: bytes, *factors: bytes) -> bytes:
    """Derive step by step, first factor first: region, then card number (5.1; APDUs carry the reverse order)."""
    key = root
    for factor in factors:
        key = diversify(suite, key, factor)
    return key


def session_key(suite: Suite, key: bytes, seed: bytes) -> bytes:
    """Derive SESPK, 8 bytes for 3DES and 16 for SM4, from a card's key and the 8-byte seed (5.2)."""
    require_length("key", key, 16)
    require_length("seed", seed, 8)
    return encrypt(suite, key, seed if suite is Suite.TDES else seed + complement(seed))
