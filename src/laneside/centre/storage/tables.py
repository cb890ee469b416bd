"""The tables, one after the other. What must be unique is a constraint here and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; SQLite keeps no offset, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment to UTC; a naive one is a programmer's error."""
        if value is None:
            return None
        assert value.tzinfo is not None, "a stored moment must be aware"
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy names it.
        """Return the moment aware, in UTC."""
        if value is None:
            return None
        assert isinstance(value, datetime)
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_Sequence = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts by itself only in an INTEGER.

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

terminals = Table(
    "terminals",
    metadata,
    Column("terminal_id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("station_hex", String(8), nullable=False),
    Column("slot", Integer, nullable=False),
    Column("device_key", LargeBinary(32), nullable=False),
    Column("enrolled_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    # The last heartbeat as it came, and the furthest head that the terminal's journal ever showed.
    Column("heartbeat_at", Moment),
    Column("heartbeat_received_at", Moment),
    Column("heartbeat", LargeBinary),
    Column("journal_seq", BigInteger),
    Column("journal_hash", String(64)),
)
_live = terminals.c.revoked_at.is_(None)
Index(
    "uq_terminals_live_slot",
    terminals.c.station_hex,
    terminals.c.slot,
    unique=True,
    sqlite_where=_live,
    postgresql_where=_live,
)

enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    Column("code_digest", String(64), primary_key=True),
    Column("station_hex", String(8), nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("terminal_id", String(40)),
)

documents = Table(
    "documents",
    metadata,
    Column("station_hex", String(8), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("generation", Integer, nullable=False),
    Column("activates_at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("published_at", Moment, nullable=False),
)


def _upload_columns() -> list[Column[Any]]:
    """Return what every upload keeps: its bytes, their digest, and the signature of the request that brought them."""
    return [
        Column("terminal_id", String(40), nullable=False),
        Column("passage_id", String(80), nullable=False, index=True),
        Column("digest", String(64), nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("sent_at", String(40), nullable=False),
        Column("signature", LargeBinary, nullable=False),
        Column("received_at", Moment, nullable=False),
    ]


records = Table(
    "records",
    metadata,
    Column("seq", _Sequence, primary_key=True),
    Column("record_id", String(37), nullable=False),
    Column("card_id", String(20), nullable=False),
    # NULL when a number is not known: two unknown numbers are not the same number.
    Column("icc_pay_serial", Integer),
    Column("terminal_number", String(80), nullable=False),
    Column("terminal_transaction_number", String(80)),
    *_upload_columns(),
    UniqueConstraint("record_id"),
    UniqueConstraint("card_id", "icc_pay_serial"),
    UniqueConstraint("terminal_number", "terminal_transaction_number"),
    sqlite_autoincrement=True,
)

events = Table(
    "events",
    metadata,
    Column("seq", _Sequence, primary_key=True),
    Column("event_id", String(80), nullable=False, unique=True),
    Column("kind", String(80), nullable=False, index=True),
    *_upload_columns(),
    sqlite_autoincrement=True,
)

images = Table(
    "images",
    metadata,
    Column("seq", _Sequence, primary_key=True),
    Column("image_id", String(80), nullable=False, unique=True),
    *_upload_columns(),
    sqlite_autoincrement=True,
)

conflicts = Table(
    "conflicts",
    metadata,
    Column("seq", _Sequence, primary_key=True),
    Column("noun", String(20), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("collides_with", Text, nullable=False),
    *_upload_columns(),
    UniqueConstraint("noun", "subject", "digest"),
    sqlite_autoincrement=True,
)

photos = Table(
    "photos",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("terminal_id", String(40), nullable=False),
    Column("received_at", Moment, nullable=False),
)

# One row: which store this is, and the file in which it was last opened (SQLite only).
store = Table(
    "store",
    metadata,
    Column("store_id", String(32), primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("file", String(200), nullable=False),
)

# What was taken from each terminal, in order. Rows are never deleted, also where the item itself is.
items = Table(
    "items",
    metadata,
    Column("terminal_id", String(40), primary_key=True),
    Column("number", _Sequence, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("chain", String(64), nullable=False),
    UniqueConstraint("terminal_id", "kind", "subject"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("seq", _Sequence, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("terminal_id", String(40), nullable=False),
    Column("detail", Text, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("times", Integer, nullable=False),
    Column("settled", Boolean(create_constraint=False), nullable=False),
    Column("settled_by", String(40)),
    UniqueConstraint("kind", "subject"),
    sqlite_autoincrement=True,
)

psam_authorisations = Table(
    "psam_authorisations",
    metadata,
    Column("seq", _Sequence, primary_key=True),
    Column("terminal_id", String(40), nullable=False),
    Column("terminal_number", String(12), nullable=False),
    Column("psam_number", String(20), nullable=False),
    Column("psam_version", String(2), nullable=False),
    Column("key_type", String(2), nullable=False),
    Column("area_code", String(16), nullable=False),
    Column("random", String(16), nullable=False),
    Column("lane_id", String(40), nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("times", Integer, nullable=False),
    # What the PSAM said to the APDU; NULL until the terminal has told.
    Column("status_word", String(4)),
    Column("detail", Text),
    Column("reported_at", Moment),
    Index("ix_psam_authorisations_terminal_id_seq", "terminal_id", "seq"),
    sqlite_autoincrement=True,
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("password_hash", String(200), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Moment),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_digest", String(64), primary_key=True),
    Column("account", String(40), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("expires_at", Moment, nullable=False),
)
