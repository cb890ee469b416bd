"""Work with chips as generators: each yields the next command and receives the answer, so that time can pass between.

The reader's jobs with its PSAM (spec/psam-and-crypto.md 2, 3), with a tag (spec/obu.md 3, 5, 7) and with a card
(spec/icc.md 3 to 5). Commands are written out here and not taken from ``laneside.card``, which is tested against this
reader.
"""

from __future__ import annotations

from collections.abc import Generator
from enum import StrEnum
from typing import Final, TypeVar

import msgspec

from laneside.errors import LanesideError
from laneside.virtual.chips.apdu import CONDITIONS, OK
from laneside.virtual.faults import Place

ISSUE_LENGTH: Final = 50
SHORT_ISSUE_LENGTH: Final = 43
CAPP_LENGTH: Final = 43
VEHICLE_LENGTH: Final = 79

_MASTER_FILE: Final = "00A40000023F00"
_PSAM_APPLICATION: Final = "00A4000002DF01"
_TAG_APPLICATION: Final = "00A4000002DF01"
_CARD_APPLICATION: Final = "00A40000021001"
_EF04: Final = "00A4000002EF04"
_DERIVE_ANY_KEY: Final = "801A590310" + "00" * 16
_SM4_TAIL: Final = 27

Result = TypeVar("Result")


class ChipCommand(msgspec.Struct, frozen=True, kw_only=True):
    """One command to one chip. Empty bytes are received when no answer came."""

    chip: Place
    command: bytes


Job = Generator[ChipCommand, bytes, Result]


class NoReplyError(LanesideError):
    """The chip, or the radio to it, gave no answer."""

    code = "virtual-reader-no-reply"

    def __init__(self, chip: Place) -> None:
        super().__init__(f"{chip} gives no answer")


class JobRefusedError(LanesideError):
    """The chip answered another status word than 9000."""

    code = "virtual-reader-refused"

    def __init__(self, chip: Place, status_word: bytes) -> None:
        super().__init__(f"{chip} answers {status_word.hex().upper()}")
        self.status_word = status_word


def sent(chip: Place, command: bytes | str) -> Job[bytes]:
    """Send a command that must succeed, and return its data. Raises NoReplyError, JobRefusedError."""
    answer = yield ChipCommand(chip=chip, command=bytes.fromhex(command) if isinstance(command, str) else command)
    if len(answer) < len(OK):
        raise NoReplyError(chip)
    if answer[-2:] != OK:
        raise JobRefusedError(chip, answer[-2:])
    return answer[:-2]


# --- the PSAM


class PsamInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What B0 and BA carry. ``readable`` is False for a PSAM that does not answer."""

    readable: bool = False
    serial: bytes = bytes(10)
    version: int = 0
    key_type: int = 0
    terminal_number: bytes = bytes(6)
    area: bytes = bytes(8)
    knows_sm4: bool = False
    authorised: bool = False
    """Authorised, or without need for it."""


def start_psam() -> Job[PsamInfo]:
    """Read serial, version, terminal number and area, and try whether the keys may be used. DF01 is selected then."""
    try:
        yield from sent(Place.PSAM, _MASTER_FILE)
        public = yield from sent(Place.PSAM, "00B095000E")
        terminal = yield from sent(Place.PSAM, "00B0960006")
        yield from sent(Place.PSAM, _PSAM_APPLICATION)
        application = yield from sent(Place.PSAM, "00B0970000")
    except (NoReplyError, JobRefusedError):
        return PsamInfo()
    # The key that is derived here is never used: 6985 instead of 9000 means that the authorisation is missing.
    derived = yield ChipCommand(chip=Place.PSAM, command=bytes.fromhex(_DERIVE_ANY_KEY))
    return PsamInfo(
        readable=True,
        serial=public[:10],
        version=public[10],
        key_type=public[11],
        terminal_number=terminal,
        area=application[9:17],
        knows_sm4=len(application) >= _SM4_TAIL,
        authorised=derived == OK,
    )


def psam_challenge() -> Job[bytes | None]:
    """Return eight random bytes, taken under the MF; None where the PSAM refuses or gives no answer."""
    try:
        yield from sent(Place.PSAM, _MASTER_FILE)
        return (yield from sent(Place.PSAM, "0084000008"))
    except (NoReplyError, JobRefusedError):
        return None


def authorise_psam(apdu: bytes) -> Job[bytes]:
    """Pass the centre's APDU on and select DF01 again; return the status word, empty without an answer."""
    answer = yield ChipCommand(chip=Place.PSAM, command=apdu)
    yield ChipCommand(chip=Place.PSAM, command=bytes.fromhex(_PSAM_APPLICATION))
    return answer[-2:]


# --- tag and card


class Trouble(StrEnum):
    """Why something could not be read."""

    NO_REPLY = "no-reply"
    REFUSED = "refused"
    ABSENT = "absent"
    NOT_DECRYPTED = "not-decrypted"
    CHECK_CODE = "check-code"
    PSAM_NOT_AUTHORISED = "psam-not-authorised"


class VehicleRead(msgspec.Struct, frozen=True, kw_only=True):
    """The decrypted vehicle file, zeros where it could not be read."""

    file: bytes = bytes(VEHICLE_LENGTH)
    trouble: Trouble | None = None


class CardRead(msgspec.Struct, frozen=True, kw_only=True):
    """0015 (50 bytes, a short one with zeros behind it), 0019 record 1, balance; zeros where they could not be read."""

    issue: bytes = bytes(ISSUE_LENGTH)
    capp: bytes = bytes(CAPP_LENGTH)
    balance_fen: int = 0
    trouble: Trouble | None = None


class Ef04Read(msgspec.Struct, frozen=True, kw_only=True):
    """The part of EF04 that C0 asked for; empty where it could not be read."""

    data: bytes = b""
    trouble: Trouble | None = None


def trouble_of(error: NoReplyError | JobRefusedError) -> Trouble:
    """Return the trouble that an error is."""
    return Trouble.NO_REPLY if isinstance(error, NoReplyError) else Trouble.REFUSED


def read_system() -> Job[bytes]:
    """Read EF01 of the tag, 27 bytes: what a VST carries and the removal flag.

    Raises NoReplyError, JobRefusedError.
    """
    yield from sent(Place.TAG, _MASTER_FILE)
    return (yield from sent(Place.TAG, "00B081001B"))


def read_vehicle(system: bytes, factor: bytes, challenge: bytes) -> Job[VehicleRead]:
    """Read the vehicle file encrypted and let the PSAM decrypt it; ``factor`` is the region twice."""
    sm4 = system[9] != 0xFF and system[9] >> 4 >= 5  # the contract version (spec/obu.md 3)
    try:
        yield from sent(Place.TAG, _TAG_APPLICATION)
        read = bytes.fromhex("00B400000A") + challenge + bytes((VEHICLE_LENGTH, 0x40 if sm4 else 0x00))
        cipher = yield from sent(Place.TAG, read)
    except (NoReplyError, JobRefusedError) as error:
        return VehicleRead(trouble=trouble_of(error))
    try:
        derive = bytes.fromhex("801A594310" if sm4 else "801A590310") + system[10:18] + factor
        yield from sent(Place.PSAM, derive)
        plain = yield from sent(Place.PSAM, bytes.fromhex("80FA8000") + bytes((len(cipher),)) + cipher)
    except JobRefusedError as error:
        not_authorised = error.status_word == CONDITIONS
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
    """Select the card's application. Raises NoReplyError, JobRefusedError."""
    yield from sent(Place.CARD, _CARD_APPLICATION)


def read_issue() -> Job[bytes]:
    """Read 0015, padded to 50 bytes; a card with a file of 43 bytes answers 6C2B. Raises as ``select_card``."""
    try:
        return (yield from sent(Place.CARD, "00B0950032"))
    except JobRefusedError as error:
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
    except (NoReplyError, JobRefusedError) as error:
        return CardRead(trouble=trouble_of(error))
    return CardRead(issue=issue, capp=capp, balance_fen=int.from_bytes(balance, "big"))


def read_ef04(offset: int, length: int) -> Job[Ef04Read]:
    """Read a part of EF04."""
    try:
        yield from _select_ef04()
        data = yield from sent(Place.TAG, b"\x00\xb0" + offset.to_bytes(2, "big") + bytes((length,)))
    except (NoReplyError, JobRefusedError) as error:
        return Ef04Read(trouble=trouble_of(error))
    return Ef04Read(data=data)


def write_ef04(offset: int, data: bytes) -> Job[None]:
    """Write a part of EF04, plain (spec/obu.md 5.2). Raises NoReplyError, JobRefusedError."""
    yield from _select_ef04()
    yield from sent(Place.TAG, b"\x00\xd6" + offset.to_bytes(2, "big") + bytes((len(data),)) + data)


def _select_ef04() -> Job[None]:
    yield from sent(Place.TAG, _TAG_APPLICATION)
    yield from sent(Place.TAG, _EF04)
