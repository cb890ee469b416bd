"""Host → reader, old dialect (spec/rsu-frames.md 2.2)."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import ClassVar

from laneside.codec.layout import FieldSpec, Layout
from laneside.errors import CodecError
from laneside.rsu.codes import LaneMode, TacMode
from laneside.rsu.message import Message, Tailed, file_name, layout_of_frame
from laneside.rsu.parts import (
    AMOUNT,
    FACTOR,
    MOMENT_FORM,
    OBU_ID,
    PURCHASE_TIME,
    TAIL_MAX,
    UNIX_TIME_S,
    block_field,
    number,
    raw,
    short_capp_field,
)

_OFFSET = number("ef04_offset", 2)
_LENGTH = number("ef04_length", 2)
_SIZES = range(TAIL_MAX + 1)
CLOCK = (UNIX_TIME_S, FieldSpec(attribute="date_time", length=7, encoding=MOMENT_FORM))


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialInit(Tailed):
    """C0 初始化. ``appended`` is what other makes add: TransMode, 04-file option, PsamAuth."""

    COMMAND: ClassVar[int] = 0xC0
    LAYOUT: ClassVar[Layout] = layout_of_frame(
        0xC0,
        *CLOCK,
        FieldSpec(attribute="lane_mode", length=1, codes=LaneMode),
        number("bst_interval"),
        number("tx_power"),
        number("pll_channel"),
        number("ef04_option"),
        _OFFSET,
        _LENGTH,
    )
    TAIL: ClassVar[FieldSpec] = raw("appended", 0)
    TAIL_SIZES: ClassVar[Container[int]] = range(9)

    unix_time_s: int
    date_time: bytes
    lane_mode: int
    bst_interval: int
    tx_power: int
    pll_channel: int
    ef04_option: int
    ef04_offset: int
    ef04_length: int
    appended: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialDebit(Tailed):
    """C6 扣费: money in fen, 0019 without its prefix, and what to write into EF04 (at most 98 bytes)."""

    COMMAND: ClassVar[int] = 0xC6
    LAYOUT: ClassVar[Layout] = layout_of_frame(
        0xC6, OBU_ID, number("trade_mode"), AMOUNT, short_capp_field(), PURCHASE_TIME, _OFFSET, _LENGTH
    )
    TAIL: ClassVar[FieldSpec] = block_field()
    TAIL_SIZES: ClassVar[Container[int]] = _SIZES

    obu_id: bytes
    trade_mode: int
    amount_fen: int
    capp_tail: bytes
    purchase_time: bytes
    ef04_offset: int
    ef04_length: int
    ef04: bytes = b""

    def __post_init__(self) -> None:
        """Hold the length field and the bytes together."""
        check_length(0xC6, self.ef04_length, self.ef04)
        super(SerialDebit, self).__post_init__()  # slots make a new class, which bare super() misses


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialTacRequest(Tailed):
    """C8 重取TAC; mode 1 also writes EF04."""

    COMMAND: ClassVar[int] = 0xC8
    LAYOUT: ClassVar[Layout] = layout_of_frame(
        0xC8, OBU_ID, FieldSpec(attribute="mode", length=1, codes=TacMode), _OFFSET, _LENGTH
    )
    TAIL: ClassVar[FieldSpec] = block_field()
    TAIL_SIZES: ClassVar[Container[int]] = _SIZES

    obu_id: bytes
    mode: int = 0
    ef04_offset: int = 0
    ef04_length: int = 0
    ef04: bytes = b""

    def __post_init__(self) -> None:
        """Hold the length field and the bytes together."""
        check_length(0xC8, self.ef04_length, self.ef04)
        super(SerialTacRequest, self).__post_init__()  # slots make a new class, which bare super() misses


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialAmountsRequest(Message):
    """C9: read the amounts per province, then clear them; length 0 clears at once."""

    COMMAND: ClassVar[int] = 0xC9
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xC9, OBU_ID, _OFFSET, _LENGTH)

    obu_id: bytes
    ef04_offset: int
    ef04_length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BeaconMode(Message):
    """AB: whether the beacon id stays or changes."""

    COMMAND: ClassVar[int] = 0xAB
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xAB, number("rsu_id_mode"))

    rsu_id_mode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBst(Message):
    """D1: send a BST now."""

    COMMAND: ClassVar[int] = 0xD1
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xD1, OBU_ID, FACTOR)

    obu_id: bytes
    factor: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPsamInit(Message):
    """CD: begin the PSAM's authorisation; BD answers."""

    COMMAND: ClassVar[int] = 0xCD
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xCD, number("channel"))

    channel: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPsamAuthorise(Message):
    """CF: hand the centre's cryptogram to the PSAM; BF answers."""

    COMMAND: ClassVar[int] = 0xCF
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xCF, number("channel"), raw("cryptogram", 8))

    channel: int
    cryptogram: bytes


def check_length(command: int, length: int, carried: bytes) -> None:
    """Raise CodecError where a length field says something else than the bytes that follow."""
    if length != len(carried):
        reason = f"the length says {length}, {len(carried)} bytes follow"
        raise CodecError(file=file_name(command), offset=0, reason=reason)
