"""The PSAM: start-up, authorisation, session key and decryption (spec/psam-and-crypto.md sections 1-4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import msgspec

from laneside.card.apdu import ChipFlow, Command, Device, Reply, ask
from laneside.card.files import MASTER_FILE, ReadBinary, select
from laneside.card.status import Meaning, StatusTable, statuses
from laneside.codec.psam import PsamApplication, PsamIssue, PsamTerminal

PURCHASE_APPLICATION: Final = bytes.fromhex("DF01")

KEY_FOR_TDES_VEHICLE: Final = bytes.fromhex("5903")
KEY_FOR_SM4_VEHICLE: Final = bytes.fromhex("5943")

NOT_AUTHORISED: Final[StatusTable] = statuses({0x6985: Meaning.NOT_AUTHORISED})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeriveKey(Command):
    """DELIVERY KEY ``80 1A``: diversify a root into a session key; the factors go card or tag first, region last."""

    NAME: ClassVar[str] = "PSAM derive key"
    STATUSES: ClassVar[StatusTable] = NOT_AUTHORISED
    key: bytes
    factors: bytes

    @property
    def header(self) -> bytes:
        """``80 1A``, usage with levels, key id."""
        return b"\x80\x1a" + self.key

    @property
    def data(self) -> bytes:
        """The factors, eight bytes each."""
        return self.factors


@dataclass(frozen=True, slots=True, kw_only=True)
class Decrypt(Command):
    """CIPHER DATA ``80 FA 80 00``: decrypt with the key derived before."""

    NAME: ClassVar[str] = "PSAM decrypt"
    STATUSES: ClassVar[StatusTable] = NOT_AUTHORISED
    cipher: bytes

    @property
    def header(self) -> bytes:
        """``80 FA 80 00``."""
        return bytes.fromhex("80FA8000")

    @property
    def data(self) -> bytes:
        """The ciphertext, whole blocks."""
        return self.cipher


@dataclass(frozen=True, slots=True, kw_only=True)
class GetChallenge(Command):
    """GET CHALLENGE ``00 84``, 4 or 8 bytes."""

    NAME: ClassVar[str] = "challenge"
    length: int

    @property
    def header(self) -> bytes:
        """``00 84 00 00``."""
        return bytes.fromhex("00840000")

    @property
    def le(self) -> int | None:
        """The bytes asked for."""
        return self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorise(Command):
    """The 13-byte APDU that the centre sends, ``00 82 00 41 08`` and the cryptogram; forwarded as it is."""

    NAME: ClassVar[str] = "PSAM authorise"
    instruction: bytes

    def __post_init__(self) -> None:
        """Let nothing else through than an external authentication of this form."""
        assert len(self.instruction) == 13, "thirteen bytes"
        assert self.instruction[:2] == b"\x00\x82", "an EXTERNAL AUTHENTICATE"

    @property
    def header(self) -> bytes:
        """The first four bytes of the instruction."""
        return self.instruction[:4]

    @property
    def data(self) -> bytes:
        """The cryptogram."""
        return self.instruction[5:]


class PsamIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """What the PSAM's files say, read once per power-up."""

    issue: PsamIssue
    terminal: PsamTerminal
    application: PsamApplication


def start() -> ChipFlow[PsamIdentity]:
    """Bring a freshly powered PSAM to where purchase commands work. Raises ChipRefusedError, CodecError."""
    yield from select(Device.PSAM, MASTER_FILE)
    issue = yield from _read(sfi=0x15, length=14)
    terminal = yield from _read(sfi=0x16, length=6)
    yield from select(Device.PSAM, PURCHASE_APPLICATION)
    application = yield from _read(sfi=0x17, length=25)
    return PsamIdentity(
        issue=PsamIssue.from_bytes(issue),
        terminal=PsamTerminal.from_bytes(terminal),
        application=PsamApplication.from_bytes(application),
    )


def _read(*, sfi: int, length: int) -> ChipFlow[bytes]:
    reply = yield from ask(Device.PSAM, ReadBinary(sfi=sfi, length=length))
    return reply.expect(length)


def is_authorised(region: bytes) -> ChipFlow[bool]:
    """Ask for a key that is used for nothing; only ``6985`` says that authorisation is missing.

    Ends a purchase or decryption session of the PSAM, so it may run between sessions only.
    """
    reply = yield from ask(Device.PSAM, DeriveKey(key=KEY_FOR_TDES_VEHICLE, factors=bytes(8) + region))
    return reply.meaning is not Meaning.NOT_AUTHORISED


def challenge_for_authorisation() -> ChipFlow[bytes]:
    """Take the eight bytes that the centre's cryptogram answers; four are extended with zeros (section 3)."""
    yield from select(Device.PSAM, MASTER_FILE)
    reply = yield from ask(Device.PSAM, GetChallenge(length=8))
    if not reply.ok:
        reply = yield from ask(Device.PSAM, GetChallenge(length=4))
    return reply.expect().ljust(8, b"\x00")


def return_to_application() -> ChipFlow[None]:
    """Go back to the purchase application from a challenge that was not answered. Raises ChipRefusedError."""
    yield from select(Device.PSAM, PURCHASE_APPLICATION)


def authorise(instruction: bytes) -> ChipFlow[Reply]:
    """Send the centre's APDU under the MF and go back to the purchase application; the reply is for the report."""
    reply = yield from ask(Device.PSAM, Authorise(instruction=instruction))
    yield from select(Device.PSAM, PURCHASE_APPLICATION)
    return reply
