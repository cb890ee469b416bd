"""The two algorithm families: block ciphers in ECB, the CBC-MAC and its padding (spec/psam-and-crypto.md 5.4 and 8).

Single DES and two-key 3DES both run as three-key 3DES: the library takes only 24-byte keys.
"""

from __future__ import annotations

from enum import StrEnum

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

MAC_LENGTH = 4


class Suite(StrEnum):
    """One of the two algorithm families (section 5); its value is its name on the command line."""

    TDES = "3des"
    SM4 = "sm4"

    @property
    def algorithm_id(self) -> int:
        """The id that a card answers at `8050`: 00 for 3DES, 04 for SM4."""
        return 0x00 if self is Suite.TDES else 0x04

    @property
    def block_length(self) -> int:
        """The size of one cipher block, in bytes."""
        return 8 if self is Suite.TDES else 16

    @property
    def session_key_length(self) -> int:
        """The size of a session key, in bytes: single DES for the 3DES family."""
        return 8 if self is Suite.TDES else 16


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
    """Return data with `80` and zeros up to whole blocks; whole blocks of data get one more."""
    padded = data + b"\x80"
    return padded + bytes(-len(padded) % suite.block_length)


def last_block(suite: Suite, key: bytes, data: bytes, initial: bytes) -> bytes:
    """Return the last cipher block of CBC over padded data; `initial` has one block."""
    encryptor = Cipher(_algorithm(suite, key), modes.CBC(initial)).encryptor()
    return (encryptor.update(pad(suite, data)) + encryptor.finalize())[-suite.block_length :]


def mac(suite: Suite, key: bytes, data: bytes) -> bytes:
    """Return the first four bytes of the CBC-MAC with a zero start value."""
    return last_block(suite, key, data, bytes(suite.block_length))[:MAC_LENGTH]


def xor(left: bytes, right: bytes) -> bytes:
    """Return the XOR of two byte strings of one length."""
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def complement(data: bytes) -> bytes:
    """Return data with every bit inverted."""
    return bytes(byte ^ 0xFF for byte in data)


def fold(block: bytes) -> bytes:
    """Return the XOR of the halves of a 16-byte block."""
    return xor(block[:8], block[8:])


def require_length(name: str, data: bytes, *lengths: int) -> None:
    """Raise ValueError, without showing the data, unless it has one of these lengths."""
    if len(data) not in lengths:
        wanted = " or ".join(str(length) for length in lengths)
        raise ValueError(f"{name}: {wanted} bytes are needed, {len(data)} given")


def require_blocks(suite: Suite, data: bytes) -> None:
    """Raise ValueError unless the data are one or more whole blocks."""
    if not data or len(data) % suite.block_length:
        raise ValueError(f"data: whole blocks of {suite.block_length} bytes are needed, {len(data)} bytes given")


def _algorithm(suite: Suite, key: bytes) -> CipherAlgorithm:
    """Return the cipher of a suite and key length: 8 bytes are single DES, 16 bytes 3DES or SM4."""
    if suite is Suite.SM4:
        require_length("SM4 key", key, 16)
        return SM4(key)
    require_length("DES key", key, 8, 16)
    return TripleDES(key * 3 if len(key) == 8 else key + key[:8])
