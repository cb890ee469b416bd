"""What the reader reads of a tag and its card (spec/obu.md 3, 5, 7; spec/icc.md 3 to 5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from laneside.virtual.faults import Place
from laneside.virtual.integrated.jobs import Job, NoReplyError, RefusedError, sent

ISSUE_LENGTH: Final = 50
SHORT_ISSUE_LENGTH: Final = 43
CAPP_LENGTH: Final = 43
VEHICLE_LENGTH: Final = 79


class Trouble(StrEnum):
    """Why something could not be read."""

    NO_REPLY = "no-reply"
    REFUSED = "refused"
    ABSENT = "absent"
    NOT_DECRYPTED = "not-decrypted"
    CHECK_CODE = "check-code"
    PSAM_NOT_AUTHORISED = "psam-not-authorised"


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleRead:
    """The decrypted vehicle file, zeros where there is trouble."""

    file: bytes = bytes(VEHICLE_LENGTH)
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRead:
    """0015 (50 bytes, a short one with zeros behind it), 0019 record 1, balance; zeros where there is trouble."""

    issue: bytes = bytes(ISSUE_LENGTH)
    capp: bytes = bytes(CAPP_LENGTH)
    balance_fen: int = 0
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ef04Read:
    """The part of EF04 that C0 asked for; empty where there is trouble."""

    data: bytes = b""
    trouble: Trouble | None = None


def trouble_of(error: NoReplyError | RefusedError) -> Trouble:
    """Name what went wrong."""
    return Trouble.NO_REPLY if isinstance(error, NoReplyError) else Trouble.REFUSED


def read_system() -> Job[bytes]:
    """Read EF01 of the tag, 27 bytes: what a VST carries and the removal flag. Raises NoReplyError, RefusedError."""
    yield from sent(Place.TAG, "00A40000023F00")
    return (yield from sent(Place.TAG, "00B081001B"))


def is_sm4(contract_version: int) -> bool:
    """Say whether a tag is of the SM4 kind (spec/obu.md 3)."""
    return contract_version != 0xFF and contract_version >> 4 >= 5


def read_vehicle(system: bytes, factor: bytes, challenge: bytes) -> Job[VehicleRead]:
    """Read the vehicle file encrypted and let the PSAM decrypt it; ``factor`` is the region twice."""
    sm4 = is_sm4(system[9])
    try:
        yield from sent(Place.TAG, "00A4000002DF01")
        asked = bytes.fromhex("00B400000A") + challenge + bytes((VEHICLE_LENGTH, 0x40 if sm4 else 0x00))
        cipher = yield from sent(Place.TAG, asked)
    except (NoReplyError, RefusedError) as error:
        return VehicleRead(trouble=trouble_of(error))
    try:
        derive = bytes.fromhex("801A594310" if sm4 else "801A590310") + system[10:18] + factor
        yield from sent(Place.PSAM, derive)
        plain = yield from sent(Place.PSAM, bytes.fromhex("80FA8000") + bytes((len(cipher),)) + cipher)
    except RefusedError as error:
        not_authorised = error.status_word == b"\x69\x85"
        return VehicleRead(trouble=Trouble.PSAM_NOT_AUTHORISED if not_authorised else Trouble.NOT_DECRYPTED)
    except NoReplyError:
        return VehicleRead(trouble=Trouble.NOT_DECRYPTED)
    return _checked(plain, challenge, head=17 if sm4 else 9)


def _checked(plain: bytes, challenge: bytes, *, head: int) -> VehicleRead:
    """Compare the check code, which these tags make of the random (spec/virtual-and-defaults.md 3)."""
    if plain[1:head] != challenge.ljust(head - 1, b"\x00"):
        return VehicleRead(trouble=Trouble.CHECK_CODE)
    return VehicleRead(file=plain[head : head + VEHICLE_LENGTH])


def select_card() -> Job[None]:
    """Select the card's application. Raises NoReplyError, RefusedError."""
    yield from sent(Place.CARD, "00A40000021001")


def read_issue() -> Job[bytes]:
    """Read 0015, padded to 50 bytes; the card says itself when it has 43 (6C2B)."""
    try:
        return (yield from sent(Place.CARD, "00B0950032"))
    except RefusedError as error:
        if error.status_word[0] != 0x6C:
            raise
    issue = yield from sent(Place.CARD, bytes.fromhex("00B09500") + bytes((SHORT_ISSUE_LENGTH,)))
    return issue.ljust(ISSUE_LENGTH, b"\x00")


def read_card() -> Job[CardRead]:
    """Read balance, 0015 and 0019."""
    try:
        yield from select_card()
        balance = yield from sent(Place.CARD, "805C000204")
        issue = yield from read_issue()
        capp = yield from sent(Place.CARD, "00B201CC2B")
    except (NoReplyError, RefusedError) as error:
        return CardRead(trouble=trouble_of(error))
    return CardRead(issue=issue, capp=capp, balance_fen=int.from_bytes(balance, "big"))


def read_ef04(offset: int, length: int) -> Job[Ef04Read]:
    """Read a part of EF04 in the pieces that an answer can hold."""
    try:
        yield from _select_ef04()
        data = yield from sent(Place.TAG, b"\x00\xb0" + offset.to_bytes(2, "big") + bytes((length,)))
    except (NoReplyError, RefusedError) as error:
        return Ef04Read(trouble=trouble_of(error))
    return Ef04Read(data=data)


def write_ef04(offset: int, data: bytes) -> Job[None]:
    """Write a part of EF04, plain (spec/obu.md 5.2). Raises NoReplyError, RefusedError."""
    yield from _select_ef04()
    yield from sent(Place.TAG, b"\x00\xd6" + offset.to_bytes(2, "big") + bytes((len(data),)) + data)


def _select_ef04() -> Job[None]:
    yield from sent(Place.TAG, "00A4000002DF01")
    yield from sent(Place.TAG, "00A4000002EF04")
