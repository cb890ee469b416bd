"""Read what was taken in, for people."""

from __future__ import annotations

from datetime import datetime
from typing import Final, TypeVar

import msgspec
from sqlalchemy import RowMapping, Select, select

from laneside.centre.ingest.uploads import UploadKind
from laneside.centre.storage.database import Database
from laneside.centre.storage.tables import conflicts, events, images, records
from laneside.contract.records import ImageRecord, PassageEvent, RecordUpload
from laneside.contract.signing import parse
from laneside.contract.upload_rules import check_upload
from laneside.errors import ContractError

OPEN_DEBIT: Final = "open-debit"
DEBIT_SETTLED: Final = "debit-settled"
_OPEN_MAX: Final = 200

T = TypeVar("T", RecordUpload, PassageEvent, ImageRecord)


class KeptRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it is kept; ``seq`` counts the records in the order of their arrival."""

    seq: int
    upload: RecordUpload
    digest: str
    received_at: datetime


class KeptEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it is kept; ``seq`` counts the events in the order of their arrival."""

    seq: int
    event: PassageEvent
    digest: str
    received_at: datetime


class Unreadable(msgspec.Struct, frozen=True, kw_only=True):
    """A record or event that an earlier version took in and that no page can show; its body is read raw."""

    seq: int
    subject: str
    digest: str
    received_at: datetime


class KeptConflict(msgspec.Struct, frozen=True, kw_only=True):
    """An upload whose key was taken; ``body`` is what was sent, ``collides_with`` names the constraints."""

    kind: str
    subject: str
    collides_with: str
    terminal_id: str
    digest: str
    body: bytes
    received_at: datetime

    @property
    def text(self) -> str:
        """Return the body with line breaks, for reading; as it is where it can't be broken into lines."""
        try:
            lines = msgspec.json.format(self.body, indent=2)
        except (msgspec.DecodeError, RecursionError):
            lines = self.body
        return lines.decode(errors="replace")


class KeptUploads:
    """Pages of records and events, newest first, and single ones."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def records(self, *, before: int | None = None, limit: int = 50) -> tuple[KeptRecord | Unreadable, ...]:
        """Return up to ``limit`` records that arrived before number ``before``."""
        query = select(records).order_by(records.c.seq.desc()).limit(limit)
        return tuple(map(_record, self._rows(query if before is None else query.where(records.c.seq < before))))

    def record(self, record_id: str) -> KeptRecord | Unreadable | None:
        """Return one record."""
        return next(map(_record, self._rows(select(records).where(records.c.record_id == record_id))), None)

    def events(self, *, before: int | None = None, limit: int = 50) -> tuple[KeptEvent | Unreadable, ...]:
        """Return up to ``limit`` events that arrived before number ``before``."""
        query = select(events).order_by(events.c.seq.desc()).limit(limit)
        return tuple(map(_event, self._rows(query if before is None else query.where(events.c.seq < before))))

    def open_debits(self) -> tuple[KeptEvent | Unreadable, ...]:
        """Return the open debits whose passage was neither settled nor brought its record since, oldest first."""
        later = events.alias()
        settled = select(later.c.seq).where(
            later.c.passage_id == events.c.passage_id, later.c.kind == DEBIT_SETTLED, later.c.seq > events.c.seq
        )
        sealed = select(records.c.seq).where(records.c.passage_id == events.c.passage_id)
        still = ~(settled.exists() | sealed.exists())
        query = select(events).where(events.c.kind == OPEN_DEBIT, still).order_by(events.c.seq).limit(_OPEN_MAX)
        return tuple(map(_event, self._rows(query)))

    def event(self, event_id: str) -> KeptEvent | Unreadable | None:
        """Return one event."""
        return next(map(_event, self._rows(select(events).where(events.c.event_id == event_id))), None)

    def body(self, kind: UploadKind, seq: int) -> bytes | None:
        """Return what was sent, byte for byte, by the number of its arrival."""
        rows = self._rows(select(kind.table).where(kind.table.c.seq == seq))
        return next((row["body"] for row in rows), None)

    def image(self, terminal_id: str, passage_id: str, image_id: str = "") -> ImageRecord | None:
        """Return one image record of a passage, the newest if it is not named; None while none that can be read has."""
        query = select(images).where(images.c.terminal_id == terminal_id, images.c.passage_id == passage_id)
        named = query.where(images.c.image_id == image_id) if image_id else query
        rows = self._rows(named.order_by(images.c.seq.desc()).limit(1))
        return next((image for image in (_read(row, ImageRecord) for row in rows) if image is not None), None)

    def conflicts(self, subject: str) -> tuple[KeptConflict, ...]:
        """Return what collided under one subject, oldest first."""
        shown = ("subject", "collides_with", "terminal_id", "digest", "body", "received_at")
        columns = (conflicts.c.noun.label("kind"), *(conflicts.c[name] for name in shown))
        query = select(*columns).where(conflicts.c.subject == subject)
        return tuple(KeptConflict(**row) for row in self._rows(query.order_by(conflicts.c.seq)))

    def _rows(self, query: Select[tuple[object, ...]]) -> list[RowMapping]:
        with self._database.reading() as connection:
            return list(connection.execute(query).mappings())


def _record(row: RowMapping) -> KeptRecord | Unreadable:
    upload = _read(row, RecordUpload)
    if upload is None:
        return _unreadable(row, row["record_id"])
    return KeptRecord(seq=row["seq"], upload=upload, digest=row["digest"], received_at=row["received_at"])


def _event(row: RowMapping) -> KeptEvent | Unreadable:
    event = _read(row, PassageEvent)
    if event is None:
        return _unreadable(row, row["event_id"])
    return KeptEvent(seq=row["seq"], event=event, digest=row["digest"], received_at=row["received_at"])


def _read(row: RowMapping, form: type[T]) -> T | None:
    """Return a row's message; None where an earlier version took in what is none by today's rules."""
    try:
        message = parse(row["body"], form)
        check_upload(message)
    except ContractError:
        return None
    return message


def _unreadable(row: RowMapping, subject: str) -> Unreadable:
    return Unreadable(seq=row["seq"], subject=subject, digest=row["digest"], received_at=row["received_at"])
