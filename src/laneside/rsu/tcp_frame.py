"""Framing of the new dialect: FFFF · VER · SEQ · LEN 4 · DATA · CRC 2, no escapes (spec/rsu-frames.md 3.1)."""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from laneside.errors import CodecError
from laneside.rsu.framing import BadFrame, Flaw, Noise, bad

START: Final = b"\xff\xff"
VERSION: Final = 0x00
LENGTH_MAX: Final = 1024
"""Bound of LEN: the longest frame with a layout has 276 bytes, and a status with a hundred PSAMs still fits."""

_HEAD: Final = 8
_CRC: Final = 2
_SLICE: Final = 4096
_FILE: Final = "rsu-tcp"
_MIRROR: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class CrcMode(StrEnum):
    """What a wrong CRC does (spec/unknowns.md 35)."""

    STRICT = "strict"
    """The frame is dropped."""
    LOG_ONLY = "log-only"
    """The frame is taken; ``crc_matches`` says that it was wrong."""


def crc16_x25(data: bytes) -> int:
    """Return CRC-16/X-25: polynomial 1021h reflected, init FFFF, xorout FFFF; ``906E`` for ASCII ``123456789``."""
    forward = binascii.crc_hqx(data.translate(_MIRROR), 0xFFFF)
    return (_MIRROR[forward & 0xFF] << 8 | _MIRROR[forward >> 8]) ^ 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpFrame:
    """One frame: sequence number and the body, whose first byte is the command. Raises CodecError.

    ``bytes(frame)`` is what goes over the line, always with a right CRC.
    """

    sequence: int
    body: bytes
    crc_matches: bool = field(default=True, compare=False)

    def __post_init__(self) -> None:
        """Refuse what the framing can't carry."""
        if not 0 <= self.sequence <= 0xFF:
            raise CodecError(file=_FILE, offset=3, reason=f"sequence {self.sequence} is not a byte")
        if not self.body:
            raise CodecError(file=_FILE, offset=8, reason="a frame has a command byte")

    def __bytes__(self) -> bytes:
        covered = bytes((VERSION, self.sequence)) + len(self.body).to_bytes(4, "big") + self.body
        return START + covered + crc16_x25(covered).to_bytes(_CRC, "big")


class TcpDecoder:
    """Take frames out of a stream in chunks of any size. Each byte ends up in a frame or in a BadFrame.

    Keeps at most one frame of ``length_max`` and one slice of a chunk. A false start is dropped as soon as its length
    or its CRC is wrong, or by ``idle``; the bytes behind it are searched again.
    """

    def __init__(self, *, crc_mode: CrcMode = CrcMode.STRICT, length_max: int = LENGTH_MAX) -> None:
        self._crc_mode = crc_mode
        self._length_max = length_max
        self._buffer = bytearray()
        self._noise = Noise()

    @property
    def pending(self) -> int:
        """How many bytes of an unfinished frame are kept."""
        return len(self._buffer)

    def feed(self, chunk: bytes) -> tuple[TcpFrame | BadFrame, ...]:
        """Return what became complete, in the order of the line."""
        found: list[TcpFrame | BadFrame] = []
        for place in range(0, len(chunk), _SLICE):
            self._buffer += chunk[place : place + _SLICE]
            found.extend(self._frames())
        return tuple(found)

    def idle(self) -> tuple[TcpFrame | BadFrame, ...]:
        """Drop an unfinished frame: the line was silent for longer than a frame takes."""
        found: list[TcpFrame | BadFrame] = []
        while self._buffer:
            found.extend(self._noise.end())
            found.append(self._drop(Flaw.CUT, len(self._buffer)))
            found.extend(self._frames())
        found.extend(self._noise.end())
        return tuple(found)

    def _frames(self) -> Iterator[TcpFrame | BadFrame]:
        """Take whole frames off the buffer until more bytes are needed."""
        while True:
            yield from self._seek()
            if len(self._buffer) < _HEAD:
                return
            length = int.from_bytes(self._buffer[4:_HEAD], "big")
            if not 1 <= length <= self._length_max:
                yield from self._noise.end()
                yield self._drop(Flaw.TOO_LONG if length else Flaw.EMPTY, _HEAD)
                continue
            if len(self._buffer) < _HEAD + length + _CRC:
                return
            yield from self._noise.end()
            yield self._take(length)

    def _seek(self) -> Iterator[BadFrame]:
        """Drop bytes until the buffer starts like a frame as far as it goes."""
        while self._buffer and not _may_start(self._buffer):
            cut = _next_start(self._buffer, len(self._buffer))
            dropped = self._buffer[:cut]
            del self._buffer[:cut]
            yield from self._noise.add(dropped)

    def _take(self, length: int) -> TcpFrame | BadFrame:
        end = _HEAD + length + _CRC
        received = int.from_bytes(self._buffer[end - _CRC : end], "big")
        matches = received == crc16_x25(bytes(self._buffer[2 : end - _CRC]))
        if not matches and self._crc_mode is CrcMode.STRICT:
            return self._drop(Flaw.CHECK, end)
        frame = TcpFrame(sequence=self._buffer[3], body=bytes(self._buffer[_HEAD : end - _CRC]), crc_matches=matches)
        del self._buffer[:end]
        return frame

    def _drop(self, flaw: Flaw, end: int) -> BadFrame:
        """Drop a false frame up to ``end``, or only to the next place in it where a frame may start."""
        cut = _next_start(self._buffer, end)
        report = bad(flaw, self._buffer[:cut])
        del self._buffer[:cut]
        return report


def _may_start(data: bytes | bytearray) -> bool:
    """Return whether bytes are the beginning of a frame as far as they go."""
    marks = START + bytes((VERSION,))
    return data[: len(marks)] == marks[: len(data)]


def _next_start(data: bytes | bytearray, end: int) -> int:
    """Return the first place behind the first byte where a frame may start, at most ``end``."""
    place = data.find(0xFF, 1, end)
    while place != -1 and not _may_start(data[place : min(place + 3, end)]):
        place = data.find(0xFF, place + 1, end)
    return end if place == -1 else place
