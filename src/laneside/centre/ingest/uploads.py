"""One upload, and the kinds that can be uploaded: their table, their id and what else must be unique."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Table

from laneside.centre.alarms import AlarmKind
from laneside.centre.storage import tables
from laneside.contract.records import ImageRecord, PassageEvent, RecordUpload
from laneside.contract.signing import digest
from laneside.contract.upload_rules import check_upload
from laneside.errors import ContractError


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticated terminal sent for ``subject``: the exact bytes, when it signed them, and its signature."""

    terminal_id: str
    subject: str
    body: bytes
    sent_at: str
    signature: bytes

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the bytes as sent."""
        return digest(self.body)


class UploadKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of upload. ``keys`` are its UNIQUE constraints by name, the id's first."""

    name: str
    table: Table
    keys: dict[str, tuple[str, ...]]
    alarm: AlarmKind


RECORD: Final = UploadKind(
    name="record",
    table=tables.records,
    keys={
        "record-id": ("record_id",),
        "card-and-serial": ("card_id", "icc_pay_serial"),
        "terminal-and-number": ("terminal_number", "terminal_transaction_number"),
    },
    alarm=AlarmKind.RECORD_CONFLICT,
)
EVENT: Final = UploadKind(
    name="event", table=tables.events, keys={"event-id": ("event_id",)}, alarm=AlarmKind.EVENT_CONFLICT
)
IMAGE: Final = UploadKind(
    name="image", table=tables.images, keys={"image-id": ("image_id",)}, alarm=AlarmKind.IMAGE_CONFLICT
)

_TEXT_MAX: Final = 80
_SERIAL_MAX: Final = 0xFFFF  # the card counts in two bytes

Message = RecordUpload | PassageEvent | ImageRecord


def subject_of(message: Message) -> str:
    """Return the id under which a message must be uploaded."""
    match message:
        case RecordUpload():
            return message.record.record_id
        case PassageEvent():
            return message.event_id
        case ImageRecord():
            return message.image_id


def columns_of(message: Message) -> dict[str, Any]:
    """Return the columns that a message fills beside those of every upload.

    Raises ContractError if a column can't hold it, or if the pages could not show the message.
    """
    check_upload(message)
    columns = _columns(message)
    for name, value in (columns | {"passage_id": message.passage_id}).items():
        if isinstance(value, str) and len(value) > _TEXT_MAX:
            raise ContractError(f"{name}: longer than {_TEXT_MAX} characters")
        if isinstance(value, int) and not 0 <= value <= _SERIAL_MAX:
            raise ContractError(f"{name}: not within 0 to {_SERIAL_MAX}")
    return columns


def _columns(message: Message) -> dict[str, Any]:
    match message:
        case RecordUpload(record=record):
            return {
                "record_id": record.record_id,
                "card_id": record.card_id,
                "icc_pay_serial": record.icc_pay_serial,
                "terminal_number": record.terminal_number,
                "terminal_transaction_number": record.terminal_transaction_number or None,
            }
        case PassageEvent():
            return {"event_id": message.event_id, "kind": message.kind}
        case ImageRecord():
            return {"image_id": message.image_id}
