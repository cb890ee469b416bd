"""One description of a file, from which it is read, written and shown: each attribute says how its bytes are written.

Every accepted file comes back byte for byte. Where a file spells a value in another way than we would (a plate padded
with FF, a blank date of FF), its own bytes are kept as ``spelling`` and used for each field that still has that value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any, ClassVar, Final, Self, get_type_hints

import msgspec
from msgspec.structs import replace

from laneside.codec.encodings import NUMBER, RAW, Encoding, Shown, Span
from laneside.errors import CodecError
from laneside.vocab.words import Coded, Words, label

DECODED_KEPT: Final = 64
"""How many decoded files are kept: more than the passages that are worked at one time have."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``laneside decode``: the spec's name of a field, value, label, and the bytes that hold it."""

    field: str
    value: Shown
    label: Words | None = None
    offset: int
    length: int


class FieldSpec(msgspec.Struct, frozen=True, kw_only=True):
    """How one attribute of a file is written. ``name`` is the spec's name in snake_case if it is another one.

    The label comes from a code table or from ``words_of``. ``expand`` makes the rows of a field that the spec counts as
    several, from its value and its offset; where it makes none, the field is one row. An ``optional`` field is missing
    in shorter files: then it is None, reserved bytes are empty.
    """

    attribute: str = ""
    length: int
    encoding: Encoding = NUMBER
    name: str = ""
    codes: type[Coded] | None = None
    words_of: Callable[[Any], Words | None] | None = None
    optional: bool = False
    expand: Callable[[Any, int], Iterable[Row]] | None = None

    @property
    def spec_name(self) -> str:
        """The name under which the field is shown."""
        return self.name or self.attribute

    @property
    def absent(self) -> Any:
        """The value of an optional field in a file that ends before it."""
        return b"" if self.spec_name == "reserved" else None


def number(length: int = 1, name: str = "", codes: type[Coded] | None = None) -> FieldSpec:
    """Return an unsigned integer, labelled by a code table if one is given."""
    return FieldSpec(length=length, name=name, codes=codes)


def raw(length: int, name: str = "") -> FieldSpec:
    """Return bytes that are shown in hex."""
    return FieldSpec(length=length, encoding=RAW, name=name)


def fields_of(kind: type) -> tuple[FieldSpec, ...]:
    """Return the fields of a class in the order of their bytes: its attributes that are Annotated with a FieldSpec."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        replace(spec, attribute=attribute)
        for attribute, hint in hints.items()
        for spec in getattr(hint, "__metadata__", ())
        if isinstance(spec, FieldSpec)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The fields of one file in order; ``sizes`` are the sizes in which the file occurs."""

    file: str
    fields: tuple[FieldSpec, ...]
    sizes: tuple[int, ...]
    _spans: tuple[tuple[FieldSpec, Span], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check that the longest size is the sum of the fields."""
        assert sum(each.length for each in self.fields) == max(self.sizes), self.file
        ends = accumulate(each.length for each in self.fields)
        spans = (
            (each, Span(file=self.file, offset=end - each.length, length=each.length))
            for each, end in zip(self.fields, ends, strict=True)
        )
        object.__setattr__(self, "_spans", tuple(spans))

    def parse(self, data: bytes) -> dict[str, Any]:
        """Return the values by attribute. Raises CodecError for a wrong size or a field that has no meaning."""
        self.check_size(data)
        values = {}
        for each, at in self._spans:
            present = at.offset + at.length <= len(data)
            raw_value = data[at.offset : at.offset + at.length]
            values[each.attribute] = each.encoding.decode(raw_value, at) if present else each.absent
        return values

    def values_of(self, file: object) -> dict[str, Any]:
        """Return what a value that was made from this layout holds, by attribute."""
        return {each.attribute: getattr(file, each.attribute) for each in self.fields}

    def build(self, values: Mapping[str, Any], spelling: bytes = b"") -> bytes:
        """Return the file of ``values``, in its own spelling where that still means the same. Raises CodecError."""
        written = []
        for each, at in self._spans:
            value = values[each.attribute]
            if each.optional and value == each.absent:
                continue
            written.append((spelling and _spelt(each, value, at, spelling)) or each.encoding.encode(value, at))
        data = b"".join(written)
        self.check_size(data)
        return data

    def rows(self, values: Mapping[str, Any]) -> Iterator[Row]:
        """Return a row per field of a file that holds ``values``; together they cover every byte once."""
        for each, at in self._spans:
            value = values[each.attribute]
            if at.length and not (each.optional and value == each.absent):
                yield from _rows(each, value, at)

    def check_size(self, data: bytes) -> None:
        """Raise CodecError at the first byte that is missing or too many."""
        if len(data) in self.sizes:
            return
        sizes = " or ".join(str(size) for size in sorted(self.sizes))
        what = "cut short" if len(data) < max(self.sizes) else "too long"
        raise CodecError(
            file=self.file, offset=min(len(data), max(self.sizes)), reason=f"{what}: {len(data)} bytes, not {sizes}"
        )


def _spelt(each: FieldSpec, value: Any, at: Span, spelling: bytes) -> bytes:
    """Return the file's own bytes of a field if they still mean ``value``, else nothing."""
    own = spelling[at.offset : at.offset + at.length]
    return own if len(own) == at.length and each.encoding.decode(own, at) == value else b""


def _rows(each: FieldSpec, value: Any, at: Span) -> Iterator[Row]:
    inner = () if each.expand is None else tuple(each.expand(value, at.offset))
    if inner:
        yield from inner
        return
    shown = each.encoding.show(value)
    yield Row(field=each.spec_name, value=shown, label=_words(each, value), offset=at.offset, length=at.length)


def _words(each: FieldSpec, value: Any) -> Words | None:
    if each.words_of is not None:
        return each.words_of(value)
    return None if each.codes is None else label(each.codes, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipFile:
    """The base of every decoded file: ``X.from_bytes(data)``, ``bytes(x)``, ``x.rows()``; it can't exist invalid.

    A class gives FILE, its name in errors, and SIZES; its LAYOUT follows from its attributes.
    """

    FILE: ClassVar[str]
    SIZES: ClassVar[tuple[int, ...]]
    LAYOUT: ClassVar[Layout]

    spelling: bytes = field(default=b"", repr=False)

    def __init_subclass__(cls) -> None:
        """Make the layout, once: slots make a second class. A base that several files share has no sizes, no layout."""
        if hasattr(cls, "SIZES") and "LAYOUT" not in vars(cls):
            cls.LAYOUT = Layout(file=cls.FILE, fields=fields_of(cls), sizes=cls.SIZES)

    def __post_init__(self) -> None:
        """Hold exactly what the bytes say: values in clean form, no spelling but an unusual one. Raises CodecError."""
        self.check()
        data = self.layout.build(self.values(), self.spelling)
        for attribute, value in self.layout.parse(data).items():
            object.__setattr__(self, attribute, value)
        canonical = self.layout.build(self.values())
        object.__setattr__(self, "spelling", b"" if data == canonical else data)

    def check(self) -> None:
        """Raise CodecError for values that do not go together."""

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Decode a file. Raises CodecError naming file, offset and reason."""
        decoded = _decoded(cls, bytes(data))  # type: ignore[arg-type]  # a class is hashable, frozen or not
        assert isinstance(decoded, cls)
        return decoded

    @classmethod
    def layout_of(cls, _data: bytes) -> Layout:
        """Return the layout that fits these bytes."""
        return cls.LAYOUT

    @property
    def layout(self) -> Layout:
        """The layout of this value."""
        return self.LAYOUT

    def values(self) -> dict[str, Any]:
        """Return the fields by attribute."""
        return self.layout.values_of(self)

    def rows(self) -> tuple[Row, ...]:
        """Return what ``laneside decode`` shows."""
        return tuple(self.layout.rows(self.values()))

    def __bytes__(self) -> bytes:
        return self.layout.build(self.values(), self.spelling)


@lru_cache(DECODED_KEPT)
def _decoded(kind: type[ChipFile], data: bytes) -> ChipFile:
    """Decode a file once: card and tag are read twice in a passage, and what was read is shown, checked and kept."""
    return kind(**kind.layout_of(data).parse(data), spelling=data)
