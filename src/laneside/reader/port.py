"""The reader as the passage sees it: find, prepare, commit, prove. No layout of a frame or an APDU shows here.

The two radio sessions of a passage (DESIGN section 1) are ``read`` and, half a minute later, ``prepare`` + ``commit``.
Between ``prepare`` and ``commit`` the passage writes the intent to the journal; after a cut ``prove`` settles it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Protocol

import msgspec
from msgspec import Struct, field

from laneside.card.outcome import Intent, Outcome, TagWrite
from laneside.card.user_card import PresentedCard
from laneside.codec.tag import PassageBlock, SystemInfo, VehicleInfo, parse_vehicle


class Capability(StrEnum):
    """What a reader can do beyond reading a card; policy decides what a passage without it may do."""

    TAG = "tag"
    PROVE = "prove"
    """Settles an open debit, also after a restart."""
    WALLET_LOG = "wallet-log"
    REWRITE_TAG = "rewrite-tag"
    EARLY_COUNTER = "early-counter"
    """N and the SAM's number are known before the debit."""
    LATE_TAC = "late-tac"
    """Fetches the TAC of an open debit, also after a restart; without, such a debit is proved and has none."""
    MAC2 = "mac2"
    """Tells MAC2 beside the TAC."""


class PsamState(Struct, frozen=True, kw_only=True):
    """What the terminal's PSAM said of itself (spec/psam-and-crypto.md section 1)."""

    present: bool = field(name="present")
    authorised: bool = field(name="authorised")
    terminal_number: bytes = field(name="terminal_number", default=b"")
    serial: bytes = field(name="serial", default=b"")
    trouble: str = field(name="trouble", default="")


class PsamChallenge(msgspec.Struct, frozen=True, kw_only=True):
    """What a PSAM that wants its authorisation tells the centre (spec/psam-and-crypto.md section 3).

    ``area`` has eight bytes, in the old reader dialect four; ``random`` eight, a short one is extended with zeros.
    """

    terminal_number: bytes
    serial: bytes
    version: int
    key_type: int
    area: bytes
    random: bytes

    def __post_init__(self) -> None:
        """Hold the lengths of the spec's table."""
        assert (len(self.terminal_number), len(self.serial), len(self.random)) == (6, 10, 8), "6, 10 and 8 bytes"
        assert len(self.area) in (4, 8), "an area id has 8 bytes, or 4 in the old dialect"


class PsamAuthorisation(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the centre's APDU. ``sw`` is None when it was not sent or not answered; ``detail`` says why."""

    sw: int | None
    detail: str = ""

    @property
    def authorised(self) -> bool:
        """Whether the PSAM took it."""
        return self.sw == 0x9000

    @property
    def tries_left(self) -> int | None:
        """How many wrong APDUs the PSAM bears yet, where it says so; a blocked one has 0."""
        if self.sw == 0x6983:
            return 0
        return self.sw & 0x0F if self.sw is not None and self.sw & 0xFFF0 == 0x63C0 else None


class PresentedTag(Struct, frozen=True, kw_only=True, dict=True):
    """One tag in the field; journaled as it is.

    The files are kept as they were read and each is decoded once, when it is first asked for; None where one could not
    be read, and ``trouble`` says why. ``system_file`` is EF01 of the MF, ``block`` the passage block of EF04. A
    ``single_chip`` tag is the account itself: it holds no card. Raises CodecError for files that are none.
    """

    mac_id: bytes = field(name="mac_id")
    status: int = field(name="status")
    system_file: bytes = field(name="system")
    vehicle_file: bytes | None = field(name="vehicle")
    block: bytes | None = field(name="passage")
    trouble: str = field(name="trouble", default="")
    single_chip: bool = field(name="single_chip", default=False)

    def __post_init__(self) -> None:
        """Refuse files that can't be decoded."""
        _ = self.system, self.vehicle, self.passage

    @cached_property
    def system(self) -> SystemInfo:
        """The system information decoded."""
        return SystemInfo.from_bytes(self.system_file)

    @cached_property
    def vehicle(self) -> VehicleInfo | None:
        """The vehicle file decoded."""
        return None if self.vehicle_file is None else parse_vehicle(self.vehicle_file)

    @cached_property
    def passage(self) -> PassageBlock | None:
        """The passage block decoded."""
        return None if self.block is None else PassageBlock.from_bytes(self.block)

    @property
    def contract_serial(self) -> str:
        """The tag's number, 16 digits."""
        return self.system.contract_serial


class Presented(Struct, frozen=True, kw_only=True):
    """What one radio session found. ``card_trouble`` says why there is no card (absent, mute, not an ETC card).

    ``tag_trouble`` says why a tag that answered the radio is not shown: its system information can't be read.
    ``other_tags`` are the MAC ids of tags that answered beside this one (special event 124).
    """

    tag: PresentedTag | None = field(name="tag")
    card: PresentedCard | None = field(name="card")
    psam: PsamState = field(name="psam")
    card_trouble: str = field(name="card_trouble", default="")
    tag_trouble: str = field(name="tag_trouble", default="")
    other_tags: tuple[bytes, ...] = field(name="other_tags", default=())

    @property
    def vehicle(self) -> VehicleInfo | None:
        """The vehicle for which the tag was issued, where its file could be read."""
        return None if self.tag is None else self.tag.vehicle

    @property
    def contract_serial(self) -> str | None:
        """The tag's number; None without a tag."""
        return None if self.tag is None else self.tag.contract_serial

    @property
    def issued_plate(self) -> tuple[str, int] | None:
        """Plate and colour as the tag has them, or else the card (spec/exit-record.md section 2)."""
        if self.vehicle is not None:
            return self.vehicle.plate, self.vehicle.plate_colour
        return None if self.card is None else (self.card.issue.plate, self.card.issue.plate_colour)


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """How the second session knows that it sees the same card and tag as the first."""

    card_id: str
    contract_serial: str | None
    capp: bytes
    counter: int | None

    @classmethod
    def of(cls, presented: Presented) -> Pair:
        """Take the marks of a pair that has a card."""
        assert presented.card is not None
        return cls(
            card_id=presented.card.card_id,
            contract_serial=presented.contract_serial,
            capp=presented.card.capp,
            counter=presented.card.counter,
        )


class PurchaseOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What the passage wants done: this amount from this pair, these 43 bytes into 0019, at this second.

    ``record_id`` and ``plate`` name the debit in the journal until it is settled.
    """

    record_id: str
    plate: str
    pair: Pair
    amount_fen: int
    at: datetime
    capp_after: bytes
    write_tag: bool

    def __post_init__(self) -> None:
        """Hold the order inside what an APDU can carry."""
        assert 0 <= self.amount_fen <= 0xFFFFFFFF, "the amount has four bytes"
        assert len(self.capp_after) == 43, "record 1 of 0019"
        assert self.capp_after[:3] == b"\xaa\x29\x00", "record 1 of 0019"
        assert self.at.tzinfo is not None, "time is aware"


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase that is ready to be committed. The intent is for the journal, ``token`` for the reader alone."""

    intent: Intent
    token: int


class PrepareRefusal(StrEnum):
    """Why a purchase could not be prepared; nothing was debited."""

    NOTHING_PRESENTED = "nothing-presented"
    PAIR_CHANGED = "pair-changed"
    BALANCE_SHORT = "balance-short"
    PSAM_NOT_AUTHORISED = "psam-not-authorised"
    CARD_REFUSED = "card-refused"
    LINK_LOST = "link-lost"


class NotPrepared(msgspec.Struct, frozen=True, kw_only=True):
    """The purchase did not come to the point of a debit; card and tag are as before."""

    refusal: PrepareRefusal
    detail: str


class EtcReader(Protocol):
    """One reader with its PSAM. Every call may block for as long as ``search_s`` says, never longer than a bound."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return what this reader can do."""
        ...

    def status(self) -> PsamState:
        """Ask the PSAM how it is; never raises for a missing one."""
        ...

    def authorisation_request(self) -> PsamChallenge | None:
        """Take a challenge from a PSAM that wants its authorisation; None where none is wanted, or no PSAM is there.

        Any other use of the PSAM ends the challenge. Never raises for what the PSAM does.
        """
        ...

    def authorise(self, instruction: bytes) -> PsamAuthorisation:
        """Hand the centre's 13 bytes to the PSAM whose challenge is open; without one nothing is sent."""
        ...

    def read(self, *, search_s: float) -> Presented:
        """Run one radio session that only reads. Raises NothingPresentedError, LinkLostError."""
        ...

    def prepare(self, order: PurchaseOrder, *, search_s: float) -> Prepared | NotPrepared:
        """Open the second session: find the same pair again and go up to, not into, the debit."""
        ...

    def commit(self, prepared: Prepared) -> Outcome:
        """Debit. Called once for a ``prepared``; the session ends with it."""
        ...

    def prove(self, intent: Intent, *, search_s: float) -> Outcome:
        """Find out, without any new purchase, how the debit of ``intent`` ended (spec/recovery.md section 3).

        Answers Unknown when the card is not there; the presence of another card settles nothing.
        """
        ...

    def rewrite_tag(self, intent: Intent, *, search_s: float) -> TagWrite:
        """Write the tag's copy of 0019 again (补写标签); the card is not touched."""
        ...
