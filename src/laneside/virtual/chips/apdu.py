"""One command as a chip receives it, and the status words that a chip answers (spec/icc.md section 9)."""

from __future__ import annotations

import msgspec

OK = b"\x90\x00"
FILE_INVALID = b"\x62\x83"
WRONG_LENGTH = b"\x67\x00"
WRONG_FILE_TYPE = b"\x69\x81"
NOT_AUTHENTICATED = b"\x69\x82"
BLOCKED = b"\x69\x83"
NO_CHALLENGE = b"\x69\x84"
CONDITIONS = b"\x69\x85"
NOT_ALLOWED = b"\x69\x86"
MAC_MISSING = b"\x69\x87"
MAC_WRONG = b"\x69\x88"
BAD_DATA = b"\x6a\x80"
LOCKED = b"\x6a\x81"
NO_FILE = b"\x6a\x82"
NO_RECORD = b"\x6a\x83"
NO_SPACE = b"\x6a\x84"
WRONG_P1_P2 = b"\x6a\x86"
NO_KEY = b"\x6a\x88"
WRONG_OFFSET = b"\x6b\x00"
UNKNOWN_INS = b"\x6d\x00"
UNKNOWN_CLA = b"\x6e\x00"
PURCHASE_MAC_WRONG = b"\x93\x02"
BALANCE_SHORT = b"\x94\x01"
COUNTER_FULL = b"\x94\x02"
KEY_INDEX_UNKNOWN = b"\x94\x03"
PROOF_GONE = b"\x94\x06"


def wrong_le(length: int) -> bytes:
    """Return the status word that names the ``length`` of the answer (256 is written 00)."""
    return bytes((0x6C, length & 0xFF))


def tries_left(count: int) -> bytes:
    """Return the status word of a failed verification, with the tries that are left."""
    return bytes((0x63, 0xC0 | count))


class ReceivedCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A short APDU in its parts; ``le`` is None where the command has none, and 256 where it is 00."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes
    le: int | None

    @classmethod
    def parse(cls, raw: bytes) -> ReceivedCommand | None:
        """Parse one of the four short cases (ISO 7816-3); None when the lengths do not add up."""
        if len(raw) < 4:
            return None
        body = _body(raw[4:])
        if body is None:
            return None
        return cls(cla=raw[0], ins=raw[1], p1=raw[2], p2=raw[3], data=body[0], le=body[1])

    @property
    def head(self) -> bytes:
        """The bytes before the data, Lc included, as a MAC covers them."""
        return bytes((self.cla, self.ins, self.p1, self.p2, len(self.data)))

    def wants(self, length: int) -> bytes | None:
        """Return the status word that refuses an answer of this length, None when Le is absent, 00 or fits."""
        return None if self.le in {None, 256, length} else wrong_le(length)


def _body(rest: bytes) -> tuple[bytes, int | None] | None:
    """Split what follows P2 into data and Le."""
    match len(rest):
        case 0:
            return b"", None
        case 1:
            return b"", rest[0] or 256
    length, tail = rest[0], rest[1:]
    if length == 0 or not 0 <= len(tail) - length <= 1:
        return None
    return tail[:length], (tail[length] or 256) if len(tail) > length else None
