"""The port to one chip: bytes of a command APDU in, bytes of the answer with its status word out."""

from __future__ import annotations

from typing import Protocol

import msgspec


class CardChannel(Protocol):
    """One powered chip: user card, tag (ESAM) or PSAM. Opening a channel powers the chip, closing removes power."""

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU; at least the two status bytes come back.

        Raises LinkLostError when no answer arrives: the chip may or may not have acted.
        """
        ...

    def close(self) -> None:
        """Remove power; what the chip held in volatile memory is gone."""
        ...


class TagPresence(msgspec.Struct, frozen=True, kw_only=True):
    """What the radio knows of a tag before any file is read (spec/obu.md section 8)."""

    mac_id: bytes
    status: int

    def __post_init__(self) -> None:
        """Refuse what no VST could carry."""
        assert len(self.mac_id) == 4, "a MAC id has four bytes"
        assert 0 <= self.status <= 0xFF, "the OBU status is one byte"
