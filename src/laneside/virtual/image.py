"""Named fields in the byte image of a chip: every answer is served from these bytes and nothing else."""

from __future__ import annotations

from collections.abc import Iterable


class Layout:
    """Where each field lies, in the order given."""

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

    def __init__(self, layout: Layout, data: bytes | None = None) -> None:
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
