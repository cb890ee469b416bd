"""The reader as the passage sees it: find, prepare, commit, prove. No layout of a frame or an APDU shows here.

The two radio sessions of a passage (DESIGN section 1) are ``read`` and, half a minute later, ``prepare`` + ``commit``.
Between ``prepare`` and ``commit`` the passage writes the intent to the journal; after a cut ``prove`` settles it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from laneside.codec import IssueInfo, PassageBlock, SystemInfo, VehicleInfo, WalletLogRecord


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


class Algorithm(StrEnum):
    """The algorithm that the card used in its purchase (spec/psam-and-crypto.md section 5)."""

    TDES = "3des"
    SM4 = "sm4"


class TagWrite(StrEnum):
    """How the write of the tag's copy ended; kept apart from the debit's result."""

    WRITTEN = "written"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_ASKED = "not-asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class PsamState:
    """What the terminal's PSAM said of itself (spec/psam-and-crypto.md section 1)."""

    present: bool
    authorised: bool
    terminal_number: bytes = b""
    serial: bytes = b""
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PsamChallenge:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PsamAuthorisation:
    """What became of the centre's APDU. ``sw`` is None when it was not sent or not answered; ``detail`` says why."""

    sw: int | None
    detail: str = ""

    @property
    def authorised(self) -> bool:
        """Say whether the PSAM took it."""
        return self.sw == 0x9000

    @property
    def tries_left(self) -> int | None:
        """How many wrong APDUs the PSAM bears yet, where it says so; a blocked one has 0."""
        if self.sw == 0x6983:
            return 0
        return self.sw & 0x0F if self.sw is not None and self.sw & 0xFFF0 == 0x63C0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedTag:
    """One tag in the field. ``vehicle`` and ``passage`` are None when they could not be read; ``trouble`` says why.

    A ``single_chip`` tag is the account itself: it holds no card.
    """

    mac_id: bytes
    status: int
    system: SystemInfo
    vehicle: VehicleInfo | None
    passage: PassageBlock | None
    trouble: str = ""
    single_chip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedCard:
    """One user card. ``capp`` is record 1 of 0019 as read, 43 bytes; ``log`` the newest entry of 0018 if readable."""

    issue: IssueInfo
    capp: bytes
    balance_fen: int
    log: WalletLogRecord | None
    locked: bool = False

    @property
    def card_id(self) -> str:
        """The printed card number, 20 digits."""
        return self.issue.card_id

    @property
    def counter(self) -> int | None:
        """The purchase counter after the newest logged trade; None if the log can't be read or is empty."""
        return None if self.log is None else self.log.counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What one radio session found. ``card_trouble`` says why there is no card (absent, mute, not an ETC card).

    ``tag_trouble`` says why a tag that answered the radio is not shown: its system information can't be read.
    ``other_tags`` are the MAC ids of tags that answered beside this one (special event 124).
    """

    tag: PresentedTag | None
    card: PresentedCard | None
    psam: PsamState
    card_trouble: str = ""
    tag_trouble: str = ""
    other_tags: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
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
            contract_serial=None if presented.tag is None else presented.tag.system.contract_serial,
            capp=presented.card.capp,
            counter=presented.card.counter,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrder:
    """What the passage wants done: this amount from this pair, this image into 0019, at this second."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Everything that must be on disk before the debit (spec/recovery.md section 2).

    ``counter`` is N, the value *before* the increment; None where a frame reader does not tell it before the debit.
    ``purchase_time`` is the seven BCD bytes, Beijing time, exactly as sent.
    """

    card_id: str
    contract_serial: str | None
    mac_id: bytes | None
    counter: int | None
    balance_before_fen: int
    amount_fen: int
    capp_before: bytes
    capp_after: bytes
    write_tag: bool
    terminal_number: bytes
    transaction_number: bytes | None
    purchase_time: bytes
    mac1: bytes | None
    algorithm: Algorithm | None
    key_index: int | None
    key_version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPrepared:
    """The purchase did not come to the point of a debit; card and tag are as before."""

    refusal: PrepareRefusal
    detail: str


class Proof(StrEnum):
    """What a result rests on."""

    ANSWER = "answer"
    PROVE = "prove"
    WALLET_LOG = "wallet-log"
    IMAGE = "image"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Debited:
    """The card was debited. ``tac`` is None when it can't be had any more (spec/recovery.md step 4).

    ``counter`` is N, as in the intent: the value *before* the increment, which is also what the record carries; None
    where a frame reader could not tell it any more.
    ``mac2_verified`` is None when the SAM could not be asked.
    """

    tac: bytes | None
    mac2: bytes | None
    balance_after_fen: int
    counter: int | None
    transaction_number: bytes | None
    mac2_verified: bool | None
    tag_write: TagWrite
    proof: Proof
    algorithm: Algorithm | None
    key_version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDebited:
    """The card was certainly not debited; a new attempt takes a new PSAM number."""

    detail: str
    proof: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Nobody can say yet. Only ``prove`` may follow, never another debit.

    ``counter`` and ``transaction_number`` are N and the SAM's number where a frame reader told them with its error: the
    proof needs N to fetch the TAC.
    """

    detail: str
    counter: int | None = None
    transaction_number: bytes | None = None


Outcome = Debited | NotDebited | Unknown


class EtcReader(Protocol):
    """One reader with its PSAM. Every call may block for as long as ``search_s`` says, never longer than a bound."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Say what this reader can do."""
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
