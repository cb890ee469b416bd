"""The sums of a shift for 交班: what was done under one operator, shift and work date, read back from the journal.

A shift is who, which one, and which date, so that a restart or a second login in it loses nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Protocol

import msgspec

from laneside.clock import BEIJING, beijing_digits
from laneside.contract.records import (
    CardSum,
    FindingCount,
    FindingNote,
    PassageEvent,
    RecordUpload,
    ShiftTotals,
    UnresolvedDebit,
)
from laneside.journal import Journal
from laneside.passage import notes as n
from laneside.passage.duty import KIND as DUTY
from laneside.passage.duty import DutyNote
from laneside.passage.logbook import Logbook, OpenDebit
from laneside.passage.ports import Documents
from laneside.passage.view import Ending
from laneside.vocab import EtcCardType

_WITHOUT_RECORD = frozenset({"refused", "transferred", "abandoned"})


class Shift(Protocol):
    """Which shift: who works, under which number and date, and since when in this run of the terminal."""

    @property
    def operator_id(self) -> str:
        """The operator's number."""
        ...

    @property
    def shift(self) -> int:
        """The shift's number."""
        ...

    @property
    def work_date(self) -> date:
        """The work date."""
        ...

    @property
    def since(self) -> datetime:
        """When this login was."""
        ...


class ShiftBook:
    """Add up a shift."""

    def __init__(self, *, logbook: Logbook, documents: Documents) -> None:
        self._logbook = logbook
        self._journal: Journal = logbook.journal
        self._documents = documents

    def totals(self, shift: Shift) -> ShiftTotals:
        """Return the sums of a shift as they are now, and every debit of this terminal that nobody could settle yet."""
        now = self._logbook.now()
        since = min(datetime.combine(shift.work_date, time(), BEIJING), shift.since)
        opened = self._opened(shift, since)
        endings = Counter(self._endings(opened, since))
        uploads = self._uploads(opened, since)
        counts = self._journal.counts()
        tariff, status_list = self._documents.tariff(now), self._documents.status_list(now)
        return ShiftTotals(
            shift=shift.shift,
            work_date=shift.work_date.strftime("%Y%m%d"),
            on_time=beijing_digits(self._began(shift, since)),
            off_time=beijing_digits(now),
            lanes=tuple(sorted({note.lane_hex for note in opened.values()})),
            vehicles=endings.total(),
            completed=endings[Ending.COMPLETED],
            refused=endings[Ending.REFUSED],
            transferred=endings[Ending.TRANSFERRED],
            abandoned=endings[Ending.ABANDONED],
            unknown=endings[Ending.UNKNOWN],
            stored_value=_sum_of(uploads, EtcCardType.STORED_VALUE),
            charge=_sum_of(uploads, EtcCardType.CREDIT),
            fee_fen=sum(upload.record.fee_fen for upload in uploads),
            special=self._special(opened, uploads, since),
            unsent=counts.unsent,
            refused_by_centre=counts.refused,
            open_debits=tuple(map(_unresolved, self._logbook.open_debits())),
            status_list_version="" if status_list is None else status_list.version,
            rate_version="" if tariff is None else tariff.rate_version,
        )

    def _opened(self, shift: Shift, since: datetime) -> dict[str, n.Opened]:
        """Return the passages that were begun in the shift."""
        wanted = (shift.operator_id, shift.shift, shift.work_date)
        found = {}
        for entry in self._journal.of_kind("opened", since=since):
            note = n.read(entry.payload)
            if isinstance(note, n.Opened) and (note.operator_id, note.shift, note.work_date) == wanted:
                found[entry.passage] = note
        return found

    def _endings(self, opened: dict[str, n.Opened], since: datetime) -> Iterable[str]:
        """Return how each passage ended; a proof that came later overrules what was thought first."""
        last = {}
        for entry in self._journal.of_kind("ended", since=since):
            note = n.read(entry.payload)
            if isinstance(note, n.Ended) and entry.passage in opened:
                last[entry.passage] = note.ending
        return last.values()

    def _uploads(self, opened: dict[str, n.Opened], since: datetime) -> list[RecordUpload]:
        entries = self._journal.of_kind("record", since=since)
        return [msgspec.json.decode(e.payload, type=RecordUpload) for e in entries if e.passage in opened]

    def _special(
        self, opened: dict[str, n.Opened], uploads: list[RecordUpload], since: datetime
    ) -> tuple[FindingCount, ...]:
        """Count what was found in the shift, per code: of records, and of vehicles that ended without one."""
        found: list[FindingNote] = [finding for upload in uploads for finding in upload.findings]
        for entry in self._journal.of_kind("event", since=since):
            if entry.passage in opened:
                event = msgspec.json.decode(entry.payload, type=PassageEvent)
                found += event.findings if event.kind in _WITHOUT_RECORD else ()
        counted = Counter((str(finding.code), finding.text) for finding in found)
        order = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        return tuple(FindingCount(code=code, text=text, count=count) for (code, text), count in order)

    def _began(self, shift: Shift, since: datetime) -> datetime:
        """Return the first login of the shift, also one of an earlier run of the terminal."""
        for entry in self._journal.of_kind(DUTY, since=since):
            note = msgspec.json.decode(entry.payload, type=DutyNote)
            told = (note.what, note.operator_id, note.shift, note.work_date)
            if told == ("login", shift.operator_id, shift.shift, shift.work_date):
                return entry.at
        return shift.since


def _sum_of(uploads: list[RecordUpload], card_type: EtcCardType) -> CardSum:
    fees = [upload.record.fee_fen for upload in uploads if upload.record.etc_card_type == card_type]
    return CardSum(count=len(fees), fee_fen=sum(fees))


def _unresolved(debit: OpenDebit) -> UnresolvedDebit:
    return UnresolvedDebit(
        record_id=debit.record_id,
        passage_id=debit.passage_id,
        plate=debit.plate,
        card_last4=debit.card_id[-4:],
        amount_fen=debit.amount_fen,
        at=beijing_digits(debit.at),
    )
