"""Framing of the old dialect: FFFF · RSCTL · CMD · data · BCC · FF with FE escapes (spec/rsu-frames.md 2.1)."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from laneside.errors import CodecError
from laneside.rsu.framing import BadFrame, Flaw, Noise, bad

START: Final = b"\xff\xff"
END: Final = 0xFF
ESCAPE: Final = 0xFE
_ESCAPED: Final = {0x00: ESCAPE, 0x01: END}
_BUFFER: Final = 256
_MARKS: Final = 3  # two start bytes and the end
_CONTENT_MAX: Final = _BUFFER - _MARKS
_WIRE_MAX: Final = len(START) + 2 * _CONTENT_MAX  # every byte of it escaped
_SHORTEST: Final = 4  # RSCTL, CMD, one byte of data, BCC: six bytes on the line or fewer are rejected
_FILE: Final = "rsu-serial"


class RsctlMode(StrEnum):
    """How the host answers an RSCTL (spec/unknowns.md 44: not confirmed, so a setting)."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialFrame:
    """One frame: RSCTL and the body, which is the command byte and at least one byte of data.

    ``bytes(frame)`` is what goes over the line. Raises CodecError for a body that the 256-byte buffer can't hold.
    """

    rsctl: int
    body: bytes

    def __post_init__(self) -> None:
        """Hold the limits of the framing."""
        if not 0 <= self.rsctl <= 0xFF:
            raise CodecError(file=_FILE, offset=2, reason=f"RSCTL {self.rsctl} is no byte")
        if len(self.body) < 2:
            raise CodecError(file=_FILE, offset=3, reason="a frame has a command and at least one byte of data")
        if len(self.body) + 2 > _CONTENT_MAX:
            raise CodecError(file=_FILE, offset=3, reason=f"a body of {len(self.body)} bytes exceeds the buffer")

    @property
    def sequence(self) -> int:
        """The high nibble of RSCTL."""
        return self.rsctl >> 4

    def __bytes__(self) -> bytes:
        content = bytes((self.rsctl,)) + self.body
        return START + escaped(content + bytes((bcc(content),))) + bytes((END,))


class SerialDecoder:
    """Take frames out of a stream of any chunks. Each byte ends up in a frame or is reported as dropped.

    Holds at most twice the buffer size; finds the next frame after any damage, at the latest at its ``FFFF``.
    """

    def __init__(self) -> None:
        self._wire = bytearray()  # what was taken since the start, escapes included
        self._content = bytearray()
        self._escaping = False
        self._flaw: Flaw | None = None
        self._noise = Noise()

    @property
    def pending(self) -> int:
        """How many bytes of an unfinished frame are held."""
        return len(self._wire)

    def feed(self, chunk: bytes) -> tuple[SerialFrame | BadFrame, ...]:
        """Return what became complete, in the order of the line."""
        return tuple(each for byte in chunk for each in self._take(byte))

    def idle(self) -> tuple[SerialFrame | BadFrame, ...]:
        """Give up an unfinished frame: the line was silent for longer than a frame takes."""
        reports = self._noise.end()
        if self._wire:
            reports += (bad(self._flaw or Flaw.CUT, self._wire),)
        self._reset()
        return reports

    def _take(self, byte: int) -> Iterator[SerialFrame | BadFrame]:
        if len(self._wire) < len(START):
            yield from self._seek(byte)
        elif byte != END:
            yield from self._collect(byte)
        elif len(self._wire) == len(START):
            yield from self._noise.add(b"\xff")  # a third FF: the start is the last two
        else:
            yield from self._finish()

    def _seek(self, byte: int) -> Iterator[BadFrame]:
        """Wait for two FF in a row."""
        self._wire.append(byte)
        if byte != END:
            yield from self._noise.add(self._wire)
            self._wire.clear()

    def _collect(self, byte: int) -> Iterator[BadFrame]:
        """Undo the escapes; a frame that is already spoilt is only counted, until its end or the buffer's."""
        self._wire.append(byte)
        if self._escaping:
            self._escaping = False
            if byte in _ESCAPED:
                self._content.append(_ESCAPED[byte])
            else:
                self._flaw = Flaw.ESCAPE
        elif byte == ESCAPE:
            self._escaping = True
        else:
            self._content.append(byte)
        if len(self._content) > _CONTENT_MAX or len(self._wire) > _WIRE_MAX:
            yield from self._noise.end()
            yield bad(self._flaw or Flaw.TOO_LONG, self._wire)
            self._reset()

    def _finish(self) -> Iterator[SerialFrame | BadFrame]:
        """Judge a frame at its bare FF. A bad one leaves that FF as a possible first half of the next start."""
        yield from self._noise.end()
        flaw = self._judge()
        if flaw is None:
            yield SerialFrame(rsctl=self._content[0], body=bytes(self._content[1:-1]))
        else:
            yield bad(flaw, self._wire)
        self._reset()
        if flaw is not None:
            self._wire.append(END)

    def _judge(self) -> Flaw | None:
        if self._escaping:
            return Flaw.ESCAPE
        if self._flaw is not None:
            return self._flaw
        if len(self._content) < _SHORTEST:
            return Flaw.TOO_SHORT
        return None if bcc(self._content) == 0 else Flaw.CHECK

    def _reset(self) -> None:
        self._wire.clear()
        self._content.clear()
        self._escaping, self._flaw = False, None
