"""The encrypted read of a tag's vehicle file (spec/obu.md section 7.3, vectors in spec/psam-and-crypto.md 8.4)."""

from __future__ import annotations

from dataclasses import dataclass

from laneside.cardcrypto.engine import decrypt, encrypt, pad, require_length
from laneside.cardcrypto.suite import Suite


@dataclass(frozen=True, slots=True, kw_only=True)
class VehiclePlaintext:
    """What a decrypted read holds: the check code (8 or 16 bytes) and the bytes of the file that were asked for."""

    check_code: bytes
    file: bytes


def vehicle_check_code(suite: Suite, challenge: bytes) -> bytes:
    """Turn the 8-byte random of the request into the check code: for SM4 with eight zero bytes behind it."""
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
    """Decrypt a read; the check code has one block unless told (SM4 with 8 bytes exists); ValueError for none."""
    plain = decrypt(suite, key, ciphertext)
    head = 1 + (suite.block_length if check_length is None else check_length)
    end = 1 + plain[0]
    if not head <= end <= len(plain):
        raise ValueError(f"the length byte says {plain[0]}, the plaintext has {len(plain)} bytes")
    return VehiclePlaintext(check_code=plain[1:head], file=plain[head:end])
