"""The frame reader: two radio sessions through an integrated reader, and never a second C6 for an open result."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Final

import msgspec

from laneside.card.outcome import Debited, Intent, NotDebited, Outcome, TagWrite, Unknown
from laneside.card.user_card import PresentedCard
from laneside.clock import Clock
from laneside.codec.bcd import purchase_time
from laneside.errors import LinkLostError, NothingPresentedError
from laneside.reader.frames.connection_keeper import ConnectionKeeper, FrameReaderPolicy
from laneside.reader.frames.conversation import ByteLink, Observer
from laneside.reader.frames.debiting import FrameDebit, PurchaseResult
from laneside.reader.frames.found import Found
from laneside.reader.frames.tag_search import TagSearch
from laneside.reader.port import (
    Capability,
    NotPrepared,
    Pair,
    Prepared,
    PrepareRefusal,
    Presented,
    PsamAuthorisation,
    PsamChallenge,
    PsamState,
    PurchaseOrder,
)
from laneside.rsu import DialectName

COMPARE_S: Final = 3.0
"""How long a debit without an answer is looked for on the card before it is left to a later proof."""


class _Pending(msgspec.Struct, frozen=True, kw_only=True):
    token: int
    found: Found
    intent: Intent


class FrameReader:
    """Drive an integrated reader. One call at a time; ``open_link`` raises LinkLostError when nothing is attached.

    Raises SettingError for a policy that the reader can't serve.
    """

    def __init__(
        self,
        *,
        open_link: Callable[[], ByteLink],
        clock: Clock,
        policy: FrameReaderPolicy | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._policy = policy or FrameReaderPolicy()
        self._clock = clock
        self._connection = ConnectionKeeper(open_link=open_link, clock=clock, policy=self._policy, observer=observer)
        self._search = TagSearch(connection=self._connection, policy=self._policy, clock=clock)
        self._lock = Lock()
        self._pending: _Pending | None = None
        self._last_token = 0
        self._counter_of: tuple[Intent, int] | None = None

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What frames tell: the tag's write where C6 has room for it, a late TAC where C8 does without N."""
        dialect, can = self._policy.dialect, {Capability.TAG, Capability.PROVE}
        if self._policy.can_write_tag:
            can.add(Capability.REWRITE_TAG)
        if dialect.name is DialectName.SERIAL and dialect.frame_set.tac_again:
            can.add(Capability.LATE_TAC)
        return frozenset(can)

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            self._pending = None
            self._connection.hang_up(LinkLostError("closed"))

    def reach(self) -> None:
        """Return when the reader was attached as it was last seen. Raises LinkLostError with what is wrong."""
        self._connection.reach()

    @property
    def firmware(self) -> str:
        """What the reader's B0 says of its make; empty while it is not attached."""
        return self._connection.firmware

    def status(self) -> PsamState:
        """Return what the reader last said of its PSAM; answers heartbeats and reconnects while nothing else runs."""
        if self._lock.acquire(blocking=False):
            try:
                if self._pending is None:
                    self._connection.look()
            finally:
                self._lock.release()
        return self._connection.psam

    def authorisation_request(self) -> PsamChallenge | None:
        """Take a challenge from a PSAM that wants one; a prepared purchase is left alone."""
        with self._lock:
            return None if self._pending else self._connection.challenge()

    def authorise(self, instruction: bytes) -> PsamAuthorisation:
        """Hand the centre's APDU to the PSAM, unless its challenge is over."""
        with self._lock:
            return self._connection.authorise(instruction)

    def read(self, *, search_s: float) -> Presented:
        """Read tag and card in a session of their own. Raises NothingPresentedError, LinkLostError.

        A tag whose card does not answer is searched for until the time is over, unless it says that it holds none.
        """
        with self._lock:
            self._pending = None
            found = self._search.run(search_s, lambda found: found.is_whole)
            presented = found.presented(self._connection.psam)
            self._search.rest(found)
            return presented

    def prepare(self, order: PurchaseOrder, *, search_s: float) -> Prepared | NotPrepared:
        """Find the same pair again; no debit is begun, so N and the SAM's number are not known yet."""
        with self._lock:
            self._pending = None
            try:
                found = self._search.run(search_s, lambda found: found.is_whole and _is_tag_of(order.pair, found))
            except NothingPresentedError as error:
                return NotPrepared(refusal=PrepareRefusal.NOTHING_PRESENTED, detail=str(error))
            except LinkLostError as error:
                return NotPrepared(refusal=PrepareRefusal.LINK_LOST, detail=str(error))
            refusal = self._refusal(order, found)
            if refusal is not None:
                self._search.rest(found)
                return refusal
            assert found.card is not None, "a pair without its card was refused"
            return self._ready(order, found, found.card)

    def commit(self, prepared: Prepared) -> Outcome:
        """Send C6 once and take its answer, or find out at once what became of it."""
        with self._lock:
            pending, self._pending = self._pending, None
            if pending is None or pending.token != prepared.token:
                return Unknown(detail="this purchase is not open any more")
            result = self._purchase(pending)
            outcome = result.outcome
            if isinstance(outcome, Debited):
                self._search.finish(pending.found)
                return outcome
            return self._confirmed(pending, result)

    def prove(self, intent: Intent, *, search_s: float) -> Outcome:
        """Find the tag again, compare card and 0019 with the intent, and fetch the TAC where the reader still can."""
        with self._lock:
            self._pending = None
            return self._compared(intent, search_s)

    def rewrite_tag(self, intent: Intent, *, search_s: float) -> TagWrite:
        """Find the tag by its contract serial and write its copy of 0019 again; the card is not touched."""
        if intent.contract_serial is None or Capability.REWRITE_TAG not in self.capabilities:
            return TagWrite.FAILED
        with self._lock:
            self._pending = None
            try:
                found = self._search.run(search_s, lambda found: found.system.contract_serial == intent.contract_serial)
                debiting = self._debiting()
            except (NothingPresentedError, LinkLostError):
                return TagWrite.FAILED  # nothing was sent that writes
            try:
                written = debiting.write_tag(found, intent)
            except LinkLostError as error:
                self._connection.hang_up(error)
                return TagWrite.UNKNOWN
            self._search.rest(found)
            return written

    def _refusal(self, order: PurchaseOrder, found: Found) -> NotPrepared | None:
        psam, card = self._connection.psam, found.card
        if not psam.authorised:
            return NotPrepared(refusal=PrepareRefusal.PSAM_NOT_AUTHORISED, detail=psam.trouble)
        if not _is_tag_of(order.pair, found):
            return NotPrepared(refusal=PrepareRefusal.PAIR_CHANGED, detail="another tag is presented")
        if card is None:
            return NotPrepared(refusal=PrepareRefusal.NOTHING_PRESENTED, detail=found.card_trouble)
        if (card.card_id, card.capp) != (order.pair.card_id, order.pair.capp):
            return NotPrepared(refusal=PrepareRefusal.PAIR_CHANGED, detail="another card, or its 0019 has changed")
        if card.issue.is_stored_value and card.balance_fen < order.amount_fen:
            return NotPrepared(refusal=PrepareRefusal.BALANCE_SHORT, detail="balance below the amount")
        return None

    def _ready(self, order: PurchaseOrder, found: Found, card: PresentedCard) -> Prepared:
        intent = Intent(
            record_id=order.record_id,
            plate=order.plate,
            card_id=order.pair.card_id,
            contract_serial=found.system.contract_serial,
            mac_id=found.obu_id,
            counter=None,
            balance_before_fen=card.balance_fen,
            amount_fen=order.amount_fen,
            capp_before=card.capp,
            capp_after=order.capp_after,
            write_tag=order.write_tag and self._policy.can_write_tag,
            terminal_number=self._connection.psam.terminal_number,
            transaction_number=None,
            purchase_time=purchase_time(order.at),
            mac1=None,
            algorithm=None,
            key_index=None,
            key_version=None,
        )
        self._last_token += 1
        self._pending = _Pending(token=self._last_token, found=found, intent=intent)
        return Prepared(intent=intent, token=self._last_token)

    def _debiting(self) -> FrameDebit:
        """Take the conversation as it is; what came late is dropped from it. Raises LinkLostError."""
        return FrameDebit(talk=self._connection.conversation(), dialect=self._policy.dialect, clock=self._clock)

    def _purchase(self, pending: _Pending) -> PurchaseResult:
        try:
            result = self._debiting().purchase(pending.found, pending.intent)
        except LinkLostError as error:
            self._connection.hang_up(error)
            return PurchaseResult(outcome=Unknown(detail=str(error)))
        if result.counter is not None:
            self._counter_of = (pending.intent, result.counter)
        return result

    def _confirmed(self, pending: _Pending, result: PurchaseResult) -> Outcome:
        """Look at the card after an answer that stayed out or said no; a B5 of this debit that says no is believed."""
        self._search.rest(pending.found)
        compared = self._compared(pending.intent, COMPARE_S)
        if not isinstance(compared, Unknown) or not isinstance(result.outcome, Unknown | NotDebited):
            return compared
        if isinstance(result.outcome, NotDebited):
            return result.outcome
        return Unknown(
            detail=f"{result.outcome.detail}; then {compared.detail}",
            counter=result.counter,
            transaction_number=result.transaction_number,
        )

    def _compared(self, intent: Intent, search_s: float) -> Outcome:
        """Compare the card with the intent. That nothing changed must show in two sessions.

        A B4 that was sent before the debit and arrives after it would tell the same, but only once.
        """
        first = self._looked_at(intent, search_s)
        return self._looked_at(intent, search_s) if isinstance(first, NotDebited) else first

    def _looked_at(self, intent: Intent, search_s: float) -> Outcome:
        try:
            found = self._search.run(search_s, lambda found: _is_card_of(intent, found))
        except (NothingPresentedError, LinkLostError) as error:
            return Unknown(detail=str(error))
        try:
            outcome = self._debiting().judge(found, intent, self._counter_told(intent))
        except LinkLostError as error:
            self._connection.hang_up(error)
            return Unknown(detail=str(error))
        self._search.rest(found)
        return outcome

    def _counter_told(self, intent: Intent) -> int | None:
        if self._counter_of is None or self._counter_of[0] != intent:
            return None
        return self._counter_of[1]


def _is_tag_of(pair: Pair, found: Found) -> bool:
    """Return whether this is the tag of the first session; a neighbour's tag is searched past."""
    return pair.contract_serial in (None, found.system.contract_serial)


def _is_card_of(intent: Intent, found: Found) -> bool:
    return found.card is not None and found.card.card_id == intent.card_id
