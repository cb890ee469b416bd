"""The non-volatile memory of one chip: named fields in a byte image, kept in two slots.

A cut leaves the old or the new image, never a mixture. A slot is a header (magic, generation, length, checksum) and
the image. A commit fills the older slot, image first, header last; until that header is whole its checksum fails and
the newer slot stays the state of the chip.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Protocol

from laneside.errors import LanesideError

MAGIC = b"LSV1"
HEADER_LENGTH = 20


class StoreError(LanesideError):
    """Neither slot of a chip's memory holds a whole image."""

    code = "virtual-store"


class SlotLayout:
    """The offset and length of each field, in the order given."""

    def __init__(self, fields: Iterable[tuple[str, int]]) -> None:
        self._spans: dict[str, tuple[int, int]] = {}
        self.length = 0
        for name, length in fields:
            assert name not in self._spans, f"two fields are called {name}"
            self._spans[name] = (self.length, length)
            self.length += length

    def span(self, name: str) -> tuple[int, int]:
        """Return offset and length of a field."""
        return self._spans[name]


class Image:
    """Bytes under a layout: committed ones to read from, or a draft to change and commit."""

    __slots__ = ("_data", "_layout")

    def __init__(self, layout: SlotLayout, data: bytes | None = None) -> None:
        self._layout = layout
        self._data = bytearray(layout.length if data is None else data)
        assert len(self._data) == layout.length, "the image belongs to another layout"

    def __getitem__(self, name: str) -> bytes:
        offset, length = self._layout.span(name)
        return bytes(self._data[offset : offset + length])

    def __bytes__(self) -> bytes:
        return bytes(self._data)

    def number(self, name: str) -> int:
        """Return a field as an unsigned number, big-endian."""
        return int.from_bytes(self[name], "big")

    def put(self, name: str, data: bytes, at: int = 0) -> None:
        """Write bytes into a field, at an offset inside it."""
        offset, length = self._layout.span(name)
        assert at + len(data) <= length, f"{name} is too short"
        self._data[offset + at : offset + at + len(data)] = data

    def put_number(self, name: str, value: int) -> None:
        """Write an unsigned number over a whole field, big-endian."""
        self.put(name, value.to_bytes(self._layout.span(name)[1], "big"))


class ChipMemory(Protocol):
    """Memory that keeps bytes without power."""

    def read(self) -> bytes:
        """Return all bytes that were ever written."""
        ...

    def write(self, offset: int, data: bytes) -> None:
        """Put bytes at an offset, growing when needed; they are durable when this returns."""
        ...


class RamMemory:
    """A memory in this process; a test hands in what an earlier chip left behind."""

    def __init__(self, data: bytes = b"") -> None:
        self._data = bytearray(data)

    def read(self) -> bytes:
        """Return all bytes."""
        return bytes(self._data)

    def write(self, offset: int, data: bytes) -> None:
        """Put bytes at an offset."""
        self._data.extend(bytes(max(0, offset + len(data) - len(self._data))))
        self._data[offset : offset + len(data)] = data


class FileMemory:
    """A memory in a file; each write is flushed to the disk. The first write makes the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> bytes:
        """Return all bytes. Raises OSError."""
        return self._path.read_bytes()

    def write(self, offset: int, data: bytes) -> None:
        """Put bytes at an offset and flush them. Raises OSError."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            rest, at = memoryview(data), offset
            while rest:
                written = os.pwrite(descriptor, rest, at)
                rest, at = rest[written:], at + written
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class TwoSlotStore:
    """A committed byte image in a memory. Not thread-safe: one chip owns it."""

    SLOTS: ClassVar[int] = 2

    def __init__(self, memory: ChipMemory) -> None:
        """Open what the memory holds. Raises StoreError when neither slot is whole."""
        self._memory = memory
        self.reload()

    @classmethod
    def create(cls, memory: ChipMemory, image: bytes) -> TwoSlotStore:
        """Lay out both slots in a memory and commit the first image."""
        slot = _slot(1, image)
        memory.write(0, slot + bytes(len(slot)))
        return cls(memory)

    @property
    def image(self) -> bytes:
        """The committed state."""
        return self._image

    def reload(self) -> None:
        """Take the newest whole slot, as a chip does when power comes. Raises StoreError when neither is whole."""
        data = self._memory.read()
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
        # The header makes the slot valid, so it goes last: a cut between the two writes leaves a wrong checksum.
        self._memory.write(start + HEADER_LENGTH, slot[HEADER_LENGTH:])
        self._memory.write(start, slot[:HEADER_LENGTH])
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
