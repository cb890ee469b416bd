"""Publish documents and hand them out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, insert, select, update

from laneside.centre.storage.database import Database
from laneside.centre.storage.tables import documents, store
from laneside.clock import Clock
from laneside.contract.parameters import DocumentKind, Parameters, SignedDocument, StatusListFull, TariffTable
from laneside.contract.signing import canonical, digest, document_bytes

Body = Parameters | TariffTable | StatusListFull

BODIES: Final[dict[DocumentKind, type[Body]]] = {
    DocumentKind.PARAMETERS: Parameters,
    DocumentKind.TARIFF: TariffTable,
    DocumentKind.STATUS_LIST: StatusListFull,
}
_COLUMNS: Final = ("kind", "generation", "version", "activates_at", "body", "signature")


class PublishedDocuments:
    """Every version of every document of every station."""

    def __init__(self, database: Database, clock: Clock, key: Ed25519PrivateKey) -> None:
        self._database = database
        self._clock = clock
        self._key = key

    def publish(
        self, kind: DocumentKind, body: Body, activates_at: datetime, *, station_hex: str | None = None
    ) -> SignedDocument:
        """Sign and keep the next version. ``station_hex`` may be left out where the body names its station itself."""
        assert isinstance(body, BODIES[kind]), "the body must be the kind's own struct"
        station = body.station.station_hex if isinstance(body, Parameters) else station_hex
        assert station is not None, "a tariff or list is published for a station"
        with self._database.writing() as connection:
            highest = select(func.coalesce(func.max(documents.c.version), 0)).where(_of(station, kind))
            version = connection.execute(highest).scalar_one() + 1
            generation = connection.execute(select(store.c.generation)).scalar_one()
            moment = activates_at.astimezone(UTC)  # the signature covers the moment's text, so it has one form
            document = self._signed(kind, generation, version, moment, canonical(body))
            row = {name: getattr(document, name) for name in _COLUMNS}
            row |= {"station_hex": station, "published_at": self._clock.now()}
            connection.execute(insert(documents).values(**row))
        return document

    def newest(self, station_hex: str, kind: DocumentKind) -> SignedDocument | None:
        """Return the highest version, active or not."""
        query = select(documents).where(_of(station_hex, kind)).order_by(documents.c.version.desc()).limit(1)
        return next(iter(self._documents(query)), None)

    def version(self, station_hex: str, kind: DocumentKind, version: int) -> SignedDocument | None:
        """Return one version."""
        query = select(documents).where(_of(station_hex, kind), documents.c.version == version)
        return next(iter(self._documents(query)), None)

    def after(
        self, station_hex: str, kind: DocumentKind, version: int, generation: int = 0
    ) -> tuple[SignedDocument, ...]:
        """Return what a device that holds up to ``version`` still wants: the active document and all later ones."""
        of = _of(station_hex, kind)
        active = select(func.max(documents.c.version)).where(of, documents.c.activates_at <= self._clock.now())
        wanted = documents.c.version >= func.coalesce(active.scalar_subquery(), 0)
        newer = (documents.c.generation > generation) | (
            (documents.c.generation == generation) & (documents.c.version > version)
        )
        return self._documents(select(documents).where(of, wanted, newer).order_by(documents.c.version))

    def knows(self, station_hex: str, kind: DocumentKind, version: int, generation: int, head: str) -> bool:
        """Return whether a document is kept here, or of a generation that is over; ``head`` is its head's SHA-256."""
        kept = self.version(station_hex, kind, version)
        if kept is not None and digest(document_bytes(kept)) == head:
            return True
        with self._database.reading() as connection:
            return generation < int(connection.execute(select(store.c.generation)).scalar_one())

    def sign_again(self, connection: Connection, generation: int) -> None:
        """Sign every document for a new generation of the store, within the caller's transaction."""
        for row in connection.execute(select(documents)).mappings().all():
            own = _document(row)
            signed = self._signed(own.kind, generation, own.version, own.activates_at, own.body)
            same = _of(row["station_hex"], own.kind) & (documents.c.version == own.version)
            values = {"generation": generation, "signature": signed.signature}
            connection.execute(update(documents).where(same).values(**values))

    def versions(self, station_hex: str) -> dict[str, int]:
        """Return the highest version of each kind that the station has."""
        query = select(documents.c.kind, func.max(documents.c.version)).where(documents.c.station_hex == station_hex)
        with self._database.reading() as connection:
            rows = connection.execute(query.group_by(documents.c.kind)).all()
        return {kind: version for kind, version in rows}  # noqa: C416 - dict() of rows is not typed.

    def stations(self) -> tuple[str, ...]:
        """Return the stations that have parameters, in order."""
        query = select(documents.c.station_hex).distinct().where(documents.c.kind == DocumentKind.PARAMETERS)
        with self._database.reading() as connection:
            return tuple(connection.execute(query.order_by(documents.c.station_hex)).scalars())

    def _signed(
        self, kind: DocumentKind, generation: int, version: int, activates_at: datetime, body: bytes
    ) -> SignedDocument:
        bare = SignedDocument(kind=kind, generation=generation, version=version, activates_at=activates_at, body=body)
        return msgspec.structs.replace(bare, signature=self._key.sign(document_bytes(bare)))

    def _documents(self, query: Select[tuple[object, ...]]) -> tuple[SignedDocument, ...]:
        with self._database.reading() as connection:
            return tuple(map(_document, connection.execute(query).mappings()))


def _of(station_hex: str, kind: DocumentKind) -> ColumnElement[bool]:
    return (documents.c.station_hex == station_hex) & (documents.c.kind == kind)


def _document(row: RowMapping) -> SignedDocument:
    return SignedDocument(
        kind=DocumentKind(row["kind"]),
        generation=row["generation"],
        version=row["version"],
        activates_at=row["activates_at"],
        body=row["body"],
        signature=row["signature"],
    )
