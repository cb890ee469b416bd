"""What a person at the centre has to look at. An alarm of the same kind and subject is counted, not repeated."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from laneside.centre.storage.database import Database
from laneside.centre.storage.tables import alarms
from laneside.clock import Clock

_SHOWN_MAX: Final = 500


class AlarmKind(StrEnum):
    """What can be wrong."""

    RECORD_CONFLICT = "record-conflict"
    EVENT_CONFLICT = "event-conflict"
    IMAGE_CONFLICT = "image-conflict"
    JOURNAL_WENT_BACK = "journal-went-back"
    JOURNAL_FORKED = "journal-forked"
    JOURNAL_SIGNATURE = "journal-signature"
    CLOCK_OFF = "clock-off"
    STORE_PUT_BACK = "store-put-back"


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm as people see it; ``detail`` holds the bare facts."""

    seq: int
    kind: AlarmKind
    subject: str
    terminal_id: str
    detail: str
    first_at: datetime
    last_at: datetime
    times: int
    settled: bool
    settled_by: str | None


class Alarms:
    """The alarms in the database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def ring(self, connection: Connection, kind: AlarmKind, *, subject: str, terminal_id: str, detail: str) -> None:
        """Raise an alarm within the caller's transaction; one that was settled counts as new."""
        now = self._clock.now()
        same = (alarms.c.kind == kind) & (alarms.c.subject == subject)
        again = update(alarms).where(same).values(last_at=now, times=alarms.c.times + 1, settled=False, detail=detail)
        if connection.execute(again).rowcount == 0:
            row = {"kind": kind, "subject": subject, "terminal_id": terminal_id, "detail": detail}
            connection.execute(insert(alarms).values(first_at=now, last_at=now, times=1, settled=False, **row))

    def shown(self) -> tuple[Alarm, ...]:
        """Return the alarms, unsettled ones first, newest first."""
        query = select(alarms).order_by(alarms.c.settled, alarms.c.last_at.desc()).limit(_SHOWN_MAX)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(Alarm(**{**row, "kind": AlarmKind(row["kind"])}) for row in rows)

    def open_count(self) -> int:
        """Return how many alarms are not settled."""
        with self._database.reading() as connection:
            query = select(func.count()).select_from(alarms).where(~alarms.c.settled)
            return connection.execute(query).scalar_one()

    def settle(self, seq: int, *, by: str) -> None:
        """Mark an alarm as looked after."""
        with self._database.writing() as connection:
            connection.execute(update(alarms).where(alarms.c.seq == seq).values(settled=True, settled_by=by))
