"""Selecting, reading and writing files: the commands that card, tag and PSAM share (spec/icc.md 8.1, 8.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from laneside.card.apdu import ChipFlow, Command, Device, Reply, ask
from laneside.card.status import Meaning, StatusTable, statuses

MASTER_FILE: Final = bytes.fromhex("3F00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(Command):
    """SELECT by file identifier; ``6283`` still selects, but what was selected is locked."""

    NAME: ClassVar[str] = "SELECT"
    STATUSES: ClassVar[StatusTable] = statuses({0x6283: Meaning.FILE_INVALID})
    file_id: bytes

    @property
    def header(self) -> bytes:
        """``00 A4 00 00``."""
        return bytes.fromhex("00A40000")

    @property
    def data(self) -> bytes:
        """The two bytes of the file identifier."""
        return self.file_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBinary(Command):
    """READ BINARY of a transparent file: by ``sfi`` from offset 0, or by a 15-bit ``offset`` of the selected file."""

    NAME: ClassVar[str] = "READ BINARY"
    sfi: int | None = None
    offset: int = 0
    length: int

    @property
    def header(self) -> bytes:
        """``00 B0`` and the place (P1 = ``80 | SFI``, or offset high and low)."""
        place = self.offset if self.sfi is None else (0x80 | self.sfi) << 8 | self.offset
        return b"\x00\xb0" + place.to_bytes(2, "big")

    @property
    def le(self) -> int | None:
        """The bytes to read."""
        return self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRecord(Command):
    """READ RECORD by number from the file with this SFI (P2 = ``SFI << 3 | 4``)."""

    NAME: ClassVar[str] = "READ RECORD"
    sfi: int
    number: int
    length: int

    @property
    def header(self) -> bytes:
        """``00 B2``, the record number and the reference byte."""
        return bytes((0x00, 0xB2, self.number, self.sfi << 3 | 4))

    @property
    def le(self) -> int | None:
        """The record's length."""
        return self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateBinary(Command):
    """UPDATE BINARY without MAC at a 15-bit offset of the selected file (spec/obu.md 5.2)."""

    NAME: ClassVar[str] = "UPDATE BINARY"
    offset: int
    content: bytes

    @property
    def header(self) -> bytes:
        """``00 D6`` and the offset."""
        return b"\x00\xd6" + self.offset.to_bytes(2, "big")

    @property
    def data(self) -> bytes:
        """The new content."""
        return self.content


def select(device: Device, file_id: bytes) -> ChipFlow[bytes]:
    """Select a file that must be there and open; the FCI comes back. Raises ChipRefusedError."""
    reply: Reply = yield from ask(device, Select(file_id=file_id))
    return reply.expect()
