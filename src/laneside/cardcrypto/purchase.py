"""MAC1, MAC2 and TAC, with the field lists that they cover (spec/psam-and-crypto.md section 5.3)."""

from __future__ import annotations

from laneside.cardcrypto.engine import mac, require_length, xor
from laneside.cardcrypto.suite import Suite


def mac1(suite: Suite, session: bytes, data: bytes) -> bytes:
    """Return the 4-byte MAC by which the PSAM orders a debit; ``data`` as of ``mac1_data``."""
    require_length("session key", session, suite.session_key_length)
    return mac(suite, session, data)


def mac2(suite: Suite, session: bytes, data: bytes) -> bytes:
    """Return the 4-byte MAC by which the card answers for its debit; ``data`` as of ``mac2_data``."""
    require_length("session key", session, suite.session_key_length)
    return mac(suite, session, data)


def tac(suite: Suite, key: bytes, data: bytes) -> bytes:
    """Return the 4-byte TAC under a card's 16-byte DTK; for 3DES its halves are added and used as single DES."""
    require_length("DTK", key, 16)
    return mac(suite, xor(key[:8], key[8:]) if suite is Suite.TDES else key, data)


def mac1_data(*, amount: bytes, transaction_type: int, terminal: bytes, purchase_time: bytes) -> bytes:
    """Join amount 4, type 1, terminal 6, date and time 7 to the 18 bytes under MAC1."""
    _require_purchase(amount, terminal, purchase_time)
    return amount + bytes((transaction_type,)) + terminal + purchase_time


def mac2_data(*, amount: bytes) -> bytes:
    """Return the 4 amount bytes, all that MAC2 covers (confidence C)."""
    require_length("amount", amount, 4)
    return amount


def tac_data(
    *, amount: bytes, transaction_type: int, terminal: bytes, transaction_number: bytes, purchase_time: bytes
) -> bytes:
    """Join amount 4, type 1, terminal 6, terminal transaction number 4, date and time 7 to the 22 bytes under TAC."""
    _require_purchase(amount, terminal, purchase_time)
    require_length("terminal transaction number", transaction_number, 4)
    return amount + bytes((transaction_type,)) + terminal + transaction_number + purchase_time


def _require_purchase(amount: bytes, terminal: bytes, purchase_time: bytes) -> None:
    """Raise ValueError for a field that has not its length on the wire."""
    require_length("amount", amount, 4)
    require_length("terminal number", terminal, 6)
    require_length("date and time", purchase_time, 7)
