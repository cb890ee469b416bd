"""What a virtual chip is personalised with: raw files, state and root keys; each value is checked.

The keys are INVENTED: anyone can derive them from the public sentence below. No device in the field has them and they
protect nothing; they exist so that virtual card, tag, PSAM and the centre's check of a TAC agree with each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import msgspec

from laneside.cardcrypto.ciphers import Suite
from laneside.codec.tag import CAPP_COPY_LENGTH, ISSUE_COPY_LENGTH, PASSAGE_BLOCK_OFFSET

CAPP_LENGTH = 43
LOG_LENGTH = 23
LOG_RECORDS = 50
SYSTEM_LENGTH = 99
VEHICLE_LENGTH = 79
PASSAGE_FILE_LENGTH = 512

# A card after 清零: zeros except the status byte (spec/icc.md section 5.2).
RESET_CAPP = bytes.fromhex("AA2900") + bytes(10) + b"\x02" + bytes(29)

PUBLIC_SEED = "Laneside virtual roadside: these keys are public and protect nothing"


class Purpose(StrEnum):
    """What a root key is for; each has one root per algorithm."""

    PURCHASE = "purchase"
    TAC = "tac"
    CARD_MAINTENANCE = "card-maintenance"
    CARD_AUTHENTICATION = "card-external-authentication"
    CPC_AUTHENTICATION = "cpc-external-authentication"
    TAG_MAINTENANCE = "tag-maintenance"
    VEHICLE_MAINTENANCE = "vehicle-maintenance"
    VEHICLE_DECRYPTION = "vehicle-decryption"
    PSAM_AUTHORISATION = "psam-authorisation"


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualKeys:
    """All roots of one invented network. Its repr shows none of them."""

    seed: str = PUBLIC_SEED
    replaced: Mapping[tuple[Purpose, Suite], bytes] = field(default_factory=dict, repr=False)

    def root(self, purpose: Purpose, suite: Suite) -> bytes:
        """Return the 16-byte root of a purpose and algorithm."""
        given = self.replaced.get((purpose, suite))
        if given is not None:
            return given
        return hashlib.sha256(f"{self.seed}\n{purpose.value}\n{suite.value}".encode()).digest()[:16]

    def with_root(self, purpose: Purpose, root: bytes, *suites: Suite) -> VirtualKeys:
        """Replace a root in the given algorithms, in both when none is given, as the spec's vectors need."""
        assert len(root) == 16, "a root has 16 bytes"
        changes = dict.fromkeys(((purpose, suite) for suite in suites or tuple(Suite)), root)
        return replace(self, replaced={**self.replaced, **changes})


class ProofLife(StrEnum):
    """How long `805A` can be answered: until the next debit, or on some cards only until the next `8050`."""

    NEXT_DEBIT = "debit"
    NEXT_INIT = "init"


class AuthorisationNeed(StrEnum):
    """Whether a PSAM wants its authorisation from the centre after each power-up."""

    NONE = "none"
    REQUIRED = "required"


class ProofRule(msgspec.Struct, frozen=True, kw_only=True):
    """What `805A` answers for one purchase; ``counter`` is N+1."""

    transaction_type: int = 0x09
    counter: int
    mac2: bytes
    tac: bytes

    def __post_init__(self) -> None:
        assert 0 < self.counter <= 0xFFFF, "the counter has two bytes"
        assert len(self.mac2) == len(self.tac) == 4, "MAC2 and TAC have four bytes each"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardProfile:
    """An ETC card: 0015 of 43 or 50 bytes, balance, ATC, 0019 record 1, 0018 newest first (spec/icc.md).

    Issuer, internal number and version in ``issue_info`` decide keys and algorithms: version 5x knows SM4 too.
    """

    issue_info: bytes
    balance_fen: int = 0
    counter: int = 0
    capp: bytes = RESET_CAPP
    log: tuple[bytes, ...] = ()
    proof: ProofRule | None = None
    proof_life: ProofLife = ProofLife.NEXT_DEBIT
    locked: bool = False
    keys: VirtualKeys = field(default_factory=VirtualKeys, repr=False)

    def __post_init__(self) -> None:
        assert len(self.issue_info) in {43, 50}, "0015 has 43 or 50 bytes"
        assert 0 <= self.balance_fen <= 0xFFFFFFFF, "the balance has four bytes"
        assert 0 <= self.counter <= 0xFFFF, "the counter has two bytes"
        assert len(self.capp) == CAPP_LENGTH, "0019 record 1 has 43 bytes"
        assert self.capp[:2] == b"\xaa\x29", "0019 record 1 begins with AA29"
        assert isinstance(self.proof_life, ProofLife), "the life of a proof is one of its enum"
        assert len(self.log) <= LOG_RECORDS, "the ring of 0018 has 50 records"
        assert all(len(record) == LOG_LENGTH for record in self.log), "a record of 0018 has 23 bytes"

    @property
    def suites(self) -> tuple[Suite, ...]:
        """The algorithms that the card's version knows."""
        return (Suite.TDES, Suite.SM4) if self.issue_info[9] >> 4 == 5 else (Suite.TDES,)

    @property
    def factors(self) -> tuple[bytes, bytes]:
        """Region twice and internal number, in software order."""
        return self.issue_info[:4] * 2, self.issue_info[12:20]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagProfile:
    """A dual-chip tag: MF/EF01 99 bytes, vehicle file 79, EF04 512, and its MAC id and status (spec/obu.md)."""

    system: bytes
    vehicle: bytes
    ef04: bytes = bytes(PASSAGE_FILE_LENGTH)
    mac_id: bytes
    chip_serial: bytes = bytes.fromhex("4C530001")
    low_battery: bool = False
    locked: bool = False
    tampered: bool = False
    contactless: bool = False
    keys: VirtualKeys = field(default_factory=VirtualKeys, repr=False)

    def __post_init__(self) -> None:
        assert len(self.system) == SYSTEM_LENGTH, "the system file has 99 bytes"
        assert len(self.vehicle) == VEHICLE_LENGTH, "the vehicle file has 79 bytes"
        assert len(self.ef04) == PASSAGE_FILE_LENGTH, "EF04 has 512 bytes"
        assert len(self.mac_id) == 4, "a MAC id has four bytes"
        assert self.mac_id[0] < 0xA0, "the MAC id of an OBU begins below A0"
        assert len(self.chip_serial) == 4, "the chip serial has four bytes"

    @property
    def suite(self) -> Suite:
        """The tag's algorithm, from its contract version."""
        version = self.system[9]
        return Suite.SM4 if version != 0xFF and version >> 4 >= 5 else Suite.TDES

    @property
    def factors(self) -> tuple[bytes, bytes]:
        """Region twice and contract serial, in software order."""
        return self.system[:4] * 2, self.system[10:18]

    @property
    def status(self) -> int:
        """The VST status byte of the tag itself, without the bit for a missing card."""
        return self.contactless << 5 | self.locked << 2 | self.tampered << 1 | self.low_battery


@dataclass(frozen=True, slots=True, kw_only=True)
class PsamProfile:
    """A PSAM: serial 10, terminal number 6, issuer 8 bytes, BCD dates 4 bytes (spec/psam-and-crypto.md section 1).

    ``next_transaction_number`` is the number that the next `8070` answers.
    """

    serial: bytes
    terminal_number: bytes
    issuer: bytes
    next_transaction_number: int = 1
    authorisation: AuthorisationNeed = AuthorisationNeed.NONE
    start: bytes = bytes.fromhex("20200101")
    expiry: bytes = bytes.fromhex("20491231")
    sm4_tail: bool = True
    keys: VirtualKeys = field(default_factory=VirtualKeys, repr=False)

    def __post_init__(self) -> None:
        assert len(self.serial) == 10, "a PSAM serial has ten bytes"
        assert len(self.terminal_number) == 6, "a terminal number has six bytes"
        assert len(self.issuer) == 8, "an issuer id has eight bytes"
        assert len(self.start) == len(self.expiry) == 4, "a BCD date has four bytes"
        assert isinstance(self.authorisation, AuthorisationNeed), "the authorisation is one of its enum"
        assert 0 <= self.next_transaction_number <= 0xFFFFFFFF, "a transaction number has four bytes"

    @property
    def region(self) -> bytes:
        """The region, twice: diversification factor and application area id."""
        return self.issuer[:4] * 2


def passage_file(issue_info: bytes, capp: bytes, *, user_type: int = 0, provinces: int = 1) -> bytes:
    """Build EF04, 512 bytes, whose passage block copies 0015[0:20] and 0019[0:39] (spec/obu.md section 5.1)."""
    block = bytes((user_type, provinces)) + bytes(3) + capp[:CAPP_COPY_LENGTH] + issue_info[:ISSUE_COPY_LENGTH]
    return bytes(PASSAGE_BLOCK_OFFSET) + block.ljust(PASSAGE_FILE_LENGTH - PASSAGE_BLOCK_OFFSET, b"\x00")
