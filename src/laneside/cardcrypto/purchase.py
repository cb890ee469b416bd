"""Keys of a card and of a purchase; MAC1, MAC2 and TAC with the fields they cover (spec/psam-and-crypto.md 5)."""

from __future__ import annotations

from laneside.cardcrypto.ciphers import Suite, complement, encrypt, mac, require_length, xor


def diversify(suite: Suite, root: bytes, factor: bytes) -> bytes:
    """Return the 16-byte key of a 16-byte root and an 8-byte factor (5.1). Raises ValueError for other lengths."""
    require_length("root", root, 16)
    require_length("factor", factor, 8)
    return encrypt(suite, root, factor + complement(factor))


def diversify_chain(suite: Suite, root: bytes, *factors: bytes) -> bytes:
    """Return the key after several steps, first factor first: region, then card number (5.1).

    APDUs carry the factors in the reverse order.
    """
    key = root
    for factor in factors:
        key = diversify(suite, key, factor)
    return key


def session_key(suite: Suite, key: bytes, seed: bytes) -> bytes:
    """Return SESPK, 8 bytes for 3DES and 16 for SM4, of a card's key and the 8-byte seed (5.2)."""
    require_length("key", key, 16)
    require_length("seed", seed, 8)
    return encrypt(suite, key, seed if suite is Suite.TDES else seed + complement(seed))


def mac1(suite: Suite, session: bytes, data: bytes) -> bytes:
    """Return the 4-byte MAC by which the PSAM orders a debit; ``data`` as of ``mac1_data``."""
    require_length("session key", session, suite.session_key_length)
    return mac(suite, session, data)


def mac2(suite: Suite, session: bytes, data: bytes) -> bytes:
    """Return the 4-byte MAC by which the card confirms its debit; ``data`` as of ``mac2_data``."""
    require_length("session key", session, suite.session_key_length)
    return mac(suite, session, data)


def tac(suite: Suite, key: bytes, data: bytes) -> bytes:
    """Return the 4-byte TAC under a card's 16-byte DTK; for 3DES the XOR of its halves is used as single DES."""
    require_length("DTK", key, 16)
    return mac(suite, xor(key[:8], key[8:]) if suite is Suite.TDES else key, data)


def mac1_data(*, amount: bytes, transaction_type: int, terminal: bytes, purchase_time: bytes) -> bytes:
    """Return the 18 bytes under MAC1 (5.3): amount 4, type 1, terminal 6, date and time 7."""
    _require_purchase(amount, terminal, purchase_time)
    return amount + bytes((transaction_type,)) + terminal + purchase_time


def mac2_data(*, amount: bytes) -> bytes:
    """Return the 4 amount bytes, all that MAC2 covers (5.3, confidence C)."""
    require_length("amount", amount, 4)
    return amount


def tac_data(
    *, amount: bytes, transaction_type: int, terminal: bytes, transaction_number: bytes, purchase_time: bytes
) -> bytes:
    """Return the 22 bytes under TAC (5.3): amount 4, type 1, terminal 6, transaction number 4, date and time 7."""
    _require_purchase(amount, terminal, purchase_time)
    require_length("terminal transaction number", transaction_number, 4)
    return amount + bytes((transaction_type,)) + terminal + transaction_number + purchase_time


def _require_purchase(amount: bytes, terminal: bytes, purchase_time: bytes) -> None:
    """Raise ValueError for a field that does not have its length on the wire."""
    require_length("amount", amount, 4)
    require_length("terminal number", terminal, 6)
    require_length("date and time", purchase_time, 7)
