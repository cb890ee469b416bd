"""Secure messaging, authentication, PSAM authorisation, and the encrypted read of a tag's vehicle file.

Numbers in brackets are sections of spec/psam-and-crypto.md; the vehicle file is spec/obu.md 7.3.
"""

from __future__ import annotations

import msgspec

from laneside.cardcrypto.ciphers import MAC_LENGTH, Suite, decrypt, encrypt, fold, last_block, pad, require_length
from laneside.cardcrypto.purchase import diversify_chain


def secure_message_mac(suite: Suite, key: bytes, challenge: bytes, command_and_data: bytes) -> bytes:
    """Return the 4-byte MAC of CLA INS P1 P2 Lc and data (6). Lc already counts the MAC; the challenge has 4 bytes."""
    require_length("key", key, 16)
    require_length("challenge", challenge, 4)
    initial = challenge + bytes(suite.block_length - len(challenge))
    if suite is Suite.SM4:
        return last_block(suite, key, command_and_data, initial)[:MAC_LENGTH]
    left, right = key[:8], key[8:]
    chained = last_block(suite, left, command_and_data, initial)
    # ISO 9797-1 algorithm 3: only the last block uses both halves of the key.
    return encrypt(suite, left, decrypt(suite, right, chained))[:MAC_LENGTH]


def external_authenticate(suite: Suite, key: bytes, challenge: bytes) -> bytes:
    """Return the 8-byte answer to an 8-byte challenge (7); with SM4 the XOR of the block's halves."""
    require_length("key", key, 16)
    require_length("challenge", challenge, 8)
    if suite is Suite.TDES:
        return encrypt(suite, key, challenge)
    return fold(encrypt(suite, key, challenge + bytes(8)))


def psam_authorisation_cryptogram(root: bytes, *, region: bytes, serial: bytes, challenge: bytes) -> bytes:
    """Return the 8 bytes that authorise a PSAM (3): SM4, root over 8-byte region, then bytes 2..9 of its serial."""
    require_length("serial", serial, 10)
    key = diversify_chain(Suite.SM4, root, region, serial[2:])
    return external_authenticate(Suite.SM4, key, challenge)


class VehiclePlaintext(msgspec.Struct, frozen=True, kw_only=True):
    """What a decrypted read holds: the check code (8 or 16 bytes) and the bytes of the file that were read."""

    check_code: bytes
    file: bytes


def vehicle_check_code(suite: Suite, challenge: bytes) -> bytes:
    """Return the check code of a request's 8-byte random: for SM4 with eight zero bytes behind it."""
    require_length("challenge", challenge, 8)
    return challenge + bytes(suite.block_length - len(challenge))


def encrypt_vehicle_file(suite: Suite, key: bytes, check_code: bytes, file: bytes) -> bytes:
    """Encrypt length byte, check code and file in ECB; whole blocks get no padding here, unlike under a MAC."""
    require_length("check code", check_code, 8, 16)
    plain = bytes((len(check_code) + len(file),)) + check_code + file
    return encrypt(suite, key, plain if len(plain) % suite.block_length == 0 else pad(suite, plain))


def decrypt_vehicle_file(
    suite: Suite, key: bytes, ciphertext: bytes, *, check_length: int | None = None
) -> VehiclePlaintext:
    """Decrypt a read. The check code has one block, or ``check_length`` bytes: SM4 with 8 bytes exists.

    Raises ValueError where the length byte does not fit the plaintext.
    """
    plain = decrypt(suite, key, ciphertext)
    head = 1 + (suite.block_length if check_length is None else check_length)
    end = 1 + plain[0]
    if not head <= end <= len(plain):
        raise ValueError(f"the length byte says {plain[0]}, the plaintext has {len(plain)} bytes")
    return VehiclePlaintext(check_code=plain[1:head], file=plain[head:end])
