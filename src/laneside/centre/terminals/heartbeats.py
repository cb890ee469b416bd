"""Take the terminals' heartbeats. A journal's head may stay or go on, never back and never change in place."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select, update

from laneside.centre.alarms import AlarmKind, Alarms
from laneside.centre.storage.database import Database
from laneside.centre.storage.tables import terminals
from laneside.centre.terminals.registry import EnrolledTerminal, terminal_from
from laneside.clock import Clock
from laneside.contract.exchange import Heartbeat, Refusal
from laneside.contract.signing import canonical, head_bytes, verify
from laneside.errors import ContractError, SignatureError

_SEQ_MAX: Final = 2**63 - 1

HEAD_SIGNATURE: Final = Refusal(
    code="journal-signature", text="日志头签名不符 / the signature of the journal's head does not verify"
)


class Heartbeats:
    """Keep each terminal's last heartbeat and the furthest head of its journal."""

    def __init__(self, database: Database, clock: Clock, alarms: Alarms, *, age_s_max: int) -> None:
        self._age_max = timedelta(seconds=age_s_max)
        self._database = database
        self._clock = clock
        self._alarms = alarms

    def take(self, terminal: EnrolledTerminal, beat: Heartbeat) -> datetime | Refusal:
        """Keep a heartbeat and return when it came; a head that can't be right is refused or raises an alarm.

        Raises ContractError for a number that no journal has.
        """
        now = self._clock.now()
        if not 0 <= beat.journal_seq <= _SEQ_MAX:
            raise ContractError("journalSeq: not within the numbers that a journal has")
        with self._database.writing() as connection:
            if not _head_verifies(terminal, beat):
                self._ring(connection, AlarmKind.JOURNAL_SIGNATURE, beat, known=terminal)
                return HEAD_SIGNATURE
            if abs(now - beat.at) > self._age_max:
                self._ring_clock(connection, beat, now)
                return now  # it learns the right time; its report is not kept, for its time orders nothing
            query = select(terminals).where(terminals.c.terminal_id == terminal.terminal_id).with_for_update()
            known = terminal_from(connection.execute(query).mappings().one())
            if known.heartbeat is not None and beat.at <= known.heartbeat.at <= now + self._age_max:
                # An older one that was overtaken or repeated on the way says nothing new. One from the future, kept
                # while clocks were wrong, orders nothing.
                return now
            values: dict[str, Any] = {
                "heartbeat_at": beat.at,
                "heartbeat_received_at": now,
                "heartbeat": canonical(beat),
            }
            values |= self._furthest_head(connection, known, beat)
            connection.execute(update(terminals).where(terminals.c.terminal_id == known.terminal_id).values(**values))
        return now

    def _furthest_head(self, connection: Connection, known: EnrolledTerminal, beat: Heartbeat) -> dict[str, Any]:
        if known.journal_seq is None or beat.journal_seq > known.journal_seq:
            return {"journal_seq": beat.journal_seq, "journal_hash": beat.journal_hash}
        if beat.journal_seq < known.journal_seq:
            self._ring(connection, AlarmKind.JOURNAL_WENT_BACK, beat, known=known)
        elif beat.journal_hash != known.journal_hash:
            self._ring(connection, AlarmKind.JOURNAL_FORKED, beat, known=known)
        return {}

    def _ring_clock(self, connection: Connection, beat: Heartbeat, now: datetime) -> None:
        detail = f"{beat.at.isoformat()} ≠ {now.isoformat()}"
        subject = beat.terminal_id
        self._alarms.ring(connection, AlarmKind.CLOCK_OFF, subject=subject, terminal_id=subject, detail=detail)

    def _ring(self, connection: Connection, kind: AlarmKind, beat: Heartbeat, *, known: EnrolledTerminal) -> None:
        detail = f"{known.journal_seq} {known.journal_hash} → {beat.journal_seq} {beat.journal_hash}"
        subject = f"{known.terminal_id} {known.journal_seq}"
        self._alarms.ring(connection, kind, subject=subject, terminal_id=known.terminal_id, detail=detail)


def _head_verifies(terminal: EnrolledTerminal, beat: Heartbeat) -> bool:
    head = head_bytes(terminal_id=terminal.terminal_id, seq=beat.journal_seq, hash_hex=beat.journal_hash)
    try:
        verify(terminal.device_key, beat.journal_signature, head)
    except SignatureError:
        return False
    return True
