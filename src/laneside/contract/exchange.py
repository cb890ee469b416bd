"""Enrolment, receipts and heartbeat, and the HTTP headers around them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec
from msgspec import field

from laneside.contract.parameters import DocumentHead, Moment

TERMINAL_HEADER: Final = "Laneside-Terminal"
"""The asking terminal's id."""

TIME_HEADER: Final = "Laneside-Time"
"""In a request when it was signed, in every answer the centre's clock: ISO 8601 with an offset."""

SIGNATURE_HEADER: Final = "Laneside-Signature"
"""Base64 of the Ed25519 signature over :func:`laneside.contract.signing.request_bytes`.

The path that is signed is the request's target as sent: the path, and ``?`` with the query if there is one.
"""


KNOWN_HEADER: Final = "Laneside-Known"
"""In a request up to which of its items the terminal holds receipts: number and chain of the last, or ``0``."""

STORE_HEADER: Final = "Laneside-Store"
"""In an answer which store gave it: id, generation, number and chain of this terminal's last item, then ``yes`` if what
the request says is known is known here too, else ``no``."""

ANSWER_HEADER: Final = "Laneside-Answer"
"""Base64 of the centre's Ed25519 signature over :func:`laneside.contract.signing.answer_bytes`.

An answer without it, to a signed request, is not the centre's, whatever it says.
"""

CHAIN_START: Final = "0" * 64


class EnrolmentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A device asks to become a terminal: the one-time code, its name and its Ed25519 public key (32 bytes)."""

    code: str = field(name="code")
    name: str = field(name="name")
    device_key: bytes = field(name="deviceKey")


class EnrolmentReply(msgspec.Struct, frozen=True, kw_only=True):
    """What the centre gives a device once: its id, its two-digit slot, the centre's key to pin."""

    terminal_id: str = field(name="terminalId")
    slot: int = field(name="slot")
    station_hex: str = field(name="stationHex")
    centre_key: bytes = field(name="centreKey")


class Stored(StrEnum):
    """How the centre took an upload: as new, as the one it had, or as a different one under the same key (an alarm)."""

    CREATED = "created"
    EXISTS = "exists"
    CONFLICT = "conflict"


class StorePlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where in the centre's store an item is: a terminal's items are numbered from 1 without gaps.

    ``chain`` is a running hash over the terminal's items up to this one (64 hex digits), so that equal chains mean
    equal histories. ``generation`` rises whenever the centre was put back to an older state; each has its own store id.
    """

    store_id: str = field(name="storeId")
    generation: int = field(name="generation")
    number: int = field(name="number")
    chain: str = field(name="chain")


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The centre's statement that it holds ``subject``: bound to terminal, digest and time, signed by its key.

    ``place`` is the item's own, also where the item was there already; a conflict has none.
    """

    terminal_id: str = field(name="terminalId")
    subject: str = field(name="subject")
    digest: str = field(name="digest")
    stored: Stored = field(name="stored")
    at: Moment = field(name="at")
    place: StorePlace | msgspec.UnsetType = field(name="place", default=msgspec.UNSET)
    signature: bytes = field(name="signature", default=b"")


class StoreEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """What a terminal holds under the centre's signature and the centre does not know: it was put back.

    ``receipt`` is the terminal's last one; ``documents`` are heads of documents.
    """

    receipt: Receipt | None = field(name="receipt", default=None)
    documents: tuple[DocumentHead, ...] = field(name="documents", default=())


class VersionReport(msgspec.Struct, frozen=True, kw_only=True):
    """Current and next version of one kind of document on the device; generation and digest are the current one's."""

    kind: str = field(name="kind")
    generation: int = field(name="generation", default=0)
    digest: str = field(name="digest", default="")
    current: int | None = field(name="current")
    next: int | None = field(name="next")
    next_activates_at: Moment | None = field(name="nextActivatesAt")


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """The terminal's state, with the journal's signed head so that a cut tail shows (spec/exit-record.md section 5)."""

    terminal_id: str = field(name="terminalId")
    at: Moment = field(name="at")
    software: str = field(name="software")
    unsent_records: int = field(name="unsentRecords")
    unsent_photos: int = field(name="unsentPhotos")
    refused_items: int = field(name="refusedItems")
    open_debits: int = field(name="openDebits")
    versions: tuple[VersionReport, ...] = field(name="versions")
    operator_id: str | None = field(name="operatorId")
    shift: int | None = field(name="shift")
    lane_hex: str | None = field(name="laneHex")
    psam_authorised: bool | None = field(name="psamAuthorised")
    journal_seq: int = field(name="journalSeq")
    journal_hash: str = field(name="journalHash")
    journal_signature: bytes = field(name="journalSignature")


class HeartbeatReply(msgspec.Struct, frozen=True, kw_only=True):
    """The centre's clock, and the newest version that it has of each kind of document."""

    at: Moment = field(name="at")
    versions: dict[str, int] = field(name="versions")


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Any answer that is not a yes: a stable code, the text for people, and what to do."""

    code: str = field(name="code")
    text: str = field(name="text")
    remedy: str = field(name="remedy", default="")
