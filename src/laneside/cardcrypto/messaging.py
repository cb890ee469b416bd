"""Secure messaging, external authentication and PSAM authorisation (spec/psam-and-crypto.md sections 3, 6 and 7)."""

from __future__ import annotations

from laneside.cardcrypto.derivation import diversify_chain
from laneside.cardcrypto.engine import MAC_LENGTH, decrypt, encrypt, fold, last_block, require_length
from laneside.cardcrypto.suite import Suite


def secure_message_mac(suite: Suite, key: bytes, challenge: bytes, command_and_data: bytes) -> bytes:
    """Return the 4-byte MAC of CLA INS P1 P2 Lc and data; Lc already counts the MAC; the challenge has 4 bytes (6)."""
    require_length("key", key, 16)
    require_length("challenge", challenge, 4)
    initial = challenge + bytes(suite.block_length - len(challenge))
    if suite is Suite.SM4:
        return last_block(suite, key, command_and_data, initial)[:MAC_LENGTH]
    left, right = key[:8], key[8:]
    chained = last_block(suite, left, command_and_data, initial)
    # ISO 9797-1 algorithm 3: only the last block meets both halves of the key.
    return encrypt(suite, left, decrypt(suite, right, chained))[:MAC_LENGTH]


def external_authenticate(suite: Suite, key: bytes, challenge: bytes) -> bytes:
    """Return the 8-byte answer to an 8-byte challenge; with SM4 the folded block (7)."""
    require_length("key", key, 16)
    require_length("challenge", challenge, 8)
    if suite is Suite.TDES:
        return encrypt(suite, key, challenge)
    return fold(encrypt(suite, key, challenge + bytes(8)))


def psam_authorisation_cryptogram(root: bytes, *, region: bytes, serial: bytes, challenge: bytes) -> bytes:
    """Return the 8 bytes that authorise a PSAM: SM4, root over 8-byte region, then bytes 2..9 of its serial (3)."""
    require_length("serial", serial, 10)
    key = diversify_chain(Suite.SM4, root, region, serial[2:])
    return external_authenticate(Suite.SM4, key, challenge)
