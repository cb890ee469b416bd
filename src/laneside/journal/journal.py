"""The journal itself: append, read back, deliver. One lock, one connection; the head is read from the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Any

from msgspec.structs import replace

from laneside.clock import Clock
from laneside.contract.signing import head_bytes
from laneside.errors import JournalError
from laneside.journal.clock import JournalClock
from laneside.journal.entry import (
    CENTRE_REFUSAL,
    CLOCK_ANCHORED,
    GENESIS,
    OFFERED_AGAIN,
    OUTGOING,
    RECEIPT,
    STORE_AGREED,
    Counts,
    Delivery,
    Draft,
    Entry,
    Head,
    OutboxItem,
    Outgoing,
    SignedHead,
    chain_hash,
    moment_text,
)

_SELECT = "SELECT seq, kind, passage, subject, settles, at, payload, hash FROM entry"
_INSERT = "INSERT INTO entry (seq, kind, passage, subject, settles, at, payload, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_WAITING = "FROM outbox WHERE kind = ? AND seq >= ?"
_UNANSWERED = (
    "AS asked WHERE kind = ? AND seq >= ? AND NOT EXISTS (SELECT 1 FROM entry AS answer"
    " WHERE answer.kind IN ({answers}) AND answer.subject = asked.subject AND answer.subject <> '') ORDER BY seq"
)
_DELIVERIES = {
    RECEIPT: Delivery.RECEIVED,
    CENTRE_REFUSAL: Delivery.REFUSED,
    OFFERED_AGAIN: Delivery.WAITING,
}
_Row = tuple[int, str, str, str, str, str, bytes, bytes]


class Journal:
    """Everything that a terminal must not lose: append-only, hash-chained, on disk when ``append`` returns.

    Any thread may call. ``connection`` must have been given to ``schema.prepare`` and belongs to the journal from then
    on, except that its maker closes it. It is given the machine's clock; ``journal.clock`` is the one for everyone
    else. Every sqlite3 error comes out as JournalError, with nothing half-written.
    """

    def __init__(self, connection: sqlite3.Connection, *, clock: Clock, terminal_id: str) -> None:
        self._connection = connection
        self._terminal_id = terminal_id
        self.clock = JournalClock(clock)
        # Guards the connection, _newest and _answered_below. It is the innermost lock of the terminal: no other one is
        # taken under it.
        self._lock = Lock()
        # By (kind, kind of the answer): no entry with a lower number waits any more, so that years of answered entries
        # are not searched again and again.
        self._answered_below: dict[tuple[str, str], int] = {}
        self.damage = ""
        """What was found changed or missing; empty while nothing was. It stays until the next start."""
        # None where only the file knows: before the first transaction, and after one that failed.
        self._newest: Entry | None = None
        with self._guard():
            self._read_newest()

    # --- writing

    def append(self, kind: str, payload: bytes, *, passage: str = "", subject: str = "") -> Entry:
        """Write one entry; it is on disk when this returns."""
        return self.append_all((Draft(kind=kind, payload=payload, passage=passage, subject=subject),))[0]

    def append_all(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        """Write several entries in one transaction: all of them are on disk when this returns.

        After a JournalError none of them is in the journal. Only where the disk failed in the very sync of the commit
        may all of them be found after a power loss; an intent found so is proved as not debited.
        """
        with self._transaction():
            return tuple(self._write(draft, draft.kind, "") for draft in drafts)

    def settle(self, subject: str, payload: bytes, *, kind: Outgoing | None = None) -> Entry:
        """Write the centre's receipt for a waiting subject, which leaves the outbox."""
        return self._answer(RECEIPT, subject, payload, kind)

    def refuse(self, subject: str, payload: bytes, *, kind: Outgoing | None = None) -> Entry:
        """Write the centre's refusal of a waiting subject (被拒待处理), which leaves the outbox and is counted."""
        return self._answer(CENTRE_REFUSAL, subject, payload, kind)

    def offer_again(self, items: Sequence[tuple[Outgoing, str]], agreed: bytes) -> Entry:
        """Put answered subjects back into the outbox and write up to where terminal and centre agree, or nothing."""
        with self._transaction():
            for kind, subject in items:
                self._write(Draft(kind=kind, payload=b"", subject=subject), OFFERED_AGAIN, kind)
                self._answered_below.pop((kind, ""), None)
            return self._write(Draft(kind=STORE_AGREED, payload=agreed), STORE_AGREED, "")

    def anchor(self, payload: bytes) -> Entry:
        """End an excursion of the clock: from this entry on the machine's time counts again, also below entries before.

        Entries stay in the order of their numbers. Only call this where the machine's time is known to be right.
        """
        with self._transaction():
            floor = self.clock.lower_floor()
            try:
                return self._write(Draft(kind=CLOCK_ANCHORED, payload=payload), CLOCK_ANCHORED, "")
            except BaseException:
                if floor is not None:
                    self.clock.raise_floor(floor)
                raise

    def _answer(self, answer: str, subject: str, payload: bytes, kind: Outgoing | None) -> Entry:
        with self._transaction():
            rows = self._connection.execute(
                "SELECT kind, passage FROM outbox"
                " WHERE subject = ? AND subject <> '' AND kind LIKE ? ORDER BY seq LIMIT 1",
                (subject, kind or "%"),
            ).fetchall()
            assert rows, f"nothing with the id {subject} waits for the centre"
            (settles, passage) = rows[0]
            return self._write(Draft(kind=settles, payload=payload, passage=passage, subject=subject), answer, settles)

    def _write(self, draft: Draft, kind: str, settles: str) -> Entry:
        last = self._newest
        bare = Entry(
            seq=1 if last is None else last.seq + 1,
            kind=kind,
            passage=draft.passage,
            subject=draft.subject,
            settles=settles,
            at=self.clock.now(),
            payload=draft.payload,
            hash=GENESIS,
        )
        entry = replace(bare, hash=chain_hash(GENESIS if last is None else last.hash, bare))
        self._connection.execute(_INSERT, _row(entry))
        self._newest = entry
        self.clock.raise_floor(entry.at)
        return entry

    # --- reading

    def entries(self, passage: str) -> tuple[Entry, ...]:
        """Return everything written under one passage id, oldest first."""
        return self._select("WHERE passage = ? AND passage <> '' ORDER BY seq", passage)

    def of_kind(self, kind: str, *, since: datetime | None = None) -> tuple[Entry, ...]:
        """Return the entries of one kind, oldest first; with ``since``, those from the first entry of that moment on.

        Which is the first goes by time, what follows it by number: after an excursion of the clock a later entry may
        have an earlier time.
        """
        if since is None:
            return self._select("WHERE kind = ? ORDER BY seq", kind)
        first = "(SELECT min(seq) FROM entry WHERE at >= ?)"
        return self._select(f"WHERE kind = ? AND seq >= {first} ORDER BY seq", kind, moment_text(since))

    def of_subject(self, subject: str) -> tuple[Entry, ...]:
        """Return everything written under one subject, receipts and refusals too, oldest first."""
        return self._select("WHERE subject = ? AND subject <> '' ORDER BY seq", subject)

    def since(self, seq: int, limit: int) -> tuple[Entry, ...]:
        """Return up to ``limit`` entries with a number above ``seq``, oldest first."""
        return self._select("WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit)

    def latest(self, kind: str) -> Entry | None:
        """Return the newest entry of one kind."""
        return next(iter(self.newest(kind, 1)), None)

    def newest(self, kind: str, limit: int) -> tuple[Entry, ...]:
        """Return the newest ``limit`` entries of one kind, the newest first."""
        return self._select("WHERE kind = ? ORDER BY seq DESC LIMIT ?", kind, limit)

    def unanswered(self, kind: str, answers: Sequence[str]) -> tuple[Entry, ...]:
        """Return the entries of one kind whose subject has no entry of any of the kinds ``answers``, oldest first."""
        with self._guard():
            last, mark = self._newest or self._last(), (kind, ",".join(answers))
            unanswered = _UNANSWERED.format(answers=", ".join("?" * len(answers)))
            rows = self._connection.execute(
                f"{_SELECT} {unanswered}", (kind, self._answered_below.get(mark, 1), *answers)
            ).fetchall()
            self._answered_below[mark] = _first_seq(rows, last)
            return tuple(_entry(row) for row in rows)

    def highest_subject(self, kind: str, prefix: str) -> str | None:
        """Return the highest subject of one kind that begins with ``prefix``: where a counter must go on from."""
        # The plus keeps SQLite on the index by subject: the ids of one lane and hour are few, those of a kind are not.
        found = self._select(
            "WHERE +kind = ? AND subject >= ? AND subject < ? AND subject <> '' ORDER BY subject DESC LIMIT 1",
            kind,
            prefix,
            prefix + "\U0010ffff",
        )
        return found[0].subject if found else None

    # --- the head

    def head(self) -> Head:
        """Return number and hash of the newest entry."""
        with self._guard():
            last = self._last()
        return Head(seq=0, hash=GENESIS) if last is None else Head(seq=last.seq, hash=last.hash)

    def signed_head(self, sign: Callable[[bytes], bytes]) -> SignedHead:
        """Return the head signed with the device key, for heartbeats: a cut tail shows at the centre."""
        head = self.head()
        message = head_bytes(terminal_id=self._terminal_id, seq=head.seq, hash_hex=head.hash.hex())
        return SignedHead(seq=head.seq, hash_hex=head.hash.hex(), signature=sign(message))

    # --- the outbox

    def outbox(self, limit: int, *, kinds: Sequence[Outgoing] = OUTGOING) -> tuple[OutboxItem, ...]:
        """Return up to ``limit`` waiting entries of these kinds, in the order in which they were written."""
        with self._guard():
            found = [item for kind in kinds for item in self._waiting(kind, limit)]
        return tuple(sorted(found, key=lambda item: item.seq)[:limit])

    def _waiting(self, kind: Outgoing, limit: int) -> list[OutboxItem]:
        """Read the oldest waiting entries of one kind, and keep below which number none can wait any more."""
        last = self._newest or self._last()
        rows = self._connection.execute(
            f"SELECT seq, subject, payload {_WAITING} ORDER BY seq LIMIT ?",
            (kind, self._answered_below.get((kind, ""), 1), limit),
        ).fetchall()
        self._answered_below[kind, ""] = _first_seq(rows, last)
        return [OutboxItem(seq=seq, kind=kind, subject=subject, payload=payload) for seq, subject, payload in rows]

    def delivery(self, kind: Outgoing, subject: str) -> Delivery | None:
        """Return how far a subject is on its way to the centre; None for an unknown subject."""
        entries = sorted(self.of_subject(subject), key=lambda entry: entry.seq)
        answers = [entry.kind for entry in entries if entry.settles == kind]
        if answers:
            return _DELIVERIES[answers[-1]]
        return Delivery.WAITING if any(entry.kind == kind for entry in entries) else None

    def counts(self) -> Counts:
        """Count what waits and what the centre refused."""
        with self._guard():
            refused = (
                "SELECT count(*) FROM entry AS refusal WHERE kind = ? AND NOT EXISTS (SELECT 1 FROM entry AS later"
                " WHERE later.settles = refusal.settles AND later.subject = refusal.subject AND later.settles <> ''"
                " AND later.seq > refusal.seq)"
            )
            return Counts(
                records=self._count_waiting(Outgoing.RECORD),
                events=self._count_waiting(Outgoing.EVENT),
                images=self._count_waiting(Outgoing.IMAGE),
                photos=self._count_waiting(Outgoing.PHOTO),
                refused=self._connection.execute(refused, (CENTRE_REFUSAL,)).fetchone()[0],
            )

    def _count_waiting(self, kind: Outgoing) -> int:
        count = f"SELECT count(DISTINCT subject) {_WAITING}"
        return int(self._connection.execute(count, (kind, self._answered_below.get((kind, ""), 1))).fetchone()[0])

    # --- the chain

    def verify(self, known: Head | None = None) -> None:
        """Walk the whole chain; JournalError names the first entry that was changed, is missing or was put in.

        A cut tail leaves a chain that holds, so a head ``known`` from elsewhere (the centre) shows it.
        """
        last = Head(seq=0, hash=GENESIS)
        while page := self.since(last.seq, 500):
            for entry in page:
                last = _next_link(last, entry, known)
        if known is not None and known.seq > last.seq:
            raise JournalError(f"the journal ends at entry {last.seq}, but entry {known.seq} has been written")

    def check_tail(self, count: int) -> None:
        """Verify the newest ``count`` entries and keep what is wrong as ``damage``; never raises for it."""
        try:
            self.verify_tail(count)
        except JournalError as error:
            self.damage = self.damage or str(error)

    def check_entry(self, seq: int) -> None:
        """Verify one entry before it leaves the device; JournalError for one that was changed, which is kept as damage.

        The entry that it follows is not verified: a change of that one shows there.
        """
        found = {entry.seq: entry for entry in self._select("WHERE seq IN (?, ?)", seq - 1, seq)}
        hashes = {0: GENESIS} | {each: entry.hash for each, entry in found.items()}
        if seq not in found or seq - 1 not in hashes or not found[seq].follows(hashes[seq - 1]):
            trouble = f"entry {seq} of the journal is not as it was written"
            self.damage = self.damage or trouble
            raise JournalError(trouble)

    def verify_tail(self, count: int) -> int:
        """Walk the newest ``count`` links of the chain and return how many entries that were; else as ``verify``."""
        from_seq = self.head().seq - count
        before = self.since(from_seq - 1, 1) if from_seq > 0 else ()
        last = Head(seq=0, hash=GENESIS) if not before else Head(seq=before[0].seq, hash=before[0].hash)
        first = last.seq
        for entry in self.since(first, count + 1):
            last = _next_link(last, entry, None)
        return last.seq - first

    # --- the connection

    def _read_newest(self) -> None:
        self._newest = self._last()
        if self._newest is not None:
            self.clock.raise_floor(self._newest.at)

    def _last(self) -> Entry | None:
        row = self._connection.execute(f"{_SELECT} ORDER BY seq DESC LIMIT 1").fetchone()
        return None if row is None else _entry(row)

    def _select(self, rest: str, *values: str | int) -> tuple[Entry, ...]:
        with self._guard():
            rows = self._connection.execute(f"{_SELECT} {rest}", values).fetchall()
            return tuple(_entry(row) for row in rows)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise JournalError(f"the journal failed: {error}") from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._guard():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._read_newest()
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._newest = None  # only the file knows what became of it
                # A full disk rolls back by itself; a second ROLLBACK would hide its error.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


def _next_link(last: Head, entry: Entry, known: Head | None) -> Head:
    """Return the head after ``entry``, if it follows; JournalError if not."""
    if entry.seq != last.seq + 1:
        raise JournalError(f"entry {last.seq + 1} is missing from the journal")
    if not entry.follows(last.hash):
        raise JournalError(f"entry {entry.seq} of the journal is not as it was written")
    if known is not None and known.seq == entry.seq and known.hash != entry.hash:
        raise JournalError(f"entry {entry.seq} of the journal is another than the one that was reported")
    return Head(seq=entry.seq, hash=entry.hash)


def _first_seq(rows: Sequence[tuple[Any, ...]], last: Entry | None) -> int:
    """Return the number of the first row found, or of the entry to come if nothing was found up to ``last``."""
    if rows:
        return int(rows[0][0])
    return 1 if last is None else last.seq + 1


def _row(entry: Entry) -> _Row:
    return (
        entry.seq,
        entry.kind,
        entry.passage,
        entry.subject,
        entry.settles,
        moment_text(entry.at),
        entry.payload,
        entry.hash,
    )


def _entry(row: _Row) -> Entry:
    seq, kind, passage, subject, settles, at, payload, digest = row
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise JournalError(f"entry {seq} of the journal is not as it was written") from error
    return Entry(
        seq=seq,
        kind=kind,
        passage=passage,
        subject=subject,
        settles=settles,
        at=moment,
        payload=payload,
        hash=digest,
    )
