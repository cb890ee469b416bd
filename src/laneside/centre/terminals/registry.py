"""Who the terminals are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import RowMapping, select, update

from laneside.centre.storage.database import Database
from laneside.centre.storage.tables import terminals
from laneside.clock import Clock
from laneside.contract.exchange import Heartbeat
from laneside.contract.signing import parse
from laneside.errors import ContractError


class EnrolledTerminal(msgspec.Struct, frozen=True, kw_only=True):
    """One enrolled device. ``slot`` is the two digits that its record ids carry; the key is the Ed25519 public half."""

    terminal_id: str
    name: str
    station_hex: str
    slot: int
    device_key: bytes
    enrolled_at: datetime
    revoked_at: datetime | None
    heartbeat: Heartbeat | None
    heartbeat_received_at: datetime | None
    journal_seq: int | None
    journal_hash: str | None


def terminal_from(row: RowMapping) -> EnrolledTerminal:
    """Make the value of a row of the table."""
    body: bytes | None = row["heartbeat"]
    fields: dict[str, Any] = {key: value for key, value in row.items() if key not in {"heartbeat", "heartbeat_at"}}
    return EnrolledTerminal(**fields, heartbeat=None if body is None else _heartbeat(body))


def _heartbeat(body: bytes) -> Heartbeat | None:
    """Read a kept heartbeat; one that an earlier version took and today's rules refuse must not shut its sender out."""
    try:
        return parse(body, Heartbeat)
    except ContractError:
        return None


class Registry:
    """Look terminals up and revoke their keys."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def find(self, terminal_id: str) -> EnrolledTerminal | None:
        """Return a terminal, revoked or not; None if there never was one."""
        with self._database.reading() as connection:
            query = select(terminals).where(terminals.c.terminal_id == terminal_id)
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else terminal_from(row)

    def all(self) -> tuple[EnrolledTerminal, ...]:
        """Return every terminal by station and slot, revoked ones last."""
        order = (terminals.c.revoked_at.is_not(None), terminals.c.station_hex, terminals.c.slot)
        with self._database.reading() as connection:
            rows = connection.execute(select(terminals).order_by(*order)).mappings().all()
        return tuple(terminal_from(row) for row in rows)

    def revoke(self, terminal_id: str) -> bool:
        """Take a terminal's key out of use for ever; False if there is no such terminal or it was revoked before."""
        live = (terminals.c.terminal_id == terminal_id) & terminals.c.revoked_at.is_(None)
        with self._database.writing() as connection:
            return connection.execute(update(terminals).where(live).values(revoked_at=self._clock.now())).rowcount == 1
