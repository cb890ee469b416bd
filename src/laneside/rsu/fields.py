"""How the fields of messages are written, as types of their attributes.

Files inside a message stay bytes in the value; they are shown field by field where they decode.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from typing import Annotated, Any, Final, Protocol

import msgspec
from msgspec.structs import replace

from laneside.clock import BEIJING
from laneside.codec.bcd import moment_of
from laneside.codec.card import IssueInfo, parse_capp
from laneside.codec.encodings import HEX_NUMBER, RAW, UNIX_TIME, Raw, Shown, Span
from laneside.codec.layout import FieldSpec, Layout, Row, fields_of, number, raw
from laneside.codec.tag import PASSAGE_BLOCK_LENGTH, PassageBlock, SystemInfo, parse_vehicle
from laneside.errors import CodecError
from laneside.vocab.media import TagStatusBit, TransactionType
from laneside.vocab.words import Words

CAPP_PREFIX: Final = bytes.fromhex("AA2900")
"""The three bytes of 0019 that C3 and the old C6 leave out."""
EF04_LENGTHS: Final = (PASSAGE_BLOCK_LENGTH, 95)
"""How much of EF04 a new reader sends: some have 95 bytes (spec/unknowns.md 17)."""
ANY_SIZE: Final = range(1 << 32)
SERIAL_EF04_SIZES: Final = range(99)
"""How many bytes of EF04 a frame of the old dialect may carry: up to 98."""


class VariableField(FieldSpec, frozen=True, kw_only=True):
    """The one field of a message whose size is what the other fields leave.

    A list has entries of ``unit`` bytes, with a count of ``count_size`` bytes in front of them.
    """

    length: int = 0
    sizes: Container[int]
    unit: int = 1
    count_size: int = 0

    def size_of(self, value: bytes | tuple[Any, ...]) -> int:
        """Return how many bytes a value takes."""
        return self.count_size + self.unit * len(value)


def variable(sizes: Container[int], expand: Callable[[Any, int], Iterable[Row]] | None = None) -> VariableField:
    """Return bytes of one of these sizes."""
    return VariableField(sizes=sizes, encoding=RAW, expand=expand)


class _Moment(Raw):
    """Seven BCD bytes, kept as they are, shown as a moment if they are one."""

    def show(self, value: bytes) -> Shown:
        """ISO 8601 with +08:00, else upper-case hex."""
        try:
            moment = moment_of(value)
        except CodecError:
            return value.hex().upper()
        return None if moment is None else moment.astimezone(BEIJING).isoformat()


class _Decoded(Protocol):
    def rows(self) -> tuple[Row, ...]: ...


def file_rows(
    prefix: str, read: Callable[[bytes], _Decoded], *, left_out: bytes = b""
) -> Callable[[bytes, int], Iterator[Row]]:
    """Return what makes the rows of a file inside a message, none where it does not decode.

    ``left_out`` are bytes at the start of the file that the frame does not carry.
    """

    def rows(value: bytes, offset: int) -> Iterator[Row]:
        try:
            inside = read(left_out + value).rows()
        except CodecError:
            return
        for row in inside:
            if row.offset >= len(left_out):
                yield replace(row, field=f"{prefix}.{row.field}", offset=offset + row.offset - len(left_out))

    return rows


def status_words(status: int) -> Words:
    """Return the names of the bits of a tag's status byte (spec/obu.md 8, dual-chip)."""
    found = [bit.words for bit in TagStatusBit if status & bit]
    if not found:
        return Words(zh="正常", en="normal")
    return Words(zh="，".join(each.zh for each in found), en=", ".join(each.en for each in found))


_MOMENT: Final = _Moment()

U8 = Annotated[int, number(1)]
U16 = Annotated[int, number(2)]
U32 = Annotated[int, number(4)]
ObuId = Annotated[bytes, raw(4)]
ErrorCode = Annotated[int, FieldSpec(length=1, encoding=HEX_NUMBER)]
Factor = Annotated[bytes, raw(8)]
"""The diversification factor: the first four issuer bytes, twice."""
Moment = Annotated[bytes, FieldSpec(length=7, encoding=_MOMENT)]
UnixTime = Annotated[int, FieldSpec(length=4, encoding=UNIX_TIME)]
TerminalNumber = Annotated[bytes, raw(6)]
TransactionNumber = Annotated[bytes, raw(4)]
"""终端交易序号, which frames call PSAMSerial."""
Counter = Annotated[int, number(2)]
"""ICCPaySerial: N, the counter before the increment."""
TransactionKind = Annotated[int, number(codes=TransactionType)]
Tac = Annotated[bytes, raw(4)]
TagStatus = Annotated[int, FieldSpec(length=1, encoding=HEX_NUMBER, words_of=status_words)]
VstStatus = Annotated[bytes, FieldSpec(length=2, encoding=RAW, words_of=lambda status: status_words(status[0]))]

VstSystemFile = Annotated[bytes, FieldSpec(length=26, encoding=RAW, expand=file_rows("ef01", SystemInfo.from_bytes))]
"""The first 26 bytes of the tag's EF01, as the VST carries them."""
VehicleFile = Annotated[bytes, FieldSpec(length=79, encoding=RAW, expand=file_rows("vehicle", parse_vehicle))]
"""The decrypted vehicle file."""
IssueFile43 = Annotated[bytes, FieldSpec(length=43, encoding=RAW, expand=file_rows("0015", IssueInfo.from_bytes))]
IssueFile50 = Annotated[bytes, FieldSpec(length=50, encoding=RAW, expand=file_rows("0015", IssueInfo.from_bytes))]
CappFile = Annotated[bytes, FieldSpec(length=43, encoding=RAW, expand=file_rows("0019", parse_capp))]
"""Record 1 of card file 0019, whole."""
CappTail = Annotated[
    bytes, FieldSpec(length=40, encoding=RAW, expand=file_rows("0019", parse_capp, left_out=CAPP_PREFIX))
]
"""The same without ``AA2900``."""
EF04_ROWS: Final = file_rows("ef04", PassageBlock.from_bytes)
Ef04Block = Annotated[bytes, FieldSpec(length=PASSAGE_BLOCK_LENGTH, encoding=RAW, expand=EF04_ROWS)]
"""The passage block of EF04, or whatever else the host asked for."""


class _Entries(msgspec.Struct, frozen=True, kw_only=True):
    """Entries of one layout, over and over, with or without a byte before them that counts them."""

    entry: Any
    layout: Layout
    name: str
    counted: bool

    def decode(self, raw_list: bytes, at: Span) -> tuple[Any, ...]:
        """Read whole entries. Raises CodecError where the count is another."""
        size, start = max(self.layout.sizes), int(self.counted)
        places = range(start, len(raw_list), size)
        if self.counted and raw_list[0] != len(places):
            raise at.error(f"{raw_list[0]} entries announced, {len(places)} follow")
        return tuple(self.entry(**self.layout.parse(raw_list[place : place + size])) for place in places)

    def encode(self, value: tuple[Any, ...], _at: Span) -> bytes:
        """Write them one after the other. Raises CodecError for a field that does not fit."""
        count = bytes((len(value),)) if self.counted else b""
        return count + b"".join(self.layout.build(_values(entry)) for entry in value)

    def show(self, value: tuple[Any, ...]) -> Shown:
        """How many there are; the layout shows each one instead."""
        return len(value)

    def rows(self, value: tuple[Any, ...], offset: int) -> Iterator[Row]:
        """Yield the count, then the rows of each entry as ``name_1.field``."""
        if self.counted:
            yield Row(field=f"{self.name}_count", value=len(value), offset=offset, length=1)
        for index, entry in enumerate(value):
            at = offset + int(self.counted) + index * max(self.layout.sizes)
            for row in self.layout.rows(_values(entry)):
                yield replace(row, field=f"{self.name}_{index + 1}.{row.field}", offset=at + row.offset)


def entries(entry: type, name: str, *, counted: bool = False, least: int = 1) -> VariableField:
    """Return a list of values of a frozen class whose attributes are fields; at least ``least`` of them."""
    inner = fields_of(entry)
    size = sum(each.length for each in inner)
    encoding = _Entries(entry=entry, layout=Layout(file="rsu", fields=inner, sizes=(size,)), name=name, counted=counted)
    start = int(counted)
    return VariableField(
        sizes=range(start + least * size, start + 0x100 * size, size),
        unit=size,
        count_size=start,
        encoding=encoding,
        expand=encoding.rows,
    )


def _values(entry: Any) -> dict[str, Any]:
    return msgspec.structs.asdict(entry)
