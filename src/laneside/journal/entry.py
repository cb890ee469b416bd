"""The journal's values: what is written, what it looks like afterwards, and what still waits for the centre."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec

from laneside.contract.signing import canonical

PAYLOAD_BYTES_MAX = 1 << 20  # a photo is a file of its own; its entry only names it.
GENESIS = bytes(32)

RECEIPT = "receipt"
CENTRE_REFUSAL = "centre-refusal"
OFFERED_AGAIN = "offered-again"
STORE_DIFFERS = "store-differs"
STORE_AGREED = "store-agreed"
CLOCK_ANCHORED = "clock-anchored"


class Outgoing(StrEnum):
    """The kinds of entry that the centre must receive, most urgent first."""

    RECORD = "record"
    EVENT = "event"
    IMAGE = "image"
    PHOTO = "photo"


OUTGOING: tuple[Outgoing, ...] = tuple(Outgoing)


class Delivery(StrEnum):
    """How far a subject is on its way to the centre: 待传, 已传, 被拒待处理."""

    WAITING = "waiting"
    RECEIVED = "received"
    REFUSED = "refused"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """One entry to be written. ``subject`` is its id at the centre; an outgoing kind must have one."""

    kind: str
    payload: bytes
    passage: str = ""
    subject: str = ""

    def __post_init__(self) -> None:
        """Check what the table and the outbox depend on; breaking it is a programmer's error."""
        assert 0 < len(self.kind) <= 64, "an entry has a kind"
        assert len(self.payload) <= PAYLOAD_BYTES_MAX, "an entry is small"
        assert max(len(self.subject), len(self.passage)) <= 128, "ids are short"
        assert self.kind not in OUTGOING or self.subject, "what goes to the centre has an id"
        assert self.kind not in {RECEIPT, CENTRE_REFUSAL, OFFERED_AGAIN}, "use settle, refuse or offer_again"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the journal as it is on disk. ``settles`` is the kind that a receipt or refusal answers, if any."""

    seq: int
    kind: str
    passage: str
    subject: str
    settles: str
    at: datetime
    payload: bytes
    hash: bytes

    def follows(self, previous: bytes) -> bool:
        """Return whether the hash is the one that this content has after an entry with hash ``previous``."""
        return self.hash == chain_hash(previous, self)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The newest entry's number and hash; 0 and zeros for an empty journal."""

    seq: int
    hash: bytes


class SignedHead(msgspec.Struct, frozen=True, kw_only=True):
    """A head with the device key's signature over ``contract.signing.head_bytes``."""

    seq: int
    hash_hex: str
    signature: bytes


class OutboxItem(msgspec.Struct, frozen=True, kw_only=True):
    """One entry that waits for the centre's receipt or refusal."""

    seq: int
    kind: Outgoing
    subject: str
    payload: bytes


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many subjects wait, by kind, and how many the centre refused (被拒待处理)."""

    records: int
    events: int
    images: int
    photos: int
    refused: int

    @property
    def unsent(self) -> int:
        """What the badge 待传 shows."""
        return self.records + self.events + self.images + self.photos


def moment_text(at: datetime) -> str:
    """Write an aware moment in UTC with six decimals, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def chain_hash(previous: bytes, entry: Entry) -> bytes:
    """Return SHA-256(previous hash ‖ canonical whole entry); everything but the hash itself is covered."""
    whole: dict[str, Any] = {
        "seq": entry.seq,
        "kind": entry.kind,
        "passage": entry.passage,
        "subject": entry.subject,
        "settles": entry.settles,
        "at": moment_text(entry.at),
        "payload": entry.payload,
    }
    return hashlib.sha256(previous + canonical(whole)).digest()
