"""A frame, or the body of one, as ``laneside decode frame`` shows it: rows that cover every byte once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from msgspec.structs import replace

from laneside.codec.layout import Row
from laneside.errors import CodecError
from laneside.rsu.commands import command_words, direction_of, parse
from laneside.rsu.dialect import SERIAL, TCP, Dialect
from laneside.rsu.framing import BadFrame, Flaw
from laneside.rsu.message import Opaque
from laneside.rsu.serial_frame import ESCAPE, START, SerialDecoder, SerialFrame
from laneside.rsu.tcp_frame import TcpDecoder, TcpFrame

_TCP_HEAD: Final = 8
_MARK: Final = 1
_REASONS: Final = {
    Flaw.NOISE: "bytes outside a frame",
    Flaw.CHECK: "the check bytes differ",
    Flaw.ESCAPE: "FE before another byte than 00 or 01",
    Flaw.TOO_SHORT: "shorter than the smallest frame",
    Flaw.TOO_LONG: "longer than a frame may be",
    Flaw.EMPTY: "a frame without a command byte",
    Flaw.CUT: "cut short",
}


def frame_rows(data: bytes, dialect: Dialect | None = None) -> tuple[Row, ...]:
    """Return the rows of a whole frame (it starts with FFFF) or of a body (it starts with the command byte).

    Without a dialect the bytes decide: a frame by its framing, a body by the dialect that has a layout for it, the new
    one first. Raises CodecError.
    """
    if data[:2] == START:
        return _whole(data, dialect or _dialect_of_frame(data))
    return tuple(_body_rows(data, dialect or _dialect_of_body(data)))


def _whole(data: bytes, dialect: Dialect) -> tuple[Row, ...]:
    match _only_frame(data, dialect):
        case SerialFrame() as frame:
            return tuple(_serial_rows(data, frame, dialect))
        case TcpFrame() as frame:
            return tuple(_tcp_rows(data, frame, dialect))


def _only_frame(data: bytes, dialect: Dialect) -> SerialFrame | TcpFrame:
    """Return the one frame. Raises CodecError at the first byte that is not part of it."""
    decoder = dialect.decoder()
    offset = 0
    frame: SerialFrame | TcpFrame | None = None
    for found in (*decoder.feed(data), *decoder.idle()):
        if isinstance(found, BadFrame):
            raise CodecError(file=f"rsu-{dialect.name}", offset=offset, reason=_REASONS[found.flaw])
        if frame is not None:
            raise CodecError(file=f"rsu-{dialect.name}", offset=offset, reason="a second frame")
        frame, offset = found, len(bytes(found))
    assert frame is not None, "every byte ends up in a frame or in a report"
    return frame


def _serial_rows(data: bytes, frame: SerialFrame, dialect: Dialect) -> Iterator[Row]:
    """Yield RSCTL, body and BCC at their bytes on the line, escapes included."""
    starts = [*_unescaped_places(data), len(data) - _MARK, len(data)]
    content = (
        Row(field="rsctl", value=f"{frame.rsctl:02X}", offset=0, length=1),
        *(replace(row, offset=row.offset + 1) for row in _body_rows(frame.body, dialect)),
        Row(field="bcc", value=f"{_value_at(data, starts[-3]):02X}", offset=len(frame.body) + 1, length=1),
    )
    yield Row(field="start", value="FFFF", offset=0, length=len(START))
    for row in content:
        at, end = starts[row.offset], starts[row.offset + row.length]
        yield replace(row, offset=at, length=end - at)
    yield Row(field="end", value="FF", offset=len(data) - _MARK, length=_MARK)


def _unescaped_places(data: bytes) -> Sequence[int]:
    """Return where each byte of the content begins on the line."""
    inside = range(len(START), len(data) - _MARK)
    return [place for before, place in pairwise((inside.start - 1, *inside)) if data[before] != ESCAPE]


def _value_at(data: bytes, place: int) -> int:
    return ESCAPE + data[place + 1] if data[place] == ESCAPE else data[place]


def _tcp_rows(data: bytes, frame: TcpFrame, dialect: Dialect) -> Iterator[Row]:
    end = _TCP_HEAD + len(frame.body)
    yield Row(field="start", value="FFFF", offset=0, length=2)
    yield Row(field="version", value=data[2], offset=2, length=1)
    yield Row(field="sequence", value=frame.sequence, offset=3, length=1)
    yield Row(field="length", value=len(frame.body), offset=4, length=4)
    for row in _body_rows(frame.body, dialect):
        yield replace(row, offset=row.offset + _TCP_HEAD)
    yield Row(field="crc", value=data[end:].hex().upper(), offset=end, length=len(data) - end)


def _body_rows(body: bytes, dialect: Dialect) -> Iterator[Row]:
    if not body:
        raise CodecError(file="rsu", offset=0, reason="no command byte")
    command = body[0]
    message = parse(dialect, direction_of(command), body)
    yield Row(field="command", value=f"{command:02X}", label=command_words(dialect, command), offset=0, length=1)
    for row in message.rows(dialect):
        yield replace(row, offset=row.offset + 1)


def _dialect_of_frame(data: bytes) -> Dialect:
    if any(isinstance(found, TcpFrame) for found in TcpDecoder().feed(data)):
        return TCP
    if any(isinstance(found, SerialFrame) for found in SerialDecoder().feed(data)):
        return SERIAL
    return TCP if data[2:3] == b"\x00" and data[4:6] == bytes(2) else SERIAL


def _dialect_of_body(body: bytes) -> Dialect:
    """Return the dialect that has a layout for these bytes, else the one that has a layout for this command."""
    unfit = None
    for dialect in (TCP, SERIAL):
        try:
            message = parse(dialect, direction_of(body[0]) if body else direction_of(0), body)
        except CodecError:
            unfit = unfit or dialect
            continue
        if not isinstance(message, Opaque):
            return dialect
    return unfit or TCP
