"""Deliver what the journal holds for the centre: one queue for data, one of lower weight for photos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, assert_never

from laneside.clock import Clock
from laneside.contract.exchange import Receipt, Refusal, Stored
from laneside.contract.signing import canonical, digest
from laneside.errors import LanesideError
from laneside.journal.entry import OutboxItem, Outgoing
from laneside.journal.journal import Journal
from laneside.sync.agreement import Agreement
from laneside.sync.centre_client import CentreClient
from laneside.sync.job import Backoff, StepOutcome, StepResult

DATA: Final = (Outgoing.RECORD, Outgoing.EVENT, Outgoing.IMAGE)
"""What the data queue carries, most urgent first."""

PHOTOS: Final = (Outgoing.PHOTO,)

IDLE_S: Final = 1.0
"""How soon an empty queue is read again; short enough that a record seems to go out at once."""

SET_ASIDE_MAX: Final = 32
"""After so many failures the queue begins again with its oldest item: the network is down, not one item bad."""


class CentreRefusal(Refusal, frozen=True, kw_only=True):
    """A refusal as the journal keeps it; a conflict keeps the centre's signed receipt with it."""

    receipt: Receipt | None = None


class Uploader:
    """Send one waiting item per step. An item leaves its queue only on a checked receipt or a definite refusal.

    Nothing is sent while the centre lacks what it gave receipts for: the agreement comes first. ``photo`` reads a photo
    by its SHA-256 and returns None without one. A failed item is set aside until the others
    have had their turn, so that one that makes the centre fail does not block the rest.
    """

    def __init__(
        self,
        journal: Journal,
        centre: CentreClient,
        *,
        clock: Clock,
        agreement: Agreement,
        photo: Callable[[str], bytes | None],
        kinds: Sequence[Outgoing] = DATA,
    ) -> None:
        self._journal = journal
        self._agreement = agreement
        self._centre = centre
        self._photo = photo
        self._kinds = tuple(kinds)
        self._aside: set[tuple[Outgoing, str]] = set()
        self.backoff = Backoff(clock)

    def step(self) -> StepResult:
        """Send the next item if one is due."""
        if self.backoff.due_in_s() > 0:
            return self.backoff.too_early()
        if self._agreement.differs:
            return StepResult(outcome=StepOutcome.IDLE, wait_s=IDLE_S)
        try:
            item = self._next()
        except LanesideError as error:
            return self.backoff.failed(error)
        return StepResult(outcome=StepOutcome.IDLE, wait_s=IDLE_S) if item is None else self._take(item)

    def _take(self, item: OutboxItem) -> StepResult:
        try:
            outcome, trouble = self._deliver(item)
        except (LanesideError, OSError) as error:
            self._set_aside(item)
            return self.backoff.failed(error, item.subject)
        self.backoff.succeed()
        return StepResult(outcome=outcome, wait_s=0.0, subject=item.subject, trouble=trouble)

    def _deliver(self, item: OutboxItem) -> tuple[StepOutcome, str]:
        """Send the item and write the centre's answer into the journal."""
        answer = self._answer(item)
        refusal = _refusal_in(answer)
        if refusal is None:
            assert isinstance(answer, Receipt), "what is not refused has a receipt"
            self._journal.settle(item.subject, canonical(answer), kind=item.kind)
            self._agreement.received(answer)
            return StepOutcome.DONE, ""
        self._journal.refuse(item.subject, canonical(refusal), kind=item.kind)
        return StepOutcome.REFUSED, f"{refusal.code}: {refusal.text}"

    def _answer(self, item: OutboxItem) -> Receipt | Refusal:
        """Ask the centre; a photo that is not on the device any more is refused here, as it can never be delivered."""
        if item.kind is not Outgoing.PHOTO:
            return self._centre.put(item.kind, item.subject, item.payload)
        body = self._photo(item.subject)
        if body is None or digest(body) != item.subject:
            return _LOST_PHOTO
        return self._centre.put(item.kind, item.subject, body)

    def _next(self) -> OutboxItem | None:
        """Return the oldest item of the most urgent kind; those set aside only when nothing else waits."""
        item = self._first_not_aside()
        if item is None and self._aside:
            self._aside.clear()
            item = self._first_not_aside()
        return item

    def _first_not_aside(self) -> OutboxItem | None:
        for kind in self._kinds:
            for item in self._journal.outbox(SET_ASIDE_MAX + 1, kinds=(kind,)):
                if (item.kind, item.subject) not in self._aside:
                    return item
        return None

    def _set_aside(self, item: OutboxItem) -> None:
        if len(self._aside) >= SET_ASIDE_MAX:
            self._aside.clear()
        self._aside.add((item.kind, item.subject))


_LOST_PHOTO: Final = Refusal(
    code="photo-lost",
    text="照片文件缺失或已损坏 / the photo's file is missing or damaged on this device",
    remedy="照片无法补传，请保留说明 / it can't be delivered any more; note why",
)


def _refusal_in(answer: Receipt | Refusal) -> CentreRefusal | None:
    """Return what the centre has against the item; None if it holds it now."""
    match answer:
        case Refusal():
            return CentreRefusal(code=answer.code, text=answer.text, remedy=answer.remedy)
        case Receipt():
            return _conflict(answer) if answer.stored is Stored.CONFLICT else None
        case _:
            assert_never(answer)


def _conflict(receipt: Receipt) -> CentreRefusal:
    return CentreRefusal(
        code="conflict",
        text="中心已有同号但内容不同的数据 / the centre holds different content under the same number",
        remedy="报告中心核查，勿重复提交 / report it to the centre; do not submit again",
        receipt=receipt,
    )
