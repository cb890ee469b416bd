"""What every message is: a value whose attributes are its fields, from which it is read, written and shown.

All fields take any bytes, so a message fails by its size only, and what arrived is kept byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Self

import msgspec
from msgspec.structs import replace

from laneside.codec.layout import FieldSpec, Layout, Row, fields_of
from laneside.errors import CodecError
from laneside.rsu.fields import ANY_SIZE, ErrorCode, VariableField, variable

if TYPE_CHECKING:
    from laneside.rsu.dialect import Dialect

_LAYOUTS_KEPT: Final = 128
"""More than the frames of one lane have; sizes that occur once push each other out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MessageForm:
    """One list of fields in which a message occurs; one of them may be of variable size."""

    command: int
    fields: tuple[FieldSpec, ...]
    variable: VariableField | None = field(init=False)
    fixed_size: int = field(init=False)

    def __post_init__(self) -> None:
        """Find the field of variable size, and how many bytes the others take."""
        variable = next((each for each in self.fields if isinstance(each, VariableField)), None)
        object.__setattr__(self, "variable", variable)
        object.__setattr__(self, "fixed_size", sum(each.length for each in self.fields))

    def without(self, *attributes: str) -> MessageForm:
        """Return the form that lacks some fields."""
        kept = tuple(each for each in self.fields if each.attribute not in attributes)
        return MessageForm(command=self.command, fields=kept)

    def size_of(self, message: object) -> int:
        """Return how many bytes a message of this form takes."""
        variable_size = 0 if self.variable is None else self.variable.size_of(getattr(message, self.variable.attribute))
        return self.fixed_size + variable_size

    def layout(self, size: int) -> Layout:
        """Return the layout of a message of this size. Raises CodecError where the variable field can't have the rest.

        A message that is too short, or that has no such field, gets the layout whose size it misses.
        """
        rest = max(0, size - self.fixed_size)
        if self.variable is None:
            return _layout(self, 0)
        if size >= self.fixed_size and rest not in self.variable.sizes:
            before = self.fields[: self.fields.index(self.variable)]
            reason = f"{rest} bytes of {self.variable.spec_name} are no size of this message"
            raise CodecError(file=file_name(self.command), offset=sum(each.length for each in before), reason=reason)
        return _layout(self, rest)


@lru_cache(_LAYOUTS_KEPT)
def _layout(form: MessageForm, variable_size: int) -> Layout:
    sized = (replace(each, length=variable_size) if isinstance(each, VariableField) else each for each in form.fields)
    return Layout(file=file_name(form.command), fields=tuple(sized), sizes=(form.fixed_size + variable_size,))


def file_name(command: int) -> str:
    """Return the name of a message in an error."""
    return f"rsu-{command:02X}"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """The base of every message. ``bytes(x)`` is what follows the command byte.

    Raises CodecError for a value that its field can't hold, and for a size that no form has.
    """

    COMMAND: ClassVar[int]
    FORM: ClassVar[MessageForm]

    def __init_subclass__(cls) -> None:
        """Make the form, once: slots make a second class."""
        if hasattr(cls, "COMMAND") and "FORM" not in vars(cls):
            cls.FORM = MessageForm(command=cls.COMMAND, fields=fields_of(cls))

    def __post_init__(self) -> None:
        """Refuse what could not be sent."""
        self.check()
        bytes(self)

    def check(self) -> None:
        """Raise CodecError for values that do not go together."""

    @classmethod
    def read(cls, dialect: Dialect, data: bytes) -> Self:
        """Read what follows the command byte, as this dialect's settings say."""
        return cls(**cls.form_for(dialect, len(data)).layout(len(data)).parse(data))

    @classmethod
    def form_for(cls, dialect: Dialect, size: int) -> MessageForm:  # noqa: ARG003 - only some messages have several.
        """Return the form of data of this size."""
        return cls.FORM

    @property
    def form(self) -> MessageForm:
        """The form of this value."""
        return self.FORM

    @property
    def layout(self) -> Layout:
        """The layout of this value."""
        return self.form.layout(self.form.size_of(self))

    def command(self, dialect: Dialect) -> int:  # noqa: ARG002 - only some commands differ between makes.
        """Return the command byte."""
        return self.form.command

    def body(self, dialect: Dialect) -> bytes:
        """Return command byte and fields: what a frame carries."""
        return bytes((self.command(dialect),)) + bytes(self)

    def values(self) -> dict[str, Any]:
        """Return the fields by attribute."""
        return msgspec.structs.asdict(self)

    def rows(self, dialect: Dialect) -> tuple[Row, ...]:
        """Return what ``laneside decode frame`` shows, offsets counted in ``bytes(self)``."""
        command, layout = self.command(dialect), self.layout
        return tuple(
            replace(row, label=row.label or dialect.words(command, row.field, row.value))
            for row in layout.rows(layout.values_of(self))
        )

    def __bytes__(self) -> bytes:
        layout = self.layout
        return layout.build(layout.values_of(self))


class Opaque(Message, frozen=True, kw_only=True):
    """A message for which the spec gives no layout (or not of this size): its command byte and its data."""

    number: int
    data: Annotated[bytes, variable(ANY_SIZE)] = b""

    def check(self) -> None:
        """Refuse a command that is not a byte."""
        _check_command(self.number)

    @property
    def form(self) -> MessageForm:
        """One field, the data."""
        return _form_of(Opaque, self.number)

    def rows(self, dialect: Dialect) -> tuple[Row, ...]:
        """Return the data, also where there are none."""
        return Message.rows(self, dialect) or (Row(field="data", value="", offset=0, length=0),)


class ShortReply(Message, frozen=True, kw_only=True):
    """A reader's frame that ends after its error code, as the heartbeat B2 of the old dialect does (rsu-frames.md 2.1).

    ``obu_id`` is empty for BD and BF, which have none.
    """

    number: int
    obu_id: Annotated[bytes, variable((0, 4))] = b""
    error: ErrorCode

    def check(self) -> None:
        """Refuse a command that is not a byte."""
        _check_command(self.number)

    @property
    def form(self) -> MessageForm:
        """Tag, if there is one, and error code."""
        return _form_of(ShortReply, self.number)


@cache  # two kinds, 256 commands
def _form_of(kind: type[Message], number: int) -> MessageForm:
    return MessageForm(command=number, fields=fields_of(kind))


def _check_command(number: int) -> None:
    if not 0 <= number <= 0xFF:
        raise CodecError(file="rsu", offset=0, reason=f"command {number} is not a byte")
