"""Framing of the old dialect: FFFF · RSCTL · CMD · data · BCC · FF with FE escapes (spec/rsu-frames.md 2.1)."""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from laneside.errors import CodecError
from laneside.rsu.framing import BadFrame, Flaw, Noise, bad

START: Final = b"\xff\xff"
END: Final = 0xFF
ESCAPE: Final = 0xFE
_UNESCAPED: Final = {b"\x00": bytes((ESCAPE,)), b"\x01": bytes((END,))}
_BUFFER: Final = 256
_MARKS: Final = 3  # two start bytes and the end
_CONTENT_MAX: Final = _BUFFER - _MARKS
_WIRE_MAX: Final = len(START) + 2 * _CONTENT_MAX  # every byte of it escaped
_SHORTEST: Final = 4  # RSCTL, CMD, one byte of data, BCC: six bytes on the line or fewer are rejected
_FILE: Final = "rsu-serial"


class RsctlMode(StrEnum):
    """How the host answers an RSCTL: not confirmed, so a setting (spec/unknowns.md 44)."""

    SWAP = "swap"
    """Swap the two nibbles of the last one received."""
    SEQUENCE = "sequence"
    """Keep the high nibble, the sequence; the low one is 0."""
    ECHO = "echo"
    """Send the same byte back."""

    def answer(self, received: int) -> int:
        """Return the RSCTL of a host's frame after the reader's."""
        match self:
            case RsctlMode.SWAP:
                return (received & 0x0F) << 4 | received >> 4
            case RsctlMode.SEQUENCE:
                return received & 0xF0
            case RsctlMode.ECHO:
                return received


READER_RSCTL: Final[Mapping[int, int]] = {
    0xB0: 0x08,
    0xB2: 0x18,
    0xB3: 0x28,
    0xB4: 0x48,
    0xB5: 0x58,
    0xB8: 0x68,
    0xB9: 0x68,
    0xBD: 0x78,
    0xBF: 0x88,
}
"""RSCTL of each frame that a reader sends: high nibble the sequence, low nibble 8 = from the reader."""
POWER_UP_RSCTL: Final = 0x98
"""RSCTL of the B0 at power-up."""


def bcc(data: bytes | bytearray) -> int:
    """Return the XOR of all bytes."""
    return functools.reduce(operator.xor, data, 0)


def escaped(data: bytes) -> bytes:
    """Write FE as FE00 and FF as FE01."""
    return data.replace(b"\xfe", b"\xfe\x00").replace(b"\xff", b"\xfe\x01")


class SerialFrame(msgspec.Struct, frozen=True, kw_only=True):
    """One frame: RSCTL and the body, which is the command byte and at least one byte of data.

    ``bytes(frame)`` is what goes over the line. Raises CodecError for a body that the 256-byte buffer can't hold.
    """

    rsctl: int
    body: bytes

    def __post_init__(self) -> None:
        """Refuse what the framing can't carry."""
        if not 0 <= self.rsctl <= 0xFF:
            raise CodecError(file=_FILE, offset=2, reason=f"RSCTL {self.rsctl} is not a byte")
        if len(self.body) < 2:
            raise CodecError(file=_FILE, offset=3, reason="a frame has a command and at least one byte of data")
        if len(self.body) + 2 > _CONTENT_MAX:
            raise CodecError(file=_FILE, offset=3, reason=f"a body of {len(self.body)} bytes exceeds the buffer")

    def __bytes__(self) -> bytes:
        content = bytes((self.rsctl,)) + self.body
        return START + escaped(content + bytes((bcc(content),))) + bytes((END,))


class SerialDecoder:
    """Take frames out of a stream in chunks of any size. Each byte ends up in a frame or in a BadFrame.

    Keeps at most twice the buffer size; finds the next frame after any damage, at the latest at its ``FFFF``.
    """

    def __init__(self) -> None:
        self._wire = bytearray()  # what was taken since the start, escapes included
        self._noise = Noise()

    @property
    def pending(self) -> int:
        """How many bytes of an unfinished frame are kept."""
        return len(self._wire)

    def feed(self, chunk: bytes) -> tuple[SerialFrame | BadFrame, ...]:
        """Return what became complete, in the order of the line."""
        found: list[SerialFrame | BadFrame] = []
        at = 0
        while at < len(chunk):
            if len(self._wire) < len(START):
                found += self._seek(chunk[at])
                at += 1
            elif chunk[at] == END:
                found += self._end()
                at += 1
            else:
                taken = chunk[at : at + self._room].split(bytes((END,)), 1)[0]
                found += self._collect(taken)
                at += len(taken)
        return tuple(found)

    def idle(self) -> tuple[SerialFrame | BadFrame, ...]:
        """Drop an unfinished frame: the line was silent for longer than a frame takes."""
        reports = self._noise.end()
        if self._wire:
            reports += (bad(Flaw.CUT, self._wire),)
        self._wire.clear()
        return reports

    def _seek(self, byte: int) -> tuple[BadFrame, ...]:
        """Wait for two FF in a row."""
        self._wire.append(byte)
        if byte == END:
            return ()
        reports = self._noise.add(self._wire)
        self._wire.clear()
        return reports

    @property
    def _room(self) -> int:
        """How many more bytes may be taken at once: one more than the buffer holds, if none of them is an escape."""
        content = len(self._wire) - len(START) - self._wire.count(ESCAPE)
        return min(_CONTENT_MAX - content, _WIRE_MAX - len(self._wire)) + 1

    def _collect(self, taken: bytes) -> tuple[BadFrame, ...]:
        """Take bytes of a frame; drop them all when there is one more than the buffer holds."""
        self._wire += taken
        if self._room > 0:
            return ()
        flaw = Flaw.ESCAPE if _unescaped(bytes(self._wire[len(START) :])) is None else Flaw.TOO_LONG
        reports = (*self._noise.end(), bad(flaw, self._wire))
        self._wire.clear()
        return reports

    def _end(self) -> tuple[SerialFrame | BadFrame, ...]:
        """Finish a frame at its bare FF. After a bad one that FF may be the first half of the next start."""
        if len(self._wire) == len(START):
            return self._noise.add(b"\xff")  # a third FF: the start is the last two
        found = _frame_of(_unescaped(bytes(self._wire[len(START) :])))
        taken = bad(found, self._wire) if isinstance(found, Flaw) else found
        self._wire[:] = bytes((END,)) if isinstance(found, Flaw) else b""
        return (*self._noise.end(), taken)


def _unescaped(wire: bytes) -> bytes | None:
    """Undo the escapes; None where an FE comes before another byte than 00 or 01."""
    first, *others = wire.split(bytes((ESCAPE,)))
    if any(each[:1] not in _UNESCAPED for each in others):
        return None
    return first + b"".join(_UNESCAPED[each[:1]] + each[1:] for each in others)


def _frame_of(content: bytes | None) -> SerialFrame | Flaw:
    """Return the frame of what was between start and end, or what is wrong with it."""
    if content is None:
        return Flaw.ESCAPE
    if len(content) < _SHORTEST:
        return Flaw.TOO_SHORT
    return SerialFrame(rsctl=content[0], body=content[1:-1]) if bcc(content) == 0 else Flaw.CHECK
