"""What the terminal knows to be kept at the centre, and what it does when the centre does not know it any more.

A receipt proves that the centre had an item, not that it has it still: it may have been put back to an older state.
Each question therefore says up to where the terminal holds receipts, by number and running hash. Where the centre does
not agree, everything after the last item on which both agree is offered again; what it still has it answers as there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Final

import msgspec

from laneside.clock import Clock
from laneside.contract.exchange import CHAIN_START, Receipt, StoreEvidence, StorePlace
from laneside.contract.signing import canonical, parse
from laneside.errors import LanesideError
from laneside.journal.entry import RECEIPT, STORE_AGREED, STORE_DIFFERS, Outgoing
from laneside.journal.journal import Journal
from laneside.sync.centre_client import CentreClient
from laneside.sync.job import Backoff, StepOutcome, StepResult

IDLE_S: Final = 1.0
"""How soon it is seen that an answer disagreed."""

_LOOKED_AT: Final = 64

CONTACT_S: Final = 60.0
"""How often the centre is asked whether it agrees when nothing else is asked."""


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """Up to where terminal and centre agreed when they had differed, and how much was offered again."""

    number: int
    chain: str
    offered: int


class _Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """One item with its place in the centre's store, and the receipt that says so."""

    kind: Outgoing
    subject: str
    place: StorePlace
    receipt: Receipt


class Agreement:
    """Remember the newest receipt of the chain.

    Any thread may call. ``differs`` from the first answer that disagreed until all was offered again; it survives a
    restart, because it is in the journal before any later answer is used.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        # Guards the fields below. The journal's lock is taken under it.
        self._lock = Lock()
        self._number, self._chain, self._differs = _newest_known(journal)

    @property
    def differs(self) -> bool:
        """Whether the centre lacks what it gave receipts for."""
        return self._differs

    def known(self) -> str:
        """Return number and chain of the newest item that is known to be kept, for the header."""
        with self._lock:
            return f"{self._number} {self._chain}" if self._number else "0"

    def told(self, place: StorePlace, *, agrees: bool) -> None:
        """Take in an answer's position. Raises JournalError where a disagreement can't be written down."""
        if agrees:
            return
        with self._lock:
            if not self._differs:
                self._journal.append(STORE_DIFFERS, canonical(place))
                self._differs = True

    def received(self, receipt: Receipt) -> None:
        """Take in a receipt that is in the journal; while both differ none moves what is known."""
        place = receipt.place
        if not isinstance(place, StorePlace):
            return
        with self._lock:
            if not self._differs and place.number > self._number:
                self._number, self._chain = place.number, place.chain

    def settle(self, items: list[tuple[Outgoing, str]], number: int, chain: str) -> None:
        """Offer items again and go on from the last one on which both agree."""
        with self._lock:
            agreed = Agreed(number=number, chain=chain, offered=len(items))
            self._journal.offer_again(items, canonical(agreed))
            self._number, self._chain, self._differs = number, chain, False


class AgreementJob:
    """Ask the centre regularly whether it has what it gave receipts for; offer again what it lost.

    ``has_photo`` tells whether a photo is still on the device: one that is gone is not offered.
    """

    def __init__(
        self,
        agreement: Agreement,
        journal: Journal,
        centre: CentreClient,
        *,
        clock: Clock,
        has_photo: Callable[[str], bool],
    ) -> None:
        self._agreement = agreement
        self._journal = journal
        self._centre = centre
        self._clock = clock
        self._has_photo = has_photo
        self._asked_s: float | None = None
        self.backoff = Backoff(clock)

    def step(self) -> StepResult:
        """Settle a disagreement, or ask once a minute whether there is one."""
        if self.backoff.due_in_s() > 0:
            return self.backoff.too_early()
        now_s = self._clock.monotonic_s()
        is_due = self._asked_s is None or now_s - self._asked_s >= CONTACT_S
        if not is_due and not self._agreement.differs:
            return StepResult(outcome=StepOutcome.IDLE, wait_s=IDLE_S)  # nothing was asked: that is no contact
        try:
            if is_due:
                self._centre.contact()
                self._asked_s = now_s
            offered = self._settle() if self._agreement.differs else 0
        except (LanesideError, OSError) as error:
            return self.backoff.failed(error)
        self.backoff.succeed(wait_s=IDLE_S)
        return StepResult(outcome=StepOutcome.DONE if offered else StepOutcome.IDLE, wait_s=IDLE_S)

    def _settle(self) -> int:
        """Find the last item on which both agree, prove that the centre had more, and offer the rest again."""
        numbered, loose = self._kept()
        common = self._last_common(numbered)
        lost = numbered[common:]
        if lost:
            self._centre.prove(StoreEvidence(receipt=lost[-1].receipt))
        items = dict.fromkeys([(item.kind, item.subject) for item in lost] + loose)
        again = [(kind, subject) for kind, subject in items if kind is not Outgoing.PHOTO or self._has_photo(subject)]
        last = numbered[common - 1].place if common else None
        number, chain = (0, CHAIN_START) if last is None else (last.number, last.chain)
        self._agreement.settle(again, number, chain)
        return len(again)

    def _kept(self) -> tuple[list[_Numbered], list[tuple[Outgoing, str]]]:
        """Return the items with a place in the order of their numbers, and those whose receipt gives none that counts.

        Older software's receipts have no place; one that came after the disagreement is of another chain.
        """
        differs = self._journal.latest(STORE_DIFFERS)
        numbered: dict[int, _Numbered] = {}
        loose: dict[tuple[Outgoing, str], None] = {}
        entries = (*self._journal.of_kind(RECEIPT), *self._journal.of_kind(STORE_AGREED))
        for entry in sorted(entries, key=lambda entry: entry.seq):
            if entry.kind == STORE_AGREED:
                agreed = parse(entry.payload, Agreed)
                numbered = {number: item for number, item in numbered.items() if number <= agreed.number}
                loose = {}
                continue
            kind, receipt = Outgoing(entry.settles), parse(entry.payload, Receipt)
            if isinstance(receipt.place, StorePlace) and (differs is None or entry.seq < differs.seq):
                item = _Numbered(kind=kind, subject=entry.subject, place=receipt.place, receipt=receipt)
                numbered.setdefault(receipt.place.number, item)
            else:
                loose[kind, entry.subject] = None
        return [numbered[number] for number in sorted(numbered)], list(loose)

    def _last_common(self, numbered: list[_Numbered]) -> int:
        """Return how many of them the centre has as well: equal chains mean equal histories."""
        low, high = 0, len(numbered)
        while low < high:
            middle = (low + high + 1) // 2
            place = numbered[middle - 1].place
            if self._centre.holds(place.number, place.chain):
                low = middle
            else:
                high = middle - 1
        return low


def offered_again_since(journal: Journal, since: datetime) -> int | None:
    """Return how many items were offered again because the centre was put back; None where it was not since then."""
    found = journal.of_kind(STORE_AGREED, since=since)
    return sum(parse(entry.payload, Agreed).offered for entry in found) if found else None


def _newest_known(journal: Journal) -> tuple[int, str, bool]:
    """Return number and chain of the newest item of the present chain, and whether a disagreement is open.

    Receipts come nearly in the order of their numbers (data and photos go side by side), so a few are enough.
    """
    agreed, differs = journal.latest(STORE_AGREED), journal.latest(STORE_DIFFERS)
    base = None if agreed is None else parse(agreed.payload, Agreed)
    newest = [entry for entry in journal.newest(RECEIPT, _LOOKED_AT) if agreed is None or entry.seq > agreed.seq]
    places = [parse(entry.payload, Receipt).place for entry in newest]
    numbered = [(place.number, place.chain) for place in places if isinstance(place, StorePlace)]
    start = (0, CHAIN_START) if base is None else (base.number, base.chain)
    open_since = 0 if agreed is None else agreed.seq
    from_older_software = base is None and bool(places) and not isinstance(places[0], StorePlace)
    is_open = from_older_software or (differs is not None and differs.seq > open_since)
    return *max([start, *numbered]), is_open
