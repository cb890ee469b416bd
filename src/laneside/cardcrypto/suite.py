"""The two algorithm families, with what the field says of each (spec/psam-and-crypto.md section 5)."""

from __future__ import annotations

from enum import StrEnum


class Suite(StrEnum):
    """One algorithm family; its value is the name that the command line uses."""

    TDES = "3des"
    SM4 = "sm4"

    @property
    def algorithm_id(self) -> int:
        """Give the id that a card answers at `8050`: 00 for 3DES, 04 for SM4."""
        return 0x00 if self is Suite.TDES else 0x04

    @property
    def block_length(self) -> int:
        """Give the bytes of one cipher block."""
        return 8 if self is Suite.TDES else 16

    @property
    def session_key_length(self) -> int:
        """Give the bytes of a session key: single DES for the 3DES family."""
        return 8 if self is Suite.TDES else 16
