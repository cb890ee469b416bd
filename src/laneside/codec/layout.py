"""One description of a file, from which it is parsed, built and shown: a table of fields in the spec's own words.

Every accepted file comes back byte for byte. Where a file spells a value in another way than we would (a plate padded
with FF, a blank date of FF), its own bytes are kept as ``spelling`` and used for each field that still has that value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any, ClassVar, Final, Self

from laneside.codec.forms import NUMBER, Form, Place, Shown
from laneside.errors import CodecError
from laneside.vocab import Coded, Words, label

DECODED_KEPT: Final = 64
"""More files than the passages that are worked at one time have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of ``laneside decode``: the spec's name, value, label, and which bytes it stands on."""

    field: str
    value: Shown
    label: Words | None = None
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a file. ``attribute`` names it in our value, ``name`` (if another) is the spec's in snake_case.

    The label comes from a code table or from ``say``;
    ``expand`` makes the rows of a field that the spec counts as several, from its value and its offset.
    """

    attribute: str
    length: int
    form: Form = NUMBER
    name: str = ""
    codes: type[Coded] | None = None
    say: Callable[[Any], Words | None] | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The fields of one file in order; ``lengths`` are the file sizes in the field."""

    file: str
    fields: tuple[Field, ...]
    lengths: tuple[int, ...]
    _places: tuple[tuple[Field, Place], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Hold the table together: the longest size is the sum of the fields."""
        assert sum(each.length for each in self.fields) == max(self.lengths), self.file
        ends = accumulate(each.length for each in self.fields)
        places = (
            (each, Place(file=self.file, offset=end - each.length, length=each.length))
            for each, end in zip(self.fields, ends, strict=True)
        )
        object.__setattr__(self, "_places", tuple(places))

    def parse(self, data: bytes) -> dict[str, Any]:
        """Return the values by attribute. Raises CodecError for a wrong size or a field that has no meaning."""
        self.check_size(data)
        values = {}
        for each, at in self._places:
            present = at.offset < len(data)
            raw = data[at.offset : at.offset + at.length]
            values[each.attribute] = each.form.decode(raw, at) if present else each.absent
        return values

    def values_of(self, file: object) -> dict[str, Any]:
        """Return what a value that was made from this layout holds, by attribute."""
        return {each.attribute: getattr(file, each.attribute) for each in self.fields}

    def build(self, values: Mapping[str, Any], spelling: bytes = b"") -> bytes:
        """Return the file of ``values``, in its own spelling where that still says the same. Raises CodecError."""
        pieces = []
        for each, at in self._places:
            value = values[each.attribute]
            if each.optional and value == each.absent:
                continue
            pieces.append((spelling and _spelt(each, value, at, spelling)) or each.form.encode(value, at))
        data = b"".join(pieces)
        self.check_size(data)
        return data

    def rows(self, values: Mapping[str, Any]) -> Iterator[Row]:
        """Return a row per field of a file that holds ``values``; together they cover every byte once."""
        for each, at in self._places:
            value = values[each.attribute]
            if not (each.optional and value == each.absent):
                yield from _rows(each, value, at)

    def check_size(self, data: bytes) -> None:
        """Raise CodecError at the first byte that is missing or too many."""
        if len(data) in self.lengths:
            return
        sizes = " or ".join(str(size) for size in sorted(self.lengths))
        what = "cut short" if len(data) < max(self.lengths) else "too long"
        raise CodecError(
            file=self.file, offset=min(len(data), max(self.lengths)), reason=f"{what}: {len(data)} bytes, not {sizes}"
        )


def _spelt(each: Field, value: Any, at: Place, spelling: bytes) -> bytes:
    """Return the file's own bytes of a field if they still mean ``value``, else nothing."""
    own = spelling[at.offset : at.offset + at.length]
    return own if len(own) == at.length and each.form.decode(own, at) == value else b""


def _rows(each: Field, value: Any, at: Place) -> Iterator[Row]:
    if each.expand is not None:
        yield from each.expand(value, at.offset)
        return
    shown = each.form.show(value)
    yield Row(field=each.spec_name, value=shown, label=_words(each, value), offset=at.offset, length=at.length)


def _words(each: Field, value: Any) -> Words | None:
    if each.say is not None:
        return each.say(value)
    return None if each.codes is None else label(each.codes, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipFile:
    """The base of every decoded file: ``X.from_bytes(data)``, ``bytes(x)``, ``x.rows()``; it can't exist invalid."""

    LAYOUT: ClassVar[Layout]

    spelling: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        """Hold exactly what the bytes say: values in clean form, no spelling but an unusual one. Raises CodecError."""
        data = self.layout.build(self.values(), self.spelling)
        for attribute, value in self.layout.parse(data).items():
            object.__setattr__(self, attribute, value)
        canonical = self.layout.build(self.values())
        object.__setattr__(self, "spelling", b"" if data == canonical else data)

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
