"""What a chip's file tree is made of: directories, files, and how each may be read and updated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from laneside.virtual.image import Image

MASTER_FILE = 0x3F00


class FileKind(Enum):
    """How a file is read."""

    BINARY = auto()
    RECORDS = auto()
    CYCLIC = auto()
    CIPHERED = auto()
    INTERNAL = auto()


class Update(Enum):
    """What UPDATE BINARY needs."""

    NEVER = auto()
    PLAIN = auto()
    AUTHENTICATED = auto()
    MAC = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementaryFile:
    """One file: its id, the image field that holds it, and how it may be used. Its SFI is the id's last five bits."""

    file_id: int
    field: str
    kind: FileKind = FileKind.BINARY
    update: Update = Update.NEVER
    length_field: str = ""

    def content(self, image: Image) -> bytes:
        """Return the file as personalised: some are shorter than the room kept for them."""
        return image[self.field][: image.number(self.length_field)] if self.length_field else image[self.field]


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """A directory file with its FCI (empty where the chip answers none) and its name."""

    file_id: int
    files: tuple[ElementaryFile, ...]
    fci: bytes = b""
    name: bytes = b""
