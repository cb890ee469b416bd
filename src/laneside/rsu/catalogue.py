"""Which message a command byte is, per dialect and direction, and reading it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from laneside.errors import CodecError
from laneside.rsu import host_both, host_serial, host_tcp, reader_serial, reader_tcp
from laneside.rsu.dialect import Dialect, Direction, InitForm, Wire
from laneside.rsu.message import Message, Opaque, ShortReply, file_name

Kinds = Mapping[int, type[Message]]

HEARTBEAT: Final = 0xB1

_TO_SERIAL: Final[tuple[type[Message], ...]] = (
    host_serial.SerialInit,
    host_both.Continue,
    host_both.Stop,
    host_both.WriteEntry,
    host_serial.SerialDebit,
    host_serial.SerialTacRequest,
    host_serial.SerialAmountsRequest,
    host_serial.BeaconMode,
    host_serial.SerialPsamInit,
    host_serial.SerialPsamAuthorise,
    host_serial.SendBst,
)
_FROM_SERIAL: Final[tuple[type[Message], ...]] = (
    reader_serial.SerialStatus,
    reader_serial.SerialTag,
    reader_tcp.Vehicle,
    reader_serial.SerialCard,
    reader_serial.SerialDebitResult,
    reader_serial.SerialTacResult,
    reader_serial.SerialAmounts,
    reader_serial.SerialPsamChallenge,
    reader_serial.SerialPsamResult,
)
_TO_TCP: Final[tuple[type[Message], ...]] = (
    host_both.Continue,
    host_both.Stop,
    host_both.WriteEntry,
    host_tcp.TcpDebit,
    host_tcp.TcpTacRequest,
    host_tcp.TcpAmountsRequest,
    host_tcp.TcpPsamInit,
    host_tcp.TcpPsamAuthorise,
    host_tcp.BeaconChange,
    host_tcp.HeartbeatAnswer,
)
_FROM_TCP: Final[tuple[type[Message], ...]] = (
    reader_tcp.TcpStatus,
    reader_tcp.TcpTag,
    reader_tcp.Vehicle,
    reader_tcp.TcpCard,
    reader_tcp.TcpDebitResult,
    reader_tcp.TcpTacResult,
    reader_tcp.TcpAmounts,
    reader_tcp.TcpPsamChallenges,
    reader_tcp.TcpPsamResult,
    reader_tcp.TagPosition,
)
_NUMBERED: Final = {
    (Wire.SERIAL, Direction.TO_READER): _TO_SERIAL,
    (Wire.SERIAL, Direction.FROM_READER): _FROM_SERIAL,
    (Wire.TCP, Direction.TO_READER): _TO_TCP,
    (Wire.TCP, Direction.FROM_READER): _FROM_TCP,
}
_WITHOUT_LAYOUT: Final = {(Wire.TCP, 0xB4): (64, 161, 183), (Wire.TCP, 0xB5): (20,)}
"""Sizes with the command byte that were seen (spec/rsu-frames.md 3.2) and for which no layout is known."""

_SHORT: Final = {
    Wire.SERIAL: {0xB2: 5, 0xB3: 5, 0xB4: 5, 0xB5: 5, 0xB8: 5, 0xBD: 1, 0xBF: 1},
    Wire.TCP: {0xB2: 5, 0xB3: 5, 0xB4: 5, 0xB5: 5, 0xB8: 5, 0xB9: 5},
}
"""Data sizes of frames that end after their error code."""


def kinds(dialect: Dialect, direction: Direction) -> Kinds:
    """Return the messages that this dialect has in this direction, by command byte."""
    found = {kind.COMMAND: kind for kind in _NUMBERED[dialect.wire, direction]}
    if direction is Direction.TO_READER:
        found[dialect.antenna_command] = host_both.Antenna
        if dialect.wire is Wire.TCP:
            lane = dialect.frame_set.init is InitForm.LANE
            found[0xC0] = host_tcp.LaneInit if lane else host_tcp.GantryInit
    if not dialect.frame_set.tac_again:
        found = {command: kind for command, kind in found.items() if command not in {0xC8, 0xB8}}
    if not dialect.frame_set.amounts:
        found = {command: kind for command, kind in found.items() if command not in {0xC9, 0xB9}}
    return found


def parse(dialect: Dialect, direction: Direction, body: bytes) -> Message:
    """Read the body of a frame: command byte and fields.

    A command without a layout becomes Opaque, a frame that ends after its error code ShortReply. Raises CodecError
    naming the command and the offset in the body.
    """
    if not body:
        raise CodecError(file="rsu", offset=0, reason="no command byte")
    command, data = body[0], bytes(body[1:])
    kind = kinds(dialect, direction).get(command)
    if kind is None or len(body) in _WITHOUT_LAYOUT.get((dialect.wire, command), ()):
        return Opaque(number=command, data=data)
    if direction is Direction.FROM_READER and _is_short(dialect, command, data):
        return ShortReply(number=command, obu_id=data[:-1], error=data[-1])
    try:
        return kind.read(dialect, data)
    except CodecError as error:
        raise CodecError(file=file_name(command), offset=error.offset + 1, reason=error.reason) from None


def is_heartbeat(message: Message) -> bool:
    """Say whether a reader's message is only its heartbeat: B1, or in the old dialect a B2 of no tag with error 80."""
    match message:
        case Opaque(number=number):
            return number == HEARTBEAT
        case ShortReply(number=0xB2, obu_id=obu_id, error=0x80) | reader_serial.SerialTag(obu_id=obu_id, error=0x80):
            return not any(obu_id)
        case _:
            return False


def _is_short(dialect: Dialect, command: int, data: bytes) -> bool:
    return len(data) == _SHORT[dialect.wire].get(command) and data[-1] != 0
