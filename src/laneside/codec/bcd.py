"""Binary-coded decimal: one decimal digit per nibble (spec/icc.md section 0). A nibble above 9 is an error."""

from __future__ import annotations

from datetime import date, datetime

from laneside.clock import beijing_digits, from_beijing_digits
from laneside.errors import CodecError


def digits_from_bcd(data: bytes, *, file: str, offset: int) -> str:
    """Return the digits of ``data``, two per byte. Raises CodecError at the byte with a nibble above 9."""
    for place, byte in enumerate(data):
        if byte >> 4 > 9 or byte & 0x0F > 9:
            raise CodecError(file=file, offset=offset + place, reason=f"{byte:02X} is not two decimal digits")
    return data.hex()


def bcd_from_digits(digits: str, *, file: str = "bcd", offset: int = 0) -> bytes:
    """Return an even number of decimal digits as bytes. Raises CodecError for anything else."""
    if len(digits) % 2 or any(digit not in "0123456789" for digit in digits):
        raise CodecError(file=file, offset=offset, reason=f"{digits!r} is not an even number of decimal digits")
    return bytes.fromhex(digits)


def is_blank(data: bytes) -> bool:
    """Return whether a field was never personalised: all ``00`` or all ``FF``."""
    return data.count(0x00) == len(data) or data.count(0xFF) == len(data)


def date_from_bcd(data: bytes, *, file: str, offset: int) -> date | None:
    """Return CCYYMMDD as a date, None for a blank field. Raises CodecError for a day that does not exist."""
    if is_blank(data):
        return None
    digits = digits_from_bcd(data, file=file, offset=offset)
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise CodecError(file=file, offset=offset, reason=f"{digits} is not a date") from None


def bcd_from_date(day: date | None) -> bytes:
    """Return a date as CCYYMMDD, None as four zero bytes."""
    return bytes(4) if day is None else bytes.fromhex(f"{day.year:04d}{day.month:02d}{day.day:02d}")


def purchase_time(moment: datetime) -> bytes:
    """Return the seven BCD bytes CCYYMMDDhhmmss of an aware moment, Beijing time (spec/icc.md 8.2)."""
    assert moment.tzinfo is not None, "time is aware"
    return bytes.fromhex(beijing_digits(moment).rjust(14, "0"))


def moment_of(purchase_time_bytes: bytes, *, file: str = "purchase time", offset: int = 0) -> datetime | None:
    """Return seven BCD bytes as an aware UTC moment, None for a blank field.

    Raises CodecError for a moment that does not exist.
    """
    if is_blank(purchase_time_bytes):
        return None
    digits = digits_from_bcd(purchase_time_bytes, file=file, offset=offset)
    try:
        return from_beijing_digits(digits)
    except (ValueError, OverflowError):
        raise CodecError(file=file, offset=offset, reason=f"{digits} is not a date and time") from None
