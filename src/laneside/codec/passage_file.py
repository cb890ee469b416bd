"""DF01/EF04 as a whole: the passage block inside its 512 bytes (spec/obu.md section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from laneside.codec.forms import RAW, Place, Shown
from laneside.codec.layout import ChipFile, Field, Layout, Row
from laneside.codec.tag import PassageBlock
from laneside.errors import CodecError
from laneside.vocab import province_of_code

BLOCK_OFFSET: Final = 314
BLOCK_LENGTH: Final = 91
_FEE_LENGTH: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvinceFee:
    """What one province asks for; the code is kept as its byte (``62h`` for 62)."""

    province: int
    fee_fen: int


class _Block:
    """The passage block as a field of the file."""

    def decode(self, raw: bytes, at: Place) -> PassageBlock:
        """Name offsets of the file, not of the block."""
        try:
            return PassageBlock.from_bytes(raw)
        except CodecError as error:
            raise CodecError(file=at.file, offset=at.offset + error.offset, reason=error.reason) from None

    def encode(self, value: PassageBlock, _at: Place) -> bytes:
        """Write the block's own bytes."""
        return bytes(value)

    def show(self, value: PassageBlock) -> Shown:
        """Upper-case hex; the layout shows its fields instead."""
        return bytes(value).hex().upper()


class _ProvinceFees:
    """Province 1 byte, fee 3 bytes, over and over."""

    def decode(self, raw: bytes, _at: Place) -> tuple[ProvinceFee, ...]:
        """Every byte string has this form; unused places hold zeros."""
        return tuple(
            ProvinceFee(province=raw[place], fee_fen=int.from_bytes(raw[place + 1 : place + _FEE_LENGTH], "big"))
            for place in range(0, len(raw), _FEE_LENGTH)
        )

    def encode(self, value: tuple[ProvinceFee, ...], at: Place) -> bytes:
        """Refuse more entries than places, or an entry too large; fill the rest with zeros."""
        try:
            data = b"".join(bytes((entry.province,)) + entry.fee_fen.to_bytes(3, "big") for entry in value)
        except (ValueError, OverflowError) as error:
            raise at.error(str(error)) from None
        if len(data) > at.length:
            raise at.error(f"{len(value)} provinces do not fit")
        return data.ljust(at.length, b"\x00")

    def show(self, value: tuple[ProvinceFee, ...]) -> Shown:
        """How many places are used; the layout shows each one instead."""
        return sum(entry.province != 0 for entry in value)


def _block_rows(block: PassageBlock, offset: int) -> Iterator[Row]:
    for row in block.rows():
        yield replace(row, offset=offset + row.offset)


def _fee_rows(fees: tuple[ProvinceFee, ...], offset: int) -> Iterator[Row]:
    for number, entry in enumerate(fees, 1):
        at = offset + (number - 1) * _FEE_LENGTH
        shown = f"{entry.province:02X}"
        province = province_of_code(int(shown)) if shown.isdecimal() else None
        words = None if province is None else province.words
        yield Row(field=f"province_{number}_code", value=shown, label=words, offset=at, length=1)
        yield Row(field=f"province_{number}_fee", value=entry.fee_fen, offset=at + 1, length=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageFile(ChipFile):
    """DF01/EF04, 512 bytes: older path identification, passage block, amounts per province, rest."""

    LAYOUT: ClassVar[Layout] = Layout(
        file="obu-ef04",
        fields=(
            Field(attribute="path_identification", length=BLOCK_OFFSET, form=RAW),
            Field(attribute="block", length=BLOCK_LENGTH, form=_Block(), expand=_block_rows),
            Field(attribute="province_fees", length=80, form=_ProvinceFees(), expand=_fee_rows),
            Field(attribute="rest", length=27, form=RAW),
        ),
        lengths=(512,),
    )

    path_identification: bytes = bytes(BLOCK_OFFSET)
    block: PassageBlock
    province_fees: tuple[ProvinceFee, ...] = ()
    rest: bytes = bytes(27)


def parse_passage_file(data: bytes) -> PassageBlock | PassageFile:
    """Decode EF04: the 91 bytes that a lane reads, or all 512. Raises CodecError."""
    if len(data) in PassageFile.LAYOUT.lengths:
        return PassageFile.from_bytes(data)
    if len(data) > BLOCK_LENGTH:
        PassageFile.LAYOUT.check_size(data)
    return PassageBlock.from_bytes(data)
