"""Keep an upload exactly once. Whether it is new is decided by the database's constraints, never by looking first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, and_, insert, select
from sqlalchemy.exc import IntegrityError

from laneside.centre.alarms import Alarms
from laneside.centre.ingest.uploads import EVENT, IMAGE, RECORD, Message, Upload, UploadKind, columns_of, subject_of
from laneside.centre.storage.database import Database
from laneside.centre.storage.tables import conflicts
from laneside.centre.store import Store
from laneside.clock import Clock
from laneside.contract.exchange import Receipt, Refusal, Stored, StorePlace
from laneside.contract.records import ImageRecord, PassageEvent, RecordUpload
from laneside.contract.signing import parse, receipt_bytes

FOREIGN_TERMINAL: Final = Refusal(
    code="foreign-terminal", text="上传内容属于另一终端 / the upload names another terminal than its sender"
)
OTHER_SUBJECT: Final = Refusal(
    code="other-subject", text="上传内容的编号与地址不符 / the upload's id is not the one in its address"
)


class Receipts:
    """Write the centre's signed receipts. Only call this after what is receipted is durable."""

    def __init__(self, key: Ed25519PrivateKey, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def write(self, upload: Upload, stored: Stored, place: StorePlace | None) -> Receipt:
        """Return a receipt bound to terminal, subject, digest, the item's place and the present time."""
        bare = Receipt(
            terminal_id=upload.terminal_id,
            subject=upload.subject,
            digest=upload.digest,
            stored=stored,
            at=self._clock.now(),
            place=msgspec.UNSET if place is None else place,
        )
        return msgspec.structs.replace(bare, signature=self._key.sign(receipt_bytes(bare)))


class Intake:
    """Take uploads in. ``after_commit`` gets a record's id once it is durable, before its receipt is written."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        store: Store,
        alarms: Alarms,
        receipts: Receipts,
        after_commit: Callable[[str], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._places = store
        self._alarms = alarms
        self._receipts = receipts
        self._after_commit = after_commit

    def record(self, upload: Upload) -> Receipt | Refusal:
        """Keep an exit record; ContractError if the bytes are none."""
        return self._keep(RECORD, upload, parse(upload.body, RecordUpload))

    def event(self, upload: Upload) -> Receipt | Refusal:
        """Keep an event; ContractError if the bytes are none."""
        return self._keep(EVENT, upload, parse(upload.body, PassageEvent))

    def image(self, upload: Upload) -> Receipt | Refusal:
        """Keep an image record; ContractError if the bytes are none."""
        return self._keep(IMAGE, upload, parse(upload.body, ImageRecord))

    def _keep(self, kind: UploadKind, upload: Upload, message: Message) -> Receipt | Refusal:
        if message.terminal_id != upload.terminal_id:
            return FOREIGN_TERMINAL
        if subject_of(message) != upload.subject:
            return OTHER_SUBJECT
        common = {
            "terminal_id": upload.terminal_id,
            "passage_id": message.passage_id,
            "digest": upload.digest,
            "body": upload.body,
            "sent_at": upload.sent_at,
            "signature": upload.signature,
            "received_at": self._clock.now(),
        }
        stored, place = self._store(kind, upload, columns_of(message), common)
        if kind is RECORD:
            self._after_commit(upload.subject)
        return self._receipts.write(upload, stored, place)

    def _store(
        self, kind: UploadKind, upload: Upload, own: dict[str, Any], common: dict[str, Any]
    ) -> tuple[Stored, StorePlace | None]:
        try:
            with self._database.writing() as connection:
                connection.execute(insert(kind.table), {**own, **common})
                return Stored.CREATED, self._places.enter(connection, kind.name, upload)
        except IntegrityError as collision:
            with self._database.writing() as connection:
                stored = self._collided(connection, kind, upload.subject, own, common, collision=collision)
                if stored is Stored.CONFLICT:
                    return stored, None
                return stored, self._places.enter(connection, kind.name, upload)

    def _collided(
        self,
        connection: Connection,
        kind: UploadKind,
        subject: str,
        own: dict[str, Any],
        common: dict[str, Any],
        *,
        collision: IntegrityError,
    ) -> Stored:
        """Tell a repeated upload from a different one under a key that is taken; nothing is ever deleted between."""
        kept = {name: _digest_under(connection, kind, key, own) for name, key in kind.keys.items()}
        if kept[next(iter(kind.keys))] == common["digest"]:
            return Stored.EXISTS
        collides_with = " ".join(name for name, found in kept.items() if found is not None)
        if not collides_with:
            raise collision
        self._keep_conflict(connection, kind, subject, collides_with, common)
        return Stored.CONFLICT

    def _keep_conflict(
        self, connection: Connection, kind: UploadKind, subject: str, collides_with: str, common: dict[str, Any]
    ) -> None:
        same = and_(
            conflicts.c.noun == kind.name, conflicts.c.subject == subject, conflicts.c.digest == common["digest"]
        )
        if connection.execute(select(conflicts.c.seq).where(same)).first() is None:
            row = {"noun": kind.name, "subject": subject, "collides_with": collides_with}
            connection.execute(insert(conflicts), {**row, **common})
        self._alarms.ring(
            connection, kind.alarm, subject=subject, terminal_id=common["terminal_id"], detail=collides_with
        )


def _digest_under(connection: Connection, kind: UploadKind, key: tuple[str, ...], own: dict[str, Any]) -> str | None:
    """Return the digest of what is kept under this key; None if nothing is, or if the key is not known whole."""
    if any(own[column] is None for column in key):
        return None
    same = and_(*(kind.table.c[column] == own[column] for column in key))
    return connection.execute(select(kind.table.c.digest).where(same)).scalar_one_or_none()
