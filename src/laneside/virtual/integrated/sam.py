"""The reader's own PSAM: start, facts for B0, and the two steps of its authorisation (spec/psam-and-crypto.md 2, 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from laneside.virtual.faults import Place
from laneside.virtual.integrated.jobs import Ask, Job, NoReplyError, RefusedError, sent

_MASTER_FILE: Final = "00A40000023F00"
_APPLICATION: Final = "00A4000002DF01"
_PROBE: Final = "801A590310" + "00" * 16
_SM4_TAIL: Final = 27


@dataclass(frozen=True, slots=True, kw_only=True)
class SamFacts:
    """What B0 and BA tell. ``readable`` is False for a PSAM that does not answer."""

    readable: bool = False
    serial: bytes = bytes(10)
    version: int = 0
    key_type: int = 0
    terminal_number: bytes = bytes(6)
    area: bytes = bytes(8)
    knows_sm4: bool = False
    authorised: bool = False
    """Authorised, or in no need of it."""


def start() -> Job[SamFacts]:
    """Read serial, version, terminal number and area, and find out whether the keys may be used. DF01 is selected."""
    try:
        yield from sent(Place.PSAM, _MASTER_FILE)
        public = yield from sent(Place.PSAM, "00B095000E")
        terminal = yield from sent(Place.PSAM, "00B0960006")
        yield from sent(Place.PSAM, _APPLICATION)
        application = yield from sent(Place.PSAM, "00B0970000")
    except (NoReplyError, RefusedError):
        return SamFacts()
    return SamFacts(
        readable=True,
        serial=public[:10],
        version=public[10],
        key_type=public[11],
        terminal_number=terminal,
        area=application[9:17],
        knows_sm4=len(application) >= _SM4_TAIL,
        authorised=(yield from _may_use_keys()),
    )


def _may_use_keys() -> Job[bool]:
    """Derive a key for nobody: 6985 says that the authorisation is missing."""
    answer = yield Ask(chip=Place.PSAM, command=bytes.fromhex(_PROBE))
    return answer == b"\x90\x00"


def challenge() -> Job[bytes | None]:
    """Take eight random bytes under the MF; None where the PSAM refuses or is silent."""
    try:
        yield from sent(Place.PSAM, _MASTER_FILE)
        return (yield from sent(Place.PSAM, "0084000008"))
    except (NoReplyError, RefusedError):
        return None


def authorise(apdu: bytes) -> Job[bytes]:
    """Hand the centre's APDU on; its status word comes back (empty without a reply), and DF01 is selected again."""
    answer = yield Ask(chip=Place.PSAM, command=apdu)
    yield Ask(chip=Place.PSAM, command=bytes.fromhex(_APPLICATION))
    return answer[-2:]
