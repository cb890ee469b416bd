"""What a host orders, decoded from the messages of either dialect (spec/rsu-frames.md 2.4, 3.4)."""

from __future__ import annotations

from typing import Final

import msgspec

from laneside.codec.tag import PROVINCE_FEES_LENGTH, PROVINCE_FEES_OFFSET
from laneside.rsu import Trade
from laneside.rsu.codes import AmountsWrite, LaneMode, SerialTrade, TacMode
from laneside.rsu.dialect import Dialect
from laneside.rsu.requests import (
    GantryInit,
    LaneInit,
    SerialAmountsRequest,
    SerialDebit,
    SerialInit,
    SerialPsamAuthorise,
    SerialTacRequest,
    TcpAmountsRequest,
    TcpDebit,
    TcpPsamAuthorise,
    TcpTacRequest,
    WriteEntry,
)
from laneside.virtual.integrated.purchase import TradeOrder

_PREFIX: Final = bytes.fromhex("AA2900")
_SECOND_PART: Final = 4

_PSAM_APDU: Final = bytes.fromhex("0082004108")

InitMessage = SerialInit | LaneInit | GantryInit
DebitMessage = SerialDebit | TcpDebit | WriteEntry
TacMessage = SerialTacRequest | TcpTacRequest
AmountsMessage = SerialAmountsRequest | TcpAmountsRequest
AuthoriseMessage = SerialPsamAuthorise | TcpPsamAuthorise
FilePart = tuple[int, bytes]


class Init(msgspec.Struct, frozen=True, kw_only=True):
    """What C0 sets."""

    unix_time_s: int
    lane_mode: int
    ef04_wanted: bool
    ef04_offset: int
    ef04_length: int


def init_of(dialect: Dialect, message: InitMessage) -> Init:
    """Decode C0; the gantry's form names no part of EF04, so it is the usual one."""
    if isinstance(message, GantryInit):
        wanted, offset, length = True, dialect.ef04_offset, dialect.ef04_len
    else:
        wanted, offset, length = bool(message.ef04_option), message.ef04_offset, message.ef04_length
    return Init(
        unix_time_s=message.unix_time_s,
        lane_mode=message.lane_mode,
        ef04_wanted=wanted,
        ef04_offset=offset,
        ef04_length=length,
    )


def order_of(dialect: Dialect, init: Init, message: DebitMessage, region: bytes) -> TradeOrder | None:
    """Decode C6 (or C3, a purchase of nothing); None for a trade number that the dialect does not have."""
    match message:
        case WriteEntry():
            return TradeOrder(
                trade=Trade.CARD,
                amount_fen=0,
                purchase_time=message.purchase_time,
                capp=_PREFIX + message.capp_tail,
                factor=region,
            )
        case SerialDebit():
            return _serial_order(dialect, init, message, region)
        case TcpDebit():
            return _tcp_order(dialect, init, message)


def _serial_order(dialect: Dialect, init: Init, message: SerialDebit, region: bytes) -> TradeOrder | None:
    trade = dialect.trade_of(message.trade_mode)
    if trade is None:
        return None
    return TradeOrder(
        trade=trade,
        amount_fen=message.amount_fen,
        purchase_time=message.purchase_time,
        capp=_PREFIX + message.capp_tail,
        factor=region,
        ef04=_pieces((message.ef04_offset, message.ef04)),
        ef04_first=init.lane_mode == LaneMode.ENTRY or message.trade_mode == SerialTrade.EF04_THEN_CARD,
    )


def _tcp_order(dialect: Dialect, init: Init, message: TcpDebit) -> TradeOrder | None:
    trade = Trade.CARD if message.trade_mode is None else dialect.trade_of(message.trade_mode)
    if trade is None:
        return None
    return TradeOrder(
        trade=trade,
        amount_fen=message.amount_fen,
        purchase_time=message.purchase_time,
        capp=message.capp,
        factor=message.factor,
        ef04=_pieces((init.ef04_offset, message.ef04), *_second(message)),
        ef04_first=init.lane_mode == LaneMode.ENTRY,
    )


def _second(message: TcpDebit) -> tuple[FilePart, ...]:
    """Return the second part; its offset N counts from the beginning of the provinces' amounts (V)."""
    if not message.second_part:
        return ()
    offset, data = message.second_part[0], message.second_part[1:]
    return ((PROVINCE_FEES_OFFSET + offset, data[:_SECOND_PART]),)


def _pieces(*pieces: FilePart) -> tuple[FilePart, ...]:
    return tuple(piece for piece in pieces if piece[1])


class TacOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What C8 orders. ``counter`` is N, None where the dialect does not carry it."""

    counter: int | None
    write: tuple[FilePart, ...] = ()


def tac_of(message: TacMessage) -> TacOrder:
    """Decode C8."""
    if isinstance(message, SerialTacRequest):
        write = _pieces((message.ef04_offset, message.ef04)) if message.mode == TacMode.TAC_AND_EF04 else ()
        return TacOrder(counter=None, write=write)
    write = _written(message.write[1:]) if message.mode == TacMode.TAC_AND_EF04 else ()
    return TacOrder(counter=message.counter, write=write)


def _written(rest: bytes) -> tuple[FilePart, ...]:
    """Split offset, length and data. The widths are open, so the one that fits is taken: 2+2, else 2+1."""
    offset = int.from_bytes(rest[:2], "big")
    for width in (2, 1):
        data = rest[2 + width :]
        if data and int.from_bytes(rest[2 : 2 + width], "big") == len(data):
            return ((offset, data),)
    return ()


class AmountsOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What C9 orders: a part to read (length 0: none), then what to write."""

    read_offset: int = 0
    read_length: int = 0
    write: tuple[FilePart, ...] = ()


def amounts_of(message: AmountsMessage) -> AmountsOrder:
    """Decode C9. The old dialect always clears 80 bytes from offset 405."""
    if isinstance(message, SerialAmountsRequest):
        return AmountsOrder(
            read_offset=message.ef04_offset,
            read_length=message.ef04_length,
            write=((PROVINCE_FEES_OFFSET, bytes(PROVINCE_FEES_LENGTH)),),
        )
    return AmountsOrder(
        read_offset=message.read_offset,
        read_length=message.read_length if message.read_mode else 0,
        write=_amounts_written(message),
    )


def _amounts_written(message: TcpAmountsRequest) -> tuple[FilePart, ...]:
    match message.write_mode:
        case AmountsWrite.UPDATE:
            return _pieces((message.write_offset, message.data))
        case AmountsWrite.CLEAR:
            return _pieces((message.write_offset, bytes(message.write_length)))
        case _:
            return ()


def authorisations_of(message: AuthoriseMessage) -> tuple[tuple[int, bytes], ...]:
    """Decode CF or CB: channel and APDU for each PSAM; the old dialect leaves out the APDU's head."""
    if isinstance(message, SerialPsamAuthorise):
        return ((message.channel, _PSAM_APDU + message.cryptogram),)
    return tuple((each.channel, each.apdu) for each in message.psams)
