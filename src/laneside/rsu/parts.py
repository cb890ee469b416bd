"""Fields that many messages have. Files stay bytes in the value and are shown field by field where they decode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, Protocol

from laneside.clock import BEIJING
from laneside.codec import CodecError, IssueInfo, PassageBlock, Row, SystemInfo, moment_of, parse_capp, parse_vehicle
from laneside.codec.encodings import HEX_NUMBER, RAW, UNIX_TIME, Raw, Shown
from laneside.codec.layout import FieldSpec
from laneside.vocab import TagStatusBit, TransactionType, Words

CAPP_PREFIX: Final = bytes.fromhex("AA2900")
"""The three bytes of 0019 that C3 and the old C6 leave out."""
BLOCK_LENGTH: Final = 91
TAIL_MAX: Final = 98
"""The most EF04 bytes in one frame of the old dialect."""


class _Moment(Raw):
    """Seven BCD bytes, kept as they are, shown as a moment where they are one."""

    def show(self, value: bytes) -> Shown:
        """ISO 8601 with +08:00, else upper-case hex."""
        try:
            moment = moment_of(value)
        except CodecError:
            return value.hex().upper()
        return None if moment is None else moment.astimezone(BEIJING).isoformat()


class _Shown(Protocol):
    def rows(self) -> tuple[Row, ...]: ...


def file_field(
    attribute: str, length: int, prefix: str, read: Callable[[bytes], _Shown], *, left_out: bytes = b""
) -> FieldSpec:
    """Return a field that holds a file; ``left_out`` are bytes at its start that the frame does not carry."""

    def rows(value: bytes, offset: int) -> Iterator[Row]:
        try:
            inside = read(left_out + value).rows()
        except CodecError:
            inside = ()
        if not inside:
            yield Row(field=attribute, value=value.hex().upper(), offset=offset, length=len(value))
        for row in inside:
            if row.offset >= len(left_out):
                yield replace(row, field=f"{prefix}.{row.field}", offset=offset + row.offset - len(left_out))

    return FieldSpec(attribute=attribute, length=length, encoding=RAW, expand=rows)


def system_field() -> FieldSpec:
    """Return the first 26 bytes of the tag's EF01, as the VST carries them."""
    return file_field("system", 26, "ef01", SystemInfo.from_bytes)


def vehicle_field() -> FieldSpec:
    """Return the decrypted vehicle file."""
    return file_field("vehicle", 79, "vehicle", parse_vehicle)


def issue_field(length: int) -> FieldSpec:
    """Return card file 0015."""
    return file_field("issue", length, "0015", IssueInfo.from_bytes)


def capp_field(attribute: str = "capp") -> FieldSpec:
    """Return record 1 of card file 0019, whole."""
    return file_field(attribute, 43, "0019", parse_capp)


def short_capp_field() -> FieldSpec:
    """Return record 1 of card file 0019 without ``AA2900``."""
    return file_field("capp_tail", 40, "0019", parse_capp, left_out=CAPP_PREFIX)


def block_field(length: int = BLOCK_LENGTH) -> FieldSpec:
    """Return the passage block of EF04, or whatever else was asked of it."""
    return file_field("ef04", length, "ef04", PassageBlock.from_bytes)


def raw(attribute: str, length: int) -> FieldSpec:
    """Return bytes that are shown in hex."""
    return FieldSpec(attribute=attribute, length=length, encoding=RAW)


def number(attribute: str, length: int = 1) -> FieldSpec:
    """Return an unsigned integer."""
    return FieldSpec(attribute=attribute, length=length)


def status_words(status: int) -> Words:
    """Name the bits of a tag's status byte (spec/obu.md 8, dual-chip)."""
    found = [bit.words for bit in TagStatusBit if status & bit]
    if not found:
        return Words(zh="正常", en="normal")
    return Words(zh="，".join(each.zh for each in found), en=", ".join(each.en for each in found))


MOMENT_FORM: Final = _Moment()
OBU_ID: Final = raw("obu_id", 4)
ERROR: Final = FieldSpec(attribute="error", length=1, encoding=HEX_NUMBER)
STATUS: Final = FieldSpec(attribute="status", length=1, encoding=HEX_NUMBER, words_of=status_words)
OBU_STATUS: Final = FieldSpec(
    attribute="obu_status", length=2, encoding=RAW, words_of=lambda status: status_words(status[0])
)
FACTOR: Final = raw("factor", 8)
PURCHASE_TIME: Final = FieldSpec(attribute="purchase_time", length=7, encoding=MOMENT_FORM)
UNIX_TIME_S: Final = FieldSpec(attribute="unix_time_s", length=4, encoding=UNIX_TIME)
AMOUNT: Final = number("amount_fen", 4)
TRANSACTION_TYPE: Final = FieldSpec(attribute="transaction_type", length=1, codes=TransactionType)
TERMINAL_NUMBER: Final = raw("terminal_number", 6)
TRANSACTION_NUMBER: Final = raw("transaction_number", 4)
"""终端交易序号, which frames call PSAMSerial."""
COUNTER: Final = number("counter", 2)
"""ICCPaySerial: N, the counter before the increment."""
TAC: Final = raw("tac", 4)
BALANCE_AFTER: Final = number("balance_after_fen", 4)
