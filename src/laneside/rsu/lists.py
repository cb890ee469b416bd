"""Entries of one layout, over and over: PSAM lists in B0, BA and CB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from laneside.codec import Row
from laneside.codec.encodings import Shown, Span
from laneside.codec.layout import FieldSpec, Layout


def _values(entry: Any) -> dict[str, Any]:
    return {each.name: getattr(entry, each.name) for each in fields(entry)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """A list as a field: ``entry`` is a frozen value whose class has the LAYOUT of one; rows are ``name_1.field``."""

    entry: Any
    attribute: str
    name: str

    @property
    def size(self) -> int:
        """Bytes of one entry."""
        return max(self._layout.sizes)

    def field_of(self, count: int) -> FieldSpec:
        """Return the field for so many entries."""
        return FieldSpec(attribute=self.attribute, length=count * self.size, encoding=self, expand=self.rows)

    def field_for(self, size: int) -> FieldSpec:
        """Return the field for so many bytes: whole entries and at least one, else the nearest such size."""
        return self.field_of(max(1, -(-size // self.size)))

    def decode(self, raw: bytes, _at: Span) -> tuple[Any, ...]:
        """Read whole entries."""
        pieces = (raw[place : place + self.size] for place in range(0, len(raw), self.size))
        return tuple(self.entry(**self._layout.parse(piece)) for piece in pieces)

    def encode(self, value: tuple[Any, ...], _at: Span) -> bytes:
        """Write them one after the other. Raises CodecError for a field that does not fit."""
        return b"".join(self._layout.build(_values(entry)) for entry in value)

    def show(self, value: tuple[Any, ...]) -> Shown:
        """How many there are; the layout shows each one instead."""
        return len(value)

    def rows(self, value: tuple[Any, ...], offset: int) -> Iterator[Row]:
        """Return the rows of each entry, numbered from 1."""
        for count, entry in enumerate(value, 1):
            for row in self._layout.rows(_values(entry)):
                at = offset + (count - 1) * self.size + row.offset
                yield replace(row, field=f"{self.name}_{count}.{row.field}", offset=at)

    @property
    def _layout(self) -> Layout:
        layout = self.entry.LAYOUT
        assert isinstance(layout, Layout), "an entry has a layout"
        return layout
