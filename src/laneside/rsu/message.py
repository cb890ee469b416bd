"""What every message is: one field table per form, from which it is parsed, built and shown.

All fields take any bytes, so a message fails by its size only, and what arrived is kept byte for byte. Files inside a
message stay bytes; properties decode them, so that a broken file does not cost the frame around it.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from laneside.codec.encodings import RAW
from laneside.codec.layout import FieldSpec, Layout, Row
from laneside.errors import CodecError
from laneside.rsu.parts import ERROR, OBU_ID

if TYPE_CHECKING:
    from laneside.rsu.dialect import Dialect

LAYOUTS_KEPT: Final = 64
"""The sizes that a road's frames have; strange ones push each other out."""


def layout_of_frame(command: int, *table: FieldSpec) -> Layout:
    """Return the layout of what follows a command byte; its name in errors is ``rsu-C6``."""
    return Layout(file=file_name(command), fields=table, sizes=(sum(each.length for each in table),))


def file_name(command: int) -> str:
    """Name a message in an error."""
    return f"rsu-{command:02X}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The base of every message. ``from_bytes`` and ``bytes(x)`` are what follows the command byte.

    Raises CodecError for a value that its field can't hold, and for a size that the form does not have.
    """

    COMMAND: ClassVar[int]
    LAYOUT: ClassVar[Layout]

    def __post_init__(self) -> None:
        """Refuse what could not be sent."""
        bytes(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what follows the command byte."""
        return cls(**cls.layout_for(len(data)).parse(data))

    @classmethod
    def read(cls, dialect: Dialect, data: bytes) -> Self:  # noqa: ARG003 - only some forms depend on settings.
        """Read what follows the command byte, as this dialect's settings say."""
        return cls.from_bytes(data)

    @classmethod
    def layout_for(cls, size: int) -> Layout:  # noqa: ARG003 - only some messages have several.
        """Return the layout that fits data of this size, or the one whose size it misses."""
        return cls.LAYOUT

    @property
    def layout(self) -> Layout:
        """The layout of this value."""
        return self.LAYOUT

    def command(self, dialect: Dialect) -> int:  # noqa: ARG002 - only some commands differ between makes.
        """Return the command byte."""
        return self.COMMAND

    def body(self, dialect: Dialect) -> bytes:
        """Return command byte and fields: what a frame carries."""
        return bytes((self.command(dialect),)) + bytes(self)

    def values(self) -> dict[str, Any]:
        """Return the fields by attribute."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def wire_values(self) -> dict[str, Any]:
        """Return what the layout asks for."""
        return self.layout.values_of(self)

    def rows(self, dialect: Dialect) -> tuple[Row, ...]:
        """Return what ``laneside decode frame`` shows, offsets counted in ``bytes(self)``."""
        command = self.command(dialect)
        return tuple(
            Row(
                field=row.field,
                value=row.value,
                label=row.label or dialect.words(command, row.field, row.value),
                offset=row.offset,
                length=row.length,
            )
            for row in self.layout.rows(self.wire_values())
        )

    def __bytes__(self) -> bytes:
        return self.layout.build(self.wire_values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Tailed(Message):
    """A message whose last field has a size of its own: the layout's sizes before it, then ``TAIL``."""

    TAIL: ClassVar[FieldSpec]
    TAIL_SIZES: ClassVar[Container[int]]

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what follows the command byte; a tail that is not there is empty, whatever its default."""
        return cls(**{cls.TAIL.attribute: b"", **cls.layout_for(len(data)).parse(data)})

    @classmethod
    def layout_for(cls, size: int) -> Layout:
        """Give the tail what the fields before it leave."""
        return cls._with_tail(size - max(cls.LAYOUT.sizes))

    @property
    def layout(self) -> Layout:
        """The layout with this value's tail."""
        return self._with_tail(len(getattr(self, self.TAIL.attribute)))

    @classmethod
    @lru_cache(LAYOUTS_KEPT)
    def _with_tail(cls, size: int) -> Layout:
        head = cls.LAYOUT
        if size < 0 or (size == 0 and 0 in cls.TAIL_SIZES):
            return head
        if size not in cls.TAIL_SIZES:
            reason = f"{size} bytes of {cls.TAIL.spec_name} are no size of this message"
            raise CodecError(file=head.file, offset=max(head.sizes), reason=reason)
        return layout_of_frame(cls.COMMAND, *head.fields, replace(cls.TAIL, length=size))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opaque(Message):
    """A message for which the spec gives no layout (or not of this size): its command byte and its data."""

    number: int
    data: bytes = b""

    def __post_init__(self) -> None:
        """Refuse a command that is no byte."""
        if not 0 <= self.number <= 0xFF:
            raise CodecError(file="rsu", offset=0, reason=f"command {self.number} is no byte")

    @property
    def layout(self) -> Layout:
        """One field, the data."""
        return layout_of_frame(self.number, FieldSpec(attribute="data", length=len(self.data), encoding=RAW))

    def command(self, dialect: Dialect) -> int:  # noqa: ARG002 - the same in every dialect.
        """Return the command byte."""
        return self.number

    def __bytes__(self) -> bytes:
        return self.data


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortReply(Message):
    """A reader's frame that ends after its error code, as the heartbeat B2 of the old dialect does (rsu-frames.md 2.1).

    ``obu_id`` is empty for BD and BF, which have none.
    """

    number: int
    obu_id: bytes = b""
    error: int

    @property
    def layout(self) -> Layout:
        """The fields that there are."""
        return layout_of_frame(self.number, *((OBU_ID,) if self.obu_id else ()), ERROR)

    def command(self, dialect: Dialect) -> int:  # noqa: ARG002 - the same in every dialect.
        """Return the command byte."""
        return self.number
