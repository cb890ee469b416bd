"""Enrolment, receipts and heartbeat, and the HTTP headers around them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import field

TERMINAL_HEADER: Final = "Laneside-Terminal"
"""The asking terminal's id."""

TIME_HEADER: Final = "Laneside-Time"
"""In a request when it was signed, in every answer the centre's clock: ISO 8601 with an offset."""

SIGNATURE_HEADER: Final = "Laneside-Signature"
"""Base64 of the Ed25519 signature over :func:`laneside.contract.signing.request_bytes`.

The path that is signed is the request's target as sent: the path, and ``?`` with the query if there is one.
"""


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


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The centre's word that it holds ``subject``: bound to terminal, digest and time, signed by the centre's key."""

    terminal_id: str = field(name="terminalId")
    subject: str = field(name="subject")
    digest: str = field(name="digest")
    stored: Stored = field(name="stored")
    at: datetime = field(name="at")
    signature: bytes = field(name="signature", default=b"")


class VersionReport(msgspec.Struct, frozen=True, kw_only=True):
    """Current and next version of one kind of document on the device."""

    kind: str = field(name="kind")
    current: int | None = field(name="current")
    next: int | None = field(name="next")
    next_activates_at: datetime | None = field(name="nextActivatesAt")


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """The terminal's state, with the journal's signed head so that a cut tail shows (spec/exit-record.md section 5)."""

    terminal_id: str = field(name="terminalId")
    at: datetime = field(name="at")
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

    at: datetime = field(name="at")
    versions: dict[str, int] = field(name="versions")


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Any answer that is not a yes: a stable code, the text for people, and what to do."""

    code: str = field(name="code")
    text: str = field(name="text")
    remedy: str = field(name="remedy", default="")
