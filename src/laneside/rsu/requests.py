"""The messages of a host to a reader: of both dialects, of the old one, of the new one (rsu-frames.md 2.2, 3.2)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

import msgspec
from msgspec.structs import replace

from laneside.codec.layout import number, raw
from laneside.codec.tag import PASSAGE_BLOCK_LENGTH, PASSAGE_BLOCK_OFFSET
from laneside.errors import CodecError
from laneside.rsu import codes
from laneside.rsu.fields import (
    ANY_SIZE,
    EF04_ROWS,
    SERIAL_EF04_SIZES,
    U8,
    U16,
    U32,
    CappFile,
    CappTail,
    Counter,
    Ef04Block,
    Factor,
    Moment,
    ObuId,
    UnixTime,
    entries,
    variable,
)
from laneside.rsu.message import Message, MessageForm, file_name

if TYPE_CHECKING:
    from laneside.rsu.dialect import Dialect


# Both dialects.


class Continue(Message, frozen=True, kw_only=True):
    """C1 继续交易: go on with this tag. The old dialect mostly has no factor."""

    COMMAND: ClassVar[int] = 0xC1

    obu_id: ObuId
    factor: Annotated[bytes, variable((0, 8))] = b""


class Stop(Message, frozen=True, kw_only=True):
    """C2 停止交易. The types differ by dialect and family: SerialStop, GantryStop, RampStop.

    ``unix_time`` is four bytes or nothing; only the new dialect may carry it.
    """

    COMMAND: ClassVar[int] = 0xC2

    obu_id: ObuId
    stop_type: U8
    unix_time: Annotated[bytes, variable((0, 4))] = b""


class WriteEntry(Message, frozen=True, kw_only=True):
    """C3: write an entry into the card; ``capp_tail`` is 0019 without its three bytes of prefix. Entry lanes only."""

    COMMAND: ClassVar[int] = 0xC3

    obu_id: ObuId
    capp_tail: CappTail
    purchase_time: Moment


class Antenna(Message, frozen=True, kw_only=True):
    """4C or C4 天线开关; which of them is the dialect's setting."""

    COMMAND: ClassVar[int] = 0xC4

    state: Annotated[int, number(codes=codes.AntennaState)]

    def command(self, dialect: Dialect) -> int:
        """Return this reader's own command."""
        return dialect.antenna_command


# The old dialect.


class SerialInit(Message, frozen=True, kw_only=True):
    """C0 初始化. ``appended`` is what other makes add: TransMode, 04-file option, PsamAuth."""

    COMMAND: ClassVar[int] = 0xC0

    unix_time_s: UnixTime
    date_time: Moment
    lane_mode: Annotated[int, number(codes=codes.LaneMode)]
    bst_interval: U8
    tx_power: U8
    pll_channel: U8
    ef04_option: U8
    ef04_offset: U16
    ef04_length: U16
    appended: Annotated[bytes, variable(range(9))] = b""


class SerialDebit(Message, frozen=True, kw_only=True):
    """C6 扣费: money in fen, 0019 without its prefix, and what to write into EF04 (at most 98 bytes)."""

    COMMAND: ClassVar[int] = 0xC6

    obu_id: ObuId
    trade_mode: Annotated[int, number(codes=codes.SerialTrade)]
    amount_fen: U32
    capp_tail: CappTail
    purchase_time: Moment
    ef04_offset: U16
    ef04_length: U16
    ef04: Annotated[bytes, variable(SERIAL_EF04_SIZES, EF04_ROWS)] = b""

    def check(self) -> None:
        """Refuse a length that is not that of the bytes."""
        check_length(0xC6, self.ef04_length, self.ef04)


class SerialTacRequest(Message, frozen=True, kw_only=True):
    """C8 重取TAC; mode 1 also writes EF04."""

    COMMAND: ClassVar[int] = 0xC8

    obu_id: ObuId
    mode: Annotated[int, number(codes=codes.TacMode)] = 0
    ef04_offset: U16 = 0
    ef04_length: U16 = 0
    ef04: Annotated[bytes, variable(SERIAL_EF04_SIZES, EF04_ROWS)] = b""

    def check(self) -> None:
        """Refuse a length that is not that of the bytes."""
        check_length(0xC8, self.ef04_length, self.ef04)


class SerialAmountsRequest(Message, frozen=True, kw_only=True):
    """C9: read the amounts per province, then clear them; length 0 clears at once."""

    COMMAND: ClassVar[int] = 0xC9

    obu_id: ObuId
    ef04_offset: U16
    ef04_length: U16


class BeaconMode(Message, frozen=True, kw_only=True):
    """AB: whether the beacon id stays or changes."""

    COMMAND: ClassVar[int] = 0xAB

    rsu_id_mode: U8


class SendBst(Message, frozen=True, kw_only=True):
    """D1: send a BST now."""

    COMMAND: ClassVar[int] = 0xD1

    obu_id: ObuId
    factor: Factor


class SerialPsamInit(Message, frozen=True, kw_only=True):
    """CD: begin the PSAM's authorisation; BD answers."""

    COMMAND: ClassVar[int] = 0xCD

    channel: U8


class SerialPsamAuthorise(Message, frozen=True, kw_only=True):
    """CF: hand the centre's cryptogram to the PSAM; BF answers."""

    COMMAND: ClassVar[int] = 0xCF

    channel: U8
    cryptogram: Annotated[bytes, raw(8)]


# The new dialect.


class LaneInit(Message, frozen=True, kw_only=True):
    """C0 as a lane sends it; the time fields are those of the gantry form. ``trans_mode`` is 09."""

    COMMAND: ClassVar[int] = 0xC0

    unix_time_s: UnixTime
    date_time: Moment
    lane_mode: Annotated[int, number(codes=codes.LaneMode)]
    wait_time_ms: U8
    tx_power: U8
    pll_channel: U8
    trans_mode: U8 = 0x09
    ef04_option: U8 = 1
    ef04_offset: U16 = PASSAGE_BLOCK_OFFSET
    ef04_length: U16 = PASSAGE_BLOCK_LENGTH
    reserved: Annotated[bytes, raw(3)] = bytes(3)


class GantryInit(Message, frozen=True, kw_only=True):
    """C0 as a gantry sends it; ``tx_power`` is at most 1Fh, ``trans_mode`` 01."""

    COMMAND: ClassVar[int] = 0xC0

    unix_time_s: UnixTime
    date_time: Moment
    lane_mode: Annotated[int, number(codes=codes.LaneMode)]
    bst_interval: U8
    tx_power: U8
    pll_channel: U8
    trans_mode: U8 = 0x01
    flag_id: Annotated[bytes, raw(3)] = bytes(3)
    reserved: Annotated[bytes, variable(range(17))] = b""


class TcpDebit(Message, frozen=True, kw_only=True):
    """C6 扣费 in its four forms (``C6Form``): bare, with EF04, and with a second part of 5 or 15 bytes.

    ``trade_mode`` is the field's OBUTradeType. The bare form has neither it nor ``ef04`` (91 bytes);
    ``second_part`` is the offset N and its bytes. For a single-chip tag ``capp`` and ``ef04`` carry EF07.
    """

    COMMAND: ClassVar[int] = 0xC6

    obu_id: ObuId
    factor: Factor
    trade_mode: Annotated[int | None, number(codes=codes.TcpTrade)] = None
    amount_fen: U32
    purchase_time: Moment
    capp: CappFile
    ef04: Ef04Block = b""
    second_part: Annotated[bytes, variable((0, 5, 15))] = b""

    def check(self) -> None:
        """Refuse a mixture of forms."""
        is_bare = self.trade_mode is None
        if is_bare is bool(self.ef04) or (is_bare and self.second_part):
            reason = "trade type and EF04 go together, in the bare form there is neither"
            raise CodecError(file=file_name(0xC6), offset=0, reason=reason)

    @classmethod
    def form_for(cls, dialect: Dialect, size: int) -> MessageForm:  # noqa: ARG003 - its size tells the form.
        """Return the bare form for data of its size."""
        return _BARE_DEBIT if size == _BARE_DEBIT.fixed_size else cls.FORM

    @property
    def form(self) -> MessageForm:
        """The form of this value."""
        return _BARE_DEBIT if self.trade_mode is None else self.FORM


_BARE_DEBIT = TcpDebit.FORM.without("trade_mode", "ef04", "second_part")


class TcpTacRequest(Message, frozen=True, kw_only=True):
    """C8 重取TAC. ``write`` begins with EF04CmdType (0 TAC only) and ends with offset, length and data to write.

    Neither has a width in the spec, and a form of 7 bytes without EF04CmdType was seen: what follows the counter is
    kept as it is. The default, TAC only, is all that a terminal at an open exit needs.
    """

    COMMAND: ClassVar[int] = 0xC8

    obu_id: ObuId
    counter: Counter
    write: Annotated[bytes, variable(range(129))] = bytes((codes.TacMode.TAC_ONLY,))

    @property
    def mode(self) -> int | None:
        """EF04CmdType; None in the form without it."""
        return self.write[0] if self.write else None


class TcpAmountsRequest(Message, frozen=True, kw_only=True):
    """C9: read and write the amounts per province. At an exit: offset 405, length 80, write mode 2 (clear).

    The widths of the offsets and lengths are those of the old dialect; the length's is a setting
    (``FrameSet.amounts_length_size``). ``data`` is there with write mode 1 only.
    """

    COMMAND: ClassVar[int] = 0xC9

    obu_id: ObuId
    read_mode: U8
    read_offset: U16
    read_length: U16
    write_mode: Annotated[int, number(codes=codes.AmountsWrite)]
    write_offset: U16
    write_length: U16
    data: Annotated[bytes, variable(ANY_SIZE)] = b""
    length_size: int = 2

    def check(self) -> None:
        """Refuse a write length that is not that of the bytes to write."""
        check_length(0xC9, self.write_length if self.write_mode == codes.AmountsWrite.UPDATE else 0, self.data)

    @classmethod
    def read(cls, dialect: Dialect, data: bytes) -> Self:
        """Read with the width of this dialect's lengths."""
        size = dialect.frame_set.amounts_length_size
        return cls(**_amounts_form(size).layout(len(data)).parse(data), length_size=size)

    @property
    def form(self) -> MessageForm:
        """The form with this value's width of the lengths."""
        return _amounts_form(self.length_size)


@cache
def _amounts_form(length_size: int) -> MessageForm:
    lengths = ("read_length", "write_length")
    sized = (
        replace(each, length=length_size) if each.attribute in lengths else each
        for each in TcpAmountsRequest.FORM.fields
    )
    return MessageForm(command=0xC9, fields=tuple(sized))


class TcpPsamInit(Message, frozen=True, kw_only=True):
    """CA: begin the authorisation of the PSAMs; BA answers. What a make appends is kept."""

    COMMAND: ClassVar[int] = 0xCA

    appended: Annotated[bytes, variable(range(17))] = b""


class Authorisation(msgspec.Struct, frozen=True, kw_only=True):
    """One PSAM's part of CB: the 13-byte APDU that the centre sent."""

    channel: U8
    status: U8 = 0
    apdu: Annotated[bytes, raw(13)]


class TcpPsamAuthorise(Message, frozen=True, kw_only=True):
    """CB: hand each PSAM its APDU; BB answers per PSAM."""

    COMMAND: ClassVar[int] = 0xCB

    psams: Annotated[tuple[Authorisation, ...], entries(Authorisation, "psam")]


class BeaconChange(Message, frozen=True, kw_only=True):
    """CE: whether the beacon id changes."""

    COMMAND: ClassVar[int] = 0xCE

    mode: Annotated[int, number(codes=codes.BeaconChangeMode)]


class HeartbeatAnswer(Message, frozen=True, kw_only=True):
    """CF: the host's answer to a B1."""

    COMMAND: ClassVar[int] = 0xCF

    zero: U8 = 0


def check_length(command: int, length: int, carried: bytes) -> None:
    """Raise CodecError where a length field is not that of the bytes that follow."""
    if length != len(carried):
        reason = f"the length is {length}, {len(carried)} bytes follow"
        raise CodecError(file=file_name(command), offset=0, reason=reason)
