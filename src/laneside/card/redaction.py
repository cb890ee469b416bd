"""Name an exchange and write it down without what must never be written: MACs, TAC, card numbers, holders' data.

Only the data of commands whose layout is known are shown, and only where they are as long as they should be; everything
else is a length. A hidden byte is ``**``, data hidden as a whole ``[n]``. Of card and tag numbers the last four digits
stay. What was once hidden is also hidden where it turns up again, as a reader with a stale answer would bring it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from laneside.card.apdu import Device

_GET_RESPONSE: Final = bytes.fromhex("00C0")
_NUMBER_LENGTH: Final = 8
_MAC_LENGTH: Final = 4
_LAST_DIGITS_LENGTH: Final = 2
_REMEMBERED_MAX: Final = 64

_NOTHING: Final[frozenset[int]] = frozenset()


def number_at(offset: int) -> frozenset[int]:
    """Hide a number of eight BCD bytes but for its last four digits."""
    return frozenset(range(offset, offset + _NUMBER_LENGTH - _LAST_DIGITS_LENGTH))


# Which bytes of a file hold a number: the card's 0015, the tag's EF01 and EF04 (spec/icc.md 4, spec/obu.md 2 and 5.1).
CARD_0015: Final = number_at(12)
TAG_EF01: Final = number_at(10)
TAG_EF04: Final = number_at(358 + 12)


class _Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A command whose layout is known. Positions count from the data's first byte; None hides all of them.

    ``length`` is that of the answer's data; another one is not shown. ``macs`` says that what is hidden whole are MACs.
    """

    name: str
    sent: frozenset[int] | None = _NOTHING
    received: frozenset[int] | None = _NOTHING
    length: int | None = None
    macs: bool = False


class Redacted(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange as it may be kept. ``status`` is the status word as four hex digits, empty where none came."""

    name: str
    sent: str
    received: str
    status: str


@dataclass(slots=True)
class Secrets:
    """What was hidden lately; shared by the chips of one reader."""

    _seen: list[bytes] = field(default_factory=list, repr=False)

    def remember(self, secret: bytes) -> None:
        """Hide these bytes wherever they turn up again."""
        if len(secret) >= _MAC_LENGTH and any(secret) and secret not in self._seen:
            self._seen.append(secret)
            del self._seen[:-_REMEMBERED_MAX]

    def places_in(self, data: bytes) -> frozenset[int]:
        """Return the positions at which something remembered occurs."""
        places: set[int] = set()
        for secret in self._seen:
            at = data.find(secret)
            while at >= 0:
                places.update(range(at, at + len(secret)))
                at = data.find(secret, at + 1)
        return frozenset(places)

    def written(self, data: bytes, hidden: frozenset[int]) -> str:
        """Write data as hex without the hidden positions, which are remembered, and without what is remembered."""
        for run in _runs(hidden, len(data)):
            self.remember(data[run.start : run.stop])
        places = hidden | self.places_in(data)
        if not places:
            return data.hex().upper()
        return "".join("**" if at in places else f"{byte:02X}" for at, byte in enumerate(data))


class Redactor:
    """Write down the exchanges of one powered chip; it follows SELECT and GET RESPONSE."""

    def __init__(self, device: Device, secrets: Secrets) -> None:
        self._device = device
        self._secrets = secrets
        self._selected = b""
        self._asked: _Shape | None = None

    def write(self, command: bytes, answer: bytes | None) -> Redacted:
        """Return one exchange as it may be kept; ``answer`` None where none came."""
        continued = command[:2] == _GET_RESPONSE and self._asked is not None
        shape = self._asked if continued and self._asked is not None else self._shape(command)
        sent = self._sent(command, _UNKNOWN if continued else shape)
        received, status = ("", "") if answer is None else self._received(answer, shape)
        if answer is not None and answer[-2:] == b"\x90\x00" and command[:2] == b"\x00\xa4":
            self._selected = command[5:7]
        self._asked = shape
        return Redacted(name=f"{shape.name} (61xx)" if continued else shape.name, sent=sent, received=received,
                        status=status)  # fmt: skip

    def _sent(self, command: bytes, shape: _Shape) -> str:
        if len(command) <= 5:
            return _spaced(command[:4].hex().upper(), command[4:].hex().upper())
        length = command[4]
        data, rest = command[5 : 5 + length], command[5 + length :]
        return _spaced(
            command[:4].hex().upper(), f"{length:02X}", self._hidden(data, shape.sent, macs=shape.macs), _rest(rest)
        )

    def _received(self, answer: bytes, shape: _Shape) -> tuple[str, str]:
        data, status = answer[:-2], answer[-2:].hex().upper()
        as_expected = shape.length is None or len(data) == shape.length
        return self._hidden(data, shape.received if as_expected else None, macs=shape.macs), status

    def _hidden(self, data: bytes, places: frozenset[int] | None, *, macs: bool) -> str:
        """Write data; what is hidden of them is remembered, for it may come again elsewhere."""
        if not data:
            return ""
        if places is None:
            for at in range(0, len(data) if macs else 0, _MAC_LENGTH):
                self._secrets.remember(data[at : at + _MAC_LENGTH])
            return f"[{len(data)}]"
        return self._secrets.written(data, places)

    def _shape(self, command: bytes) -> _Shape:
        head, last = command[:2], command[4] if len(command) == 5 else None
        match self._device, head.hex().upper():
            case _, "00A4":
                name = command[5:7].hex().upper() if len(command) == 7 else "by name"
                return _Shape(name=f"SELECT {name}", received=None)
            case _, "00B0" | "00D6":
                return self._file(command, last)
            case Device.CARD, "00B2":
                return _record(command, last)
            case device, code:
                return _COMMANDS.get((device, code), _UNKNOWN)

    def _file(self, command: bytes, length: int | None) -> _Shape:
        """Shape a read or write of a transparent file, by SFI or in the file that is selected."""
        verb = "read" if command[1] == 0xB0 else "write"
        place = int.from_bytes(command[2:4], "big")
        by_sfi = place & 0x8000
        sfi, offset = (place >> 8 & 0x1F, place & 0xFF) if by_sfi else (0, place)
        name, numbers = self._named_file(sfi if by_sfi else None)
        if name is None:
            return _Shape(name=f"{verb} a file", sent=None, received=None)
        hidden = frozenset(at - offset for at in numbers if at >= offset)
        return _Shape(name=f"{verb} {name}", sent=hidden, received=hidden, length=length or None)

    def _named_file(self, sfi: int | None) -> tuple[str | None, frozenset[int]]:
        match self._device, sfi:
            case Device.CARD, 0x15:
                return "0015", CARD_0015
            case Device.PSAM, 0x15 | 0x16 | 0x17:
                return f"00{sfi:02X}", _NOTHING
            case Device.TAG, 0x01:
                return "EF01", TAG_EF01
            case Device.TAG, None if self._selected == b"\xef\x04":
                return "EF04", TAG_EF04
            case _:
                return None, _NOTHING


_UNKNOWN: Final = _Shape(name="command", sent=None, received=None)

_COMMANDS: Final = {
    (Device.CARD, "805C"): _Shape(name="balance", length=4),
    (Device.CARD, "8050"): _Shape(name="8050 initialise", length=15),
    (Device.CARD, "80DC"): _Shape(name="80DC update cache", received=None),
    (Device.CARD, "8054"): _Shape(name="8054 debit", sent=frozenset(range(11, 15)), received=None, macs=True),
    (Device.CARD, "805A"): _Shape(name="805A prove", received=None, macs=True),
    (Device.TAG, "00B4"): _Shape(name="tag secure read", received=None),
    (Device.PSAM, "801A"): _Shape(name="PSAM derive key", sent=number_at(0), received=None),
    (Device.PSAM, "80FA"): _Shape(name="PSAM decrypt", sent=None, received=None),
    (Device.PSAM, "8070"): _Shape(
        name="8070 PSAM initialise", sent=number_at(20), received=frozenset(range(4, 8)), length=8
    ),
    (Device.PSAM, "8072"): _Shape(name="8072 PSAM verify", sent=None, received=None, macs=True),
    (Device.PSAM, "0084"): _Shape(name="challenge", received=_NOTHING),
    (Device.PSAM, "0082"): _Shape(name="PSAM authorise", sent=None, received=None, macs=True),
}


def _record(command: bytes, length: int | None) -> _Shape:
    """Read the card's records: 0019 and 0018 hold no number; nothing is known of any other."""
    match command[3:4]:
        case b"\xcc":
            return _Shape(name="read 0019", length=length or None)
        case b"\xc4":
            return _Shape(name="read 0018", length=length or None)
        case _:
            return _Shape(name="read a record", received=None)


def _runs(places: Iterable[int], length: int) -> list[range]:
    """Return hidden positions as runs that lie wholly in data of this length."""
    inside = {at for at in places if 0 <= at < length}
    starts = sorted(at for at in inside if at - 1 not in inside)
    ends = sorted(at + 1 for at in inside if at + 1 not in inside)
    return [range(start, end) for start, end in zip(starts, ends, strict=True)]


def _rest(rest: bytes) -> str:
    """Write what follows the data: an Le, or bytes that belong nowhere and are not shown."""
    return rest.hex().upper() if len(rest) <= 1 else f"[{len(rest)}]"


def _spaced(*parts: str) -> str:
    return " ".join(part for part in parts if part)
