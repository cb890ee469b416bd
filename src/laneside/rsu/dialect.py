"""The settings of one reader: which framing, which frames, which codes, which of several forms (spec/unknowns.md 4).

Every default is the one recommended there; a make that differs is ``dataclasses.replace(TCP, …)``.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final

import msgspec

from laneside.codec.tag import PASSAGE_BLOCK_LENGTH, PASSAGE_BLOCK_OFFSET
from laneside.rsu import codes
from laneside.rsu.serial_frame import RsctlMode, SerialDecoder, SerialFrame
from laneside.rsu.tcp_frame import CrcMode, TcpDecoder, TcpFrame
from laneside.vocab.words import Coded, Words, label


class Direction(StrEnum):
    """Which way a frame goes."""

    TO_READER = "to-reader"
    FROM_READER = "from-reader"


class DialectName(StrEnum):
    """The two dialects by the link that they run over: the old one serial, the new one TCP."""

    SERIAL = "serial"
    TCP = "tcp"


class ErrorTable(StrEnum):
    """Whose error numbers a reader uses (spec/unknowns.md 40)."""

    SERIAL = "serial"
    TCP = "tcp"


class B2Form(StrEnum):
    """What the one byte of a B2 of 36 bytes is (spec/unknowns.md 36); with 37 bytes there are both."""

    ANTENNA_ID = "antenna-id"
    DEVICE_TYPE = "device-type"


class C6Form(IntEnum):
    """The size of C6 in the new dialect, with its command byte (spec/rsu-frames.md 3.2, unknowns 41)."""

    BARE = 67
    """No trade type, no EF04."""
    FULL = 159
    SECOND_PART_5 = 164
    """With offset N and 4 bytes of EF04."""
    SECOND_PART_15 = 174
    """With offset N and 14 bytes: 4 of EF04 and zeros, or 14 of a single-chip tag's EF07."""


class InitForm(StrEnum):
    """The form of C0 in the new dialect (spec/rsu-frames.md 3.2)."""

    LANE = "lane"
    GANTRY = "gantry"


class Trade(StrEnum):
    """What one C6 does; each dialect has numbers of its own for it (spec/unknowns.md 42)."""

    CARD = "card"
    EF04 = "ef04"
    CARD_AND_EF04 = "card-and-ef04"


class FrameSet(msgspec.Struct, frozen=True, kw_only=True):
    """Which frames a family of readers has (spec/unknowns.md 37, 38, 39)."""

    init: InitForm = InitForm.LANE
    antenna_command: int | None = None
    """The antenna switch: 4C or C4; None = the dialect's own."""
    factor_in_c1: bool = False
    """Whether C1 of the old dialect carries the diversification factor, as in some makes."""
    tac_again: bool = True
    """C8 fetches the TAC; in some readers it asks for the IP address instead, and stays opaque."""
    amounts: bool = True
    """C9 and B9 are the amounts per province; without, they stay opaque."""
    amounts_length_size: int = 2
    """Bytes of each length in C9 and B9 of the new dialect, for which the spec gives no width."""


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """How long the host waits (spec/unknowns.md 67)."""

    step_ms: int = 1000
    debit_ms: int = 2000
    """After C6: longer than the reader's own."""


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """All that a host must know of a reader to talk to it. Begin with ``SERIAL`` or ``TCP``."""

    name: DialectName
    error_table: ErrorTable
    lane_mode: int
    frame_set: FrameSet = FrameSet()
    crc_mode: CrcMode = CrcMode.STRICT
    rsctl_mode: RsctlMode = RsctlMode.SWAP
    b2_form: B2Form = B2Form.ANTENNA_ID
    c6_form: C6Form = C6Form.FULL
    devtype_swap: bool = False
    ef04_offset: int = PASSAGE_BLOCK_OFFSET
    ef04_len: int = PASSAGE_BLOCK_LENGTH
    timeouts: Timeouts = Timeouts()

    @property
    def antenna_command(self) -> int:
        """4C in the old dialect, C4 in the new one, unless the frame set says otherwise."""
        own = 0x4C if self.name is DialectName.SERIAL else 0xC4
        return own if self.frame_set.antenna_command is None else self.frame_set.antenna_command

    def decoder(self) -> SerialDecoder | TcpDecoder:
        """Return a new decoder of this framing."""
        return SerialDecoder() if self.name is DialectName.SERIAL else TcpDecoder(crc_mode=self.crc_mode)

    def frame(self, number: int, body: bytes) -> SerialFrame | TcpFrame:
        """Put a body into a frame; ``number`` is the RSCTL or the sequence number. Raises CodecError."""
        if self.name is DialectName.SERIAL:
            return SerialFrame(rsctl=number, body=body)
        return TcpFrame(sequence=number, body=body)

    def trade_number(self, trade: Trade) -> int:
        """Return TradeMode or OBUTradeType; on an entry lane of the old dialect EF04 goes before the card."""
        if self.name is DialectName.TCP:
            return _TCP_TRADES[trade]
        if trade is Trade.CARD_AND_EF04 and self.lane_mode == codes.LaneMode.ENTRY:
            return codes.SerialTrade.EF04_THEN_CARD
        return _SERIAL_TRADES[trade]

    def trade_of(self, number: int) -> Trade | None:
        """Return the trade of a TradeMode or OBUTradeType; None for a number that this dialect does not have."""
        if self.name is DialectName.SERIAL and number == codes.SerialTrade.EF04_THEN_CARD:
            return Trade.CARD_AND_EF04
        trades = _TCP_TRADES if self.name is DialectName.TCP else _SERIAL_TRADES
        return next((trade for trade, own in trades.items() if own == number), None)

    def device_type(self, number: int) -> int:
        """Return the spec's DeviceType for the number that this reader sends."""
        return _SWAPPED.get(number, number) if self.devtype_swap else number

    def words(self, command: int, field: str, shown: object) -> Words | None:
        """Return the label of a code whose table depends on the dialect, from its row; errors are shown in hex."""
        match field, shown:
            case "error", str():
                errors = codes.SERIAL_ERRORS if self.error_table is ErrorTable.SERIAL else codes.TCP_ERRORS
                table = errors.get(command)
                return None if table is None else label(table, int(shown, 16))
            case "stop_type", int():
                return label(self._stop_types(), shown)
            case "device_type", int():
                return label(codes.DeviceType, self.device_type(shown))
            case _:
                return None

    def _stop_types(self) -> type[Coded]:
        if self.name is DialectName.SERIAL:
            return codes.SerialStop
        return codes.GantryStop if self.frame_set.init is InitForm.GANTRY else codes.RampStop


_SERIAL_TRADES: Final = {
    Trade.CARD: codes.SerialTrade.CARD,
    Trade.EF04: codes.SerialTrade.EF04,
    Trade.CARD_AND_EF04: codes.SerialTrade.CARD_THEN_EF04,
}
_TCP_TRADES: Final = {
    Trade.CARD: codes.TcpTrade.CARD,
    Trade.EF04: codes.TcpTrade.EF04,
    Trade.CARD_AND_EF04: codes.TcpTrade.EF04_AND_CARD,
}
_SWAPPED: Final = {1: 2, 2: 1}

SERIAL: Final = Dialect(name=DialectName.SERIAL, error_table=ErrorTable.SERIAL, lane_mode=codes.LaneMode.OPEN)
TCP: Final = Dialect(name=DialectName.TCP, error_table=ErrorTable.TCP, lane_mode=codes.LaneMode.EXIT)
"""The new dialect has no lane mode of its own for an open lane: exit, without the C9 step (spec/unknowns.md 47)."""
