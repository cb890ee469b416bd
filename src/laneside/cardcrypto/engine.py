"""Block ciphers in ECB, the CBC-MAC and its padding (spec/psam-and-crypto.md sections 5.4 and 8).

Single DES and two-key 3DES both run as three-key 3DES: the library takes only 24-byte keys.
"""

from __future__ import annotations

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from laneside.cardcrypto.suite import Suite

MAC_LENGTH = 4


def encrypt(suite: Suite, key: bytes, data: bytes) -> bytes:
    """Encrypt whole blocks in ECB; ValueError for a key or data of another length."""
    require_blocks(suite, data)
    encryptor = Cipher(_algorithm(suite, key), modes.ECB()).encryptor()  # noqa: S305 - the card network uses ECB.
    return encryptor.update(data) + encryptor.finalize()


def decrypt(suite: Suite, key: bytes, data: bytes) -> bytes:
    """Decrypt whole blocks in ECB; ValueError for a key or data of another length."""
    require_blocks(suite, data)
    decryptor = Cipher(_algorithm(suite, key), modes.ECB()).decryptor()  # noqa: S305 - the card network uses ECB.
    return decryptor.update(data) + decryptor.finalize()


def pad(suite: Suite, data: bytes) -> bytes:
    """Append `80` and zeros up to whole blocks; whole blocks of data get one more."""
    padded = data + b"\x80"
    return padded + bytes(-len(padded) % suite.block_length)


def last_block(suite: Suite, key: bytes, data: bytes, initial: bytes) -> bytes:
    """Run CBC over padded data and return its last cipher block; `initial` has one block."""
    encryptor = Cipher(_algorithm(suite, key), modes.CBC(initial)).encryptor()
    return (encryptor.update(pad(suite, data)) + encryptor.finalize())[-suite.block_length :]


def mac(suite: Suite, key: bytes, data: bytes) -> bytes:
    """Return the first four bytes of the CBC-MAC with a zero start value."""
    return last_block(suite, key, data, bytes(suite.block_length))[:MAC_LENGTH]


def xor(left: bytes, right: bytes) -> bytes:
    """Add two byte strings of one length bit by bit."""
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def complement(data: bytes) -> bytes:
    """Turn every bit."""
    return bytes(byte ^ 0xFF for byte in data)


def fold(block: bytes) -> bytes:
    """Add the halves of a 16-byte block."""
    return xor(block[:8], block[8:])


def require_length(name: str, data: bytes, *lengths: int) -> None:
    """Raise ValueError, without showing the data, unless it has one of the lengths."""
    if len(data) not in lengths:
        wanted = " or ".join(str(length) for length in lengths)
        raise ValueError(f"{name}: {wanted} bytes are needed, {len(data)} given")


def require_blocks(suite: Suite, data: bytes) -> None:
    """Raise ValueError unless the data are one or more whole blocks."""
    if not data or len(data) % suite.block_length:
        raise ValueError(f"data: whole blocks of {suite.block_length} bytes are needed, {len(data)} bytes given")


def _algorithm(suite: Suite, key: bytes) -> CipherAlgorithm:
    """Choose the cipher by suite and key length: 8 bytes are single DES, 16 bytes 3DES or SM4."""
    if suite is Suite.SM4:
        require_length("SM4 key", key, 16)
        return SM4(key)
    require_length("DES key", key, 8, 16)
    return TripleDES(key * 3 if len(key) == 8 else key + key[:8])
