"""The sums of a shift for 交班: what was done under one operator, shift and work date, read back from the journal.

A shift is who, which one, and which date, so that a restart or a second login in it loses nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, time

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
from laneside.journal.journal import Journal
from laneside.passage import notes as n
from laneside.passage.duty.duty import KIND as DUTY
from laneside.passage.duty.duty import DutyNote, OnDuty
from laneside.passage.notes import Ending
from laneside.passage.passage_journal import BegunDebit, PassageJournal
from laneside.passage.ports import Documents
from laneside.vocab.media import EtcCardType

_WITHOUT_RECORD = frozenset({"refused", "transferred", "abandoned"})


class ShiftSums:
    """Add up a shift."""

    def __init__(self, *, passages: PassageJournal, documents: Documents) -> None:
        self._passages = passages
        self._journal: Journal = passages.journal
        self._documents = documents

    def totals(self, shift: OnDuty) -> ShiftTotals:
        """Return the sums of a shift as they are now, and every debit of this terminal that is still open."""
        now = self._passages.now()
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
            open_debits=tuple(map(_unresolved, self._passages.open_debits())),
            status_list_version="" if status_list is None else status_list.version,
            rate_version="" if tariff is None else tariff.rate_version,
        )

    def _opened(self, shift: OnDuty, since: datetime) -> dict[str, n.Opened]:
        """Return the passages that were begun in the shift."""
        wanted = (shift.operator_id, shift.shift, shift.work_date)
        opened = self._passages.notes_since(n.Opened, since)
        return {p: note for p, note in opened if (note.operator_id, note.shift, note.work_date) == wanted}

    def _endings(self, opened: dict[str, n.Opened], since: datetime) -> Iterable[str]:
        """Return how each passage ended; a proof that came later overrules what was thought first."""
        return {p: note.ending for p, note in self._passages.notes_since(n.Ended, since) if p in opened}.values()

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

    def _began(self, shift: OnDuty, since: datetime) -> datetime:
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


def _unresolved(debit: BegunDebit) -> UnresolvedDebit:
    return UnresolvedDebit(
        record_id=debit.intent.record_id,
        passage_id=debit.passage_id,
        plate=debit.intent.plate,
        card_last4=debit.intent.card_id[-4:],
        amount_fen=debit.intent.amount_fen,
        at=beijing_digits(debit.at),
    )
