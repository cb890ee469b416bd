"""The non-volatile memory of one chip: one byte image in two slots, so that a cut leaves the old or the new state.

A slot is a header (magic, generation, length, checksum) and the image. A commit fills the older slot, image first,
header last; until that header is whole its checksum fails and the newer slot stays the state of the chip.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import ClassVar, Protocol

from laneside.errors import LanesideError

MAGIC = b"LSV1"
HEADER_LENGTH = 20


class StoreError(LanesideError):
    """Neither slot of a chip's memory holds a whole image."""

    code = "virtual-store"


class Medium(Protocol):
    """Memory that keeps bytes without power."""

    def read(self) -> bytes:
        """Return all bytes that were ever written."""
        ...

    def write(self, offset: int, data: bytes) -> None:
        """Put bytes at an offset, growing when needed; they are durable when this returns."""
        ...


class MemoryMedium:
    """Keep the bytes in this process; a test hands in what an earlier chip left behind."""

    def __init__(self, data: bytes = b"") -> None:
        self._data = bytearray(data)

    def read(self) -> bytes:
        """Return all bytes."""
        return bytes(self._data)

    def write(self, offset: int, data: bytes) -> None:
        """Put bytes at an offset."""
        self._data.extend(bytes(max(0, offset + len(data) - len(self._data))))
        self._data[offset : offset + len(data)] = data


class FileMedium:
    """Keep the bytes in a file; each write is flushed to the disk. The file is made by the first write."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> bytes:
        """Return all bytes; an OSError is left to the caller."""
        return self._path.read_bytes()

    def write(self, offset: int, data: bytes) -> None:
        """Put bytes at an offset and flush them."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            rest, at = memoryview(data), offset
            while rest:
                written = os.pwrite(descriptor, rest, at)
                rest, at = rest[written:], at + written
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Store:
    """A committed byte image on a medium. Not thread-safe: one chip owns it."""

    SLOTS: ClassVar[int] = 2

    def __init__(self, medium: Medium) -> None:
        """Open what the medium holds; StoreError when neither slot is whole."""
        self._medium = medium
        self.reload()

    @classmethod
    def create(cls, medium: Medium, image: bytes) -> Store:
        """Lay out both slots on a medium and commit the first image."""
        slot = _slot(1, image)
        medium.write(0, slot + bytes(len(slot)))
        return cls(medium)

    @property
    def image(self) -> bytes:
        """The committed state."""
        return self._image

    def reload(self) -> None:
        """Take the newest whole slot of the medium, as a chip does when power comes; StoreError when there is none."""
        data = self._medium.read()
        self._slot_length = len(data) // self.SLOTS
        found = [(*whole, index) for index in range(self.SLOTS) if (whole := self._whole(data, index)) is not None]
        if not found:
            raise StoreError("neither slot holds a whole image")
        self._generation, self._image, self._current = max(found)

    def commit(self, image: bytes) -> None:
        """Make another image of the same length the state; a cut inside leaves the old one."""
        assert len(image) == len(self._image), "an image never changes its length"
        if image == self._image:
            return
        target = (self._current + 1) % self.SLOTS
        slot = _slot(self._generation + 1, image)
        start = target * self._slot_length
        self._medium.write(start + HEADER_LENGTH, slot[HEADER_LENGTH:])
        self._medium.write(start, slot[:HEADER_LENGTH])
        self._generation, self._image, self._current = self._generation + 1, image, target

    def _whole(self, data: bytes, index: int) -> tuple[int, bytes] | None:
        """Return generation and image of a slot, None when its checksum does not hold."""
        slot = data[index * self._slot_length : (index + 1) * self._slot_length]
        image = slot[HEADER_LENGTH:]
        generation = int.from_bytes(slot[4:12], "big")
        return (generation, image) if image and slot == _slot(generation, image) else None


def _slot(generation: int, image: bytes) -> bytes:
    """Write a whole slot: magic 4, generation 8, length 4, CRC-32 4, image."""
    head = MAGIC + generation.to_bytes(8, "big") + len(image).to_bytes(4, "big")
    return head + zlib.crc32(head + image).to_bytes(4, "big") + image
