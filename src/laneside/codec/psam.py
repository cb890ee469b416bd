"""Files of the PSAM: 0015, 0016 and DF01/0017 (spec/psam-and-crypto.md section 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from laneside.codec.encodings import DAY, HEX_TEXT, RAW
from laneside.codec.layout import ChipFile, FieldSpec, number, raw
from laneside.vocab.provinces import issuer_words


@dataclass(frozen=True, slots=True, kw_only=True)
class PsamIssue(ChipFile):
    """公共信息文件, MF/0015, 14 bytes."""

    FILE: ClassVar[str] = "psam-0015"
    SIZES: ClassVar[tuple[int, ...]] = (14,)

    serial: Annotated[bytes, raw(10, "psam_serial")]
    version: Annotated[int, number()]
    key_card_type: Annotated[int, number()]
    issuer_defined: Annotated[bytes, raw(2)] = bytes(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class PsamTerminal(ChipFile):
    """终端信息, MF/0016, 6 bytes: the terminal number that goes into ``8050``, MAC1, TAC and the record."""

    FILE: ClassVar[str] = "psam-0016"
    SIZES: ClassVar[tuple[int, ...]] = (6,)

    terminal_number: Annotated[bytes, raw(6)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PsamApplication(ChipFile):
    """应用公共信息, DF01/0017: 25 bytes, on SM4 PSAMs 27. ``area`` is the 8-byte application area id."""

    FILE: ClassVar[str] = "psam-0017"
    SIZES: ClassVar[tuple[int, ...]] = (25, 27)

    key_index: Annotated[int, number(name="purchase_key_index")]
    issuer: Annotated[bytes, FieldSpec(length=8, encoding=RAW, name="issuer_id", words_of=issuer_words)]
    area: Annotated[bytes, raw(8, "application_area_id")]
    start: Annotated[date | None, FieldSpec(length=4, encoding=DAY, name="start_date")]
    end: Annotated[date | None, FieldSpec(length=4, encoding=DAY, name="end_date")]
    reserved: Annotated[bytes, FieldSpec(length=1, encoding=RAW, optional=True)] = b""
    decrypt_key_id: Annotated[
        str | None, FieldSpec(length=1, encoding=HEX_TEXT, name="vehicle_decrypt_key_id", optional=True)
    ] = None
