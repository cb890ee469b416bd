"""The APDU reader: an ``EtcReader`` over three channels - card, tag and PSAM."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from threading import Lock
from typing import Final

from msgspec.structs import replace

from laneside.card.apdu import AnswerLostError, Device
from laneside.card.channel import CardChannel, TagPresence
from laneside.card.outcome import Debited, Intent, Outcome, TagWrite, Unknown
from laneside.card.proof import prove_debit
from laneside.card.purchase import PurchaseRefused, prepare_debit
from laneside.card.status import ChipRefusedError
from laneside.clock import Clock
from laneside.errors import LinkLostError, NothingPresentedError
from laneside.reader.port import (
    Capability,
    NotPrepared,
    Prepared,
    PrepareRefusal,
    Presented,
    PsamAuthorisation,
    PsamChallenge,
    PsamState,
    PurchaseOrder,
)
from laneside.reader.presenting import present_card, present_tag
from laneside.reader.psam import PsamSlot
from laneside.reader.purchase import (
    DebitSender,
    Pending,
    ReaderPolicy,
    find_pair,
    intent_of,
    not_prepared,
    purchase_terms,
)
from laneside.reader.radio_session import ChipOpeners, RadioSession, Result, open_session, run, search
from laneside.reader.tag_copy import Rewrite, tag_shows

CHALLENGE_LENGTH: Final = 8


class _IncompletePairError(NothingPresentedError):
    """Only one of card and tag answered in this try; it counts if the time runs out."""

    def __init__(self, presented: Presented) -> None:
        super().__init__(presented.card_trouble or "no tag answers")
        self.presented = presented


class ApduReader:
    """Drive card, tag and PSAM with APDUs. One call at a time; ``status`` answers from memory while one runs.

    The PSAM stays powered from its first use on (its authorisation depends on it); card and tag only for one session.
    """

    def __init__(
        self,
        *,
        open_card: Callable[[], CardChannel],
        open_tag: Callable[[], tuple[TagPresence, CardChannel]] | None,
        open_psam: Callable[[], CardChannel],
        clock: Clock,
        random_bytes: Callable[[int], bytes],
        policy: ReaderPolicy | None = None,
    ) -> None:
        self._openers = ChipOpeners(open_card=open_card, open_tag=open_tag, open_psam=open_psam)
        self._psam = PsamSlot(open_psam)
        self._clock = clock
        self._random_bytes = random_bytes
        self._policy = policy or ReaderPolicy()
        self._commitment = DebitSender(
            openers=self._openers,
            psam=self._psam,
            clock=clock,
            pause_s=self._policy.pause_s,
        )
        self._lock = Lock()
        self._pending: Pending | None = None
        self._last_token = 0

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Everything, as far as there is a way to the tag."""
        of_tag = {Capability.TAG, Capability.REWRITE_TAG}
        return frozenset(Capability) - of_tag if self._openers.open_tag is None else frozenset(Capability)

    def close(self) -> None:
        """Remove power from everything; a prepared purchase is given up."""
        with self._lock:
            self._give_up()
            self._psam.drop("closed")

    def status(self) -> PsamState:
        """Ask the PSAM how it is; from memory while a session holds it."""
        if not self._lock.acquire(blocking=False):
            return self._psam.state
        try:
            return self._psam.state if self._pending or self._psam.challenged else self._psam.wake()
        finally:
            self._lock.release()

    def authorisation_request(self) -> PsamChallenge | None:
        """Take a challenge from a PSAM that wants one; a prepared purchase has an authorised PSAM and is left alone."""
        with self._lock:
            return None if self._pending else self._psam.challenge()

    def authorise(self, instruction: bytes) -> PsamAuthorisation:
        """Hand the centre's APDU to the PSAM, unless its challenge is over."""
        with self._lock:
            return self._psam.authorise(instruction)

    def read(self, *, search_s: float) -> Presented:
        """Read tag and card in a session of their own. Raises NothingPresentedError, LinkLostError.

        Half a pair is searched for until the time is over, unless the tag says itself that it holds no card.
        """
        with self._lock:
            self._give_up()
            try:
                return self._search(search_s, self._read_once)
            except _IncompletePairError as half:
                return half.presented

    def prepare(self, order: PurchaseOrder, *, search_s: float) -> Prepared | NotPrepared:
        """Find the same pair again and run ``8050``, ``8070``, ``80DC``; its chips stay powered for ``commit``."""
        with self._lock:
            self._give_up()
            try:
                return self._search(search_s, partial(self._prepare_once, order))
            except NothingPresentedError as error:
                return NotPrepared(refusal=PrepareRefusal.NOTHING_PRESENTED, detail=str(error))
            except LinkLostError as error:
                return NotPrepared(refusal=PrepareRefusal.LINK_LOST, detail=str(error))

    def commit(self, prepared: Prepared) -> Outcome:
        """Debit once. A lost answer is proved at once if the card answers again, otherwise the result is Unknown."""
        with self._lock:
            pending = self._pending
            if pending is None or pending.token != prepared.token:
                return Unknown(detail="this purchase is not open any more")
            self._pending = None
            with pending.session:
                return self._commitment.debit(pending)

    def prove(self, intent: Intent, *, search_s: float) -> Outcome:
        """Settle an intent in a session of its own, also after a restart; no ``8050`` is sent."""
        with self._lock:
            self._give_up()
            try:
                return self._search(search_s, partial(self._prove_once, intent))
            except (NothingPresentedError, LinkLostError) as error:
                return Unknown(detail=str(error))

    def rewrite_tag(self, intent: Intent, *, search_s: float) -> TagWrite:
        """Find the tag by its contract serial and write its copy of 0019 again (补写标签)."""
        if intent.contract_serial is None:
            return TagWrite.FAILED
        with self._lock:
            self._give_up()
            rewrite = Rewrite(openers=self._openers, intent=intent)
            try:
                return self._search(search_s, rewrite)
            except (NothingPresentedError, LinkLostError):
                return rewrite.unfinished

    def _search(self, search_s: float, attempt: Callable[[], Result]) -> Result:
        """Try within the time; a PSAM that went silent is started again for the next try."""

        def watched() -> Result:
            try:
                return attempt()
            except AnswerLostError as lost:
                if lost.device is Device.PSAM:
                    self._psam.drop(str(lost))
                raise

        return search(self._clock, search_s=search_s, pause_s=self._policy.pause_s, attempt=watched)

    def _give_up(self) -> None:
        """Close a prepared purchase that was not committed; its SAM number is used up."""
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.session.close()

    def _with_psam(self, session: RadioSession) -> dict[Device, CardChannel]:
        return {**session.chips, Device.PSAM: self._psam.channel}

    def _read_once(self) -> Presented:
        psam = self._psam.wake()
        with open_session(self._openers, tag=True, card=True) as session:
            if session.presence is None and not session.has_card:
                raise NothingPresentedError(session.card_trouble)
            presented = self._presented(session, psam)
            if self._is_half(session):
                raise _IncompletePairError(presented)
        return presented

    def _is_half(self, session: RadioSession) -> bool:
        if session.presence is None:
            return self._openers.open_tag is not None
        return not session.has_card and not session.tag_without_card

    def _presented(self, session: RadioSession, psam: PsamState) -> Presented:
        chips = self._with_psam(session) if psam.present else session.chips
        tag, tag_trouble = None, ""
        if session.presence is not None:
            tag, tag_trouble = present_tag(session.presence, chips, self._random_bytes(CHALLENGE_LENGTH))
        card, card_trouble = None, session.card_trouble
        if session.has_card:
            card, card_trouble = present_card(chips)
        return Presented(tag=tag, card=card, psam=psam, card_trouble=card_trouble, tag_trouble=tag_trouble)

    def _prepare_once(self, order: PurchaseOrder) -> Prepared | NotPrepared:
        psam = self._psam.wake()
        if not psam.authorised:
            return NotPrepared(refusal=PrepareRefusal.PSAM_NOT_AUTHORISED, detail=psam.trouble)
        with ExitStack() as undo:
            session = open_session(self._openers, tag=order.pair.contract_serial is not None, card=True)
            undo.callback(session.close)
            prepared = self._prepare_in(session, order, psam.terminal_number)
            if isinstance(prepared, Prepared):
                undo.pop_all()
        return prepared

    def _prepare_in(
        self, session: RadioSession, order: PurchaseOrder, terminal_number: bytes
    ) -> Prepared | NotPrepared:
        found = find_pair(session, order.pair)
        if isinstance(found, NotPrepared):
            return found
        terms = purchase_terms(order, found, terminal_number, self._policy)
        try:
            ready = run(prepare_debit(terms), self._with_psam(session))
        except ChipRefusedError as error:
            return NotPrepared(refusal=PrepareRefusal.CARD_REFUSED, detail=str(error))
        if isinstance(ready, PurchaseRefused):
            return not_prepared(ready)
        mac_id = None if session.presence is None else session.presence.mac_id
        intent = intent_of(order, found, terms, ready, mac_id=mac_id)
        self._last_token += 1
        self._pending = Pending(token=self._last_token, session=session, intent=intent, ready=ready)
        return Prepared(intent=intent, token=self._last_token)

    def _prove_once(self, intent: Intent) -> Outcome:
        with open_session(self._openers, tag=False, card=True) as session:
            if not session.has_card:
                raise NothingPresentedError(session.card_trouble)
            outcome = run(prove_debit(intent), session.chips)
        if not isinstance(outcome, Debited):
            return outcome
        return replace(outcome, tag_write=tag_shows(self._openers, intent))
