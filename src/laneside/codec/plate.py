"""Plates: twelve bytes on chips, a text elsewhere, and their grammar (spec/codes.md 5.2 and 5.3)."""

from __future__ import annotations

import re
from enum import StrEnum
from string import ascii_lowercase, ascii_uppercase
from typing import Final

from laneside.errors import CodecError
from laneside.vocab.provinces import PROVINCES

PLATE_LENGTH: Final = 12
_PADDING: Final = b"\x00\xff "
_UPPER: Final = str.maketrans(ascii_lowercase, ascii_uppercase)


def decode_plate(raw: bytes, *, file: str = "plate", offset: int = 0) -> str:
    """Return the plate of a 12-byte field: padding (00, FF, blank) stripped, upper case; "" for a blank field.

    Raises CodecError where the rest is not printable GBK.
    """
    if len(raw) != PLATE_LENGTH:
        raise CodecError(file=file, offset=offset, reason=f"a plate has {PLATE_LENGTH} bytes, not {len(raw)}")
    return decode_text(raw, file=file, offset=offset).translate(_UPPER)


def encode_plate(text: str, *, file: str = "plate", offset: int = 0) -> bytes:
    """Return a plate as 12 bytes GBK, zero padded. Raises CodecError if it does not fit or has no GBK."""
    try:
        data = text.encode("gbk")
    except UnicodeEncodeError:
        raise CodecError(file=file, offset=offset, reason=f"{text!r} can't be written in GBK") from None
    if len(data) > PLATE_LENGTH:
        reason = f"{text!r} needs {len(data)} bytes, there are {PLATE_LENGTH}"
        raise CodecError(file=file, offset=offset, reason=reason)
    return data.ljust(PLATE_LENGTH, b"\x00")


def decode_text(raw: bytes, *, file: str, offset: int) -> str:
    """Return a GBK field of any length without its padding. Raises CodecError where it is not printable GBK."""
    body = raw.strip(_PADDING)
    start = offset + len(raw) - len(raw.lstrip(_PADDING)) if body else offset
    try:
        text = body.decode("gbk")
    except UnicodeDecodeError as error:
        place = start + error.start
        raise CodecError(file=file, offset=place, reason=f"{body[error.start]:02X} begins no GBK character") from None
    for index, character in enumerate(text):
        if not character.isprintable():
            place = start + len(text[:index].encode("gbk"))
            raise CodecError(file=file, offset=place, reason=f"{ord(character):02X} is not a printable character")
    return text


def vehicle_id(text: str, colour: int) -> str:
    """Return a plate with its colour as records have it: ``京A12345_0``."""
    return f"{text}_{colour}"


class PlateKind(StrEnum):
    """The forms of plates in spec/codes.md 5.3."""

    CIVIL = "civil"
    NEW_ENERGY = "new-energy"
    DRIVING_SCHOOL = "driving-school"
    POLICE = "police"
    TRAILER = "trailer"
    HONG_KONG = "hong-kong"
    MACAU = "macau"
    EMBASSY = "embassy"
    CONSULATE = "consulate"
    ARMED_POLICE = "armed-police"
    ARMY = "army"
    EMERGENCY = "emergency"


_PROVINCE: Final = f"[{''.join(province.initial for province in PROVINCES)}]"
# No letter I, which looks like 1. O only directly behind the province, on plates of public bodies. New-energy plates
# have a series letter A to K (D, F and others): small vehicles in the third place, large ones in the last.
_LETTER: Final = "[A-HJ-Z]"
_SIGN: Final = "[A-HJ-NP-Z0-9]"
_START: Final = f"{_PROVINCE}{_LETTER}"

_GRAMMAR: Final[tuple[tuple[PlateKind, re.Pattern[str]], ...]] = tuple(
    (kind, re.compile(form))
    for kind, form in (
        (PlateKind.CIVIL, f"{_START}{_SIGN}{{5}}"),
        (PlateKind.NEW_ENERGY, f"{_START}(?:[A-HJK]{_SIGN}[0-9]{{4}}|[0-9]{{5}}[A-HJK])"),
        (PlateKind.DRIVING_SCHOOL, f"{_START}{_SIGN}{{4}}学"),
        (PlateKind.POLICE, f"{_START}{_SIGN}{{4}}警"),
        (PlateKind.TRAILER, f"{_START}{_SIGN}{{4}}挂"),
        (PlateKind.HONG_KONG, f"{_START}{_SIGN}{{4}}港"),
        (PlateKind.MACAU, f"{_START}{_SIGN}{{4}}澳"),
        (PlateKind.EMBASSY, "使[0-9]{6}|[0-9]{6}使"),
        (PlateKind.CONSULATE, "领[0-9]{6}|[0-9]{6}领"),
        (PlateKind.ARMED_POLICE, f"WJ{_PROVINCE}{_SIGN}{{5}}"),
        (PlateKind.ARMY, f"[A-Z]{{2}}{_SIGN}{{5}}"),
        (PlateKind.EMERGENCY, f"{_START}{_SIGN}{{4}}应急"),
    )
)


def plate_kind(text: str) -> PlateKind | None:
    """Return the form of a plate. None means a warning, never a reject: rare and local forms exist."""
    return next((kind for kind, form in _GRAMMAR if form.fullmatch(text)), None)
