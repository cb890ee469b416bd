"""Files of the PSAM: 0015, 0016 and DF01/0017 (spec/psam-and-crypto.md section 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from laneside.codec.forms import DAY, HEX_TEXT, RAW
from laneside.codec.layout import ChipFile, Field, Layout
from laneside.vocab import issuer_words


@dataclass(frozen=True, slots=True, kw_only=True)
class PsamIssue(ChipFile):
    """公共信息文件, MF/0015, 14 bytes."""

    LAYOUT: ClassVar[Layout] = Layout(
        file="psam-0015",
        fields=(
            Field(attribute="serial", name="psam_serial", length=10, form=RAW),
            Field(attribute="version", length=1),
            Field(attribute="key_card_type", length=1),
            Field(attribute="issuer_defined", length=2, form=RAW),
        ),
        lengths=(14,),
    )

    serial: bytes
    version: int
    key_card_type: int
    issuer_defined: bytes = bytes(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class PsamTerminal(ChipFile):
    """终端信息, MF/0016, 6 bytes: the terminal number that goes into ``8050``, MAC1, TAC and the record."""

    LAYOUT: ClassVar[Layout] = Layout(
        file="psam-0016", fields=(Field(attribute="terminal_number", length=6, form=RAW),), lengths=(6,)
    )

    terminal_number: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PsamApplication(ChipFile):
    """应用公共信息, DF01/0017: 25 bytes, on SM4 PSAMs 27. ``area`` is the 8-byte application area id."""

    LAYOUT: ClassVar[Layout] = Layout(
        file="psam-0017",
        fields=(
            Field(attribute="key_index", name="purchase_key_index", length=1),
            Field(attribute="issuer", name="issuer_id", length=8, form=RAW, say=issuer_words),
            Field(attribute="area", name="application_area_id", length=8, form=RAW),
            Field(attribute="start", name="start_date", length=4, form=DAY),
            Field(attribute="end", name="end_date", length=4, form=DAY),
            Field(attribute="reserved", length=1, form=RAW, optional=True),
            Field(attribute="decrypt_key_id", name="vehicle_decrypt_key_id", length=1, form=HEX_TEXT, optional=True),
        ),
        lengths=(25, 27),
    )

    key_index: int
    issuer: bytes
    area: bytes
    start: date | None
    end: date | None
    reserved: bytes = b""
    decrypt_key_id: str | None = None
