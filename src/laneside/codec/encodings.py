"""How one field is written: bytes ⇄ a value, and how the value is shown in ``laneside decode``.

``decode`` and ``encode`` are inverse on canonical bytes; a file that spells a value otherwise keeps its own spelling
(:mod:`laneside.codec.layout`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final, Protocol

import msgspec

from laneside.clock import BEIJING
from laneside.codec.bcd import bcd_from_date, bcd_from_digits, date_from_bcd, digits_from_bcd, is_blank, moment_of
from laneside.codec.plate import decode_plate, decode_text, encode_plate
from laneside.errors import CodecError

Shown = str | int | None
"""What a decoded field looks like in JSON."""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of a field: its file, its offset in it, its length."""

    file: str
    offset: int
    length: int

    def error(self, reason: str) -> CodecError:
        """Return an error that names these bytes."""
        return CodecError(file=self.file, offset=self.offset, reason=reason)


class Encoding(Protocol):
    """One way of writing a value into a field of fixed length."""

    def decode(self, raw: bytes, at: Span, /) -> Any:
        """Return the value. Raises CodecError."""
        ...

    def encode(self, value: Any, at: Span, /) -> bytes:
        """Return exactly ``at.length`` bytes. Raises CodecError."""
        ...

    def show(self, value: Any) -> Shown:
        """Return the value as JSON and tables show it."""
        shown: Shown = value
        return shown


class Number(Encoding):
    """An unsigned big-endian integer."""

    def decode(self, raw: bytes, _at: Span) -> int:
        """Return the number; every byte string is one."""
        return int.from_bytes(raw, "big")

    def encode(self, value: int, at: Span) -> bytes:
        """Refuse what the field can't hold."""
        if not 0 <= value < 1 << 8 * at.length:
            raise at.error(f"{value} does not fit into {at.length} bytes")
        return value.to_bytes(at.length, "big")


class NumberOrNone(Encoding):
    """An unsigned integer whose field may be blank: all 00 and all FF both mean that nothing was written."""

    def decode(self, raw: bytes, _at: Span) -> int | None:
        """Return None for a blank field."""
        return None if is_blank(raw) else int.from_bytes(raw, "big")

    def encode(self, value: int | None, at: Span) -> bytes:
        """Write None as FF."""
        return b"\xff" * at.length if value is None else Number().encode(value, at)


class HexNumber(Number):
    """A number that people read as two hex digits (the record id ``AA``)."""

    def show(self, value: int) -> Shown:
        """Return it in upper case."""
        return f"{value:02X}"


class UnixTime(Number):
    """Unix seconds, UTC (spec/unknowns.md 3)."""

    def show(self, value: int) -> Shown:
        """Return ISO 8601 with +08:00, None for a field that was never written."""
        if value in (0, 0xFFFFFFFF):
            return None
        return datetime.fromtimestamp(value, UTC).astimezone(BEIJING).isoformat()


class Raw(Encoding):
    """Bytes as they are."""

    def decode(self, raw: bytes, _at: Span) -> bytes:
        """Keep them."""
        return bytes(raw)

    def encode(self, value: bytes, at: Span) -> bytes:
        """Refuse another length."""
        if len(value) != at.length:
            raise at.error(f"{len(value)} bytes given, the field has {at.length}")
        return bytes(value)

    def show(self, value: bytes) -> Shown:
        """Return upper-case hex."""
        return value.hex().upper()


class Remark(Raw):
    """A text that no toll depends on (description, engine, VIN): kept as bytes, so that a bad one stops no vehicle."""

    def show(self, value: bytes) -> Shown:
        """Return the text if it is GBK, else upper-case hex."""
        try:
            return decode_text(value, file="", offset=0)
        except CodecError:
            return value.hex().upper()


class PurchaseTime(Raw):
    """CCYYMMDDhhmmss in BCD, Beijing time, kept as the bytes that went into MAC1 and TAC."""

    def decode(self, raw: bytes, at: Span) -> bytes:
        """Refuse what is neither blank nor a moment."""
        moment_of(raw, file=at.file, offset=at.offset)
        return bytes(raw)

    def encode(self, value: bytes, at: Span) -> bytes:
        """Refuse the same, and another length."""
        return self.decode(Raw().encode(value, at), at)


class HexText(Encoding):
    """Bytes that people read as hex digits (station, lane, gantry)."""

    def decode(self, raw: bytes, _at: Span) -> str:
        """Return upper-case hex."""
        return raw.hex().upper()

    def encode(self, value: str, at: Span) -> bytes:
        """Refuse another number of digits."""
        if len(value) != 2 * at.length or any(digit not in "0123456789abcdefABCDEF" for digit in value):
            raise at.error(f"{value!r} is not {2 * at.length} hex digits")
        return bytes.fromhex(value)


class Digits(Encoding):
    """A printed number in BCD."""

    def decode(self, raw: bytes, at: Span) -> str:
        """Refuse nibbles above 9, and with them a number that was never personalised (FF): it identifies nothing."""
        return digits_from_bcd(raw, file=at.file, offset=at.offset)

    def encode(self, value: str, at: Span) -> bytes:
        """Refuse another number of digits."""
        if len(value) != 2 * at.length:
            raise at.error(f"{value!r} is not {2 * at.length} digits")
        return bcd_from_digits(value, file=at.file, offset=at.offset)


class Day(Encoding):
    """CCYYMMDD in BCD; blank (00 or FF) means no date."""

    def decode(self, raw: bytes, at: Span) -> date | None:
        """Return None for a blank field."""
        return date_from_bcd(raw, file=at.file, offset=at.offset)

    def encode(self, value: date | None, at: Span) -> bytes:
        """Write None as four zero bytes."""
        assert at.length == 4, "CCYYMMDD"
        return bcd_from_date(value)

    def show(self, value: date | None) -> Shown:
        """Return ISO 8601."""
        return None if value is None else value.isoformat()


class PlateText(Encoding):
    """A plate: twelve bytes GBK."""

    def decode(self, raw: bytes, at: Span) -> str:
        """Strip the padding and return the rest in upper case."""
        return decode_plate(raw, file=at.file, offset=at.offset)

    def encode(self, value: str, at: Span) -> bytes:
        """Pad with zeros."""
        return encode_plate(value, file=at.file, offset=at.offset)


NUMBER: Final = Number()
NUMBER_OR_NONE: Final = NumberOrNone()
HEX_NUMBER: Final = HexNumber()
UNIX_TIME: Final = UnixTime()
RAW: Final = Raw()
REMARK: Final = Remark()
PURCHASE_TIME: Final = PurchaseTime()
HEX_TEXT: Final = HexText()
DIGITS: Final = Digits()
DAY: Final = Day()
PLATE: Final = PlateText()
