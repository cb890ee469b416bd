"""A purchase over APDUs: the same pair again, its terms, the debit sent once, and what its answer says."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, assert_never

import msgspec
from msgspec.structs import replace

from laneside.card.apdu import AnswerLostError, Device
from laneside.card.outcome import Algorithm, Debited, Intent, NotDebited, Outcome, Proof, Unknown
from laneside.card.proof import prove_debit
from laneside.card.purchase import (
    ALGORITHM_SM4,
    ALGORITHM_TDES,
    DebitAnswer,
    PurchaseRefused,
    PurchaseTerms,
    ReadyDebit,
    debit,
    key_indexes,
    verify_mac2,
)
from laneside.card.status import ChipRefusedError, Meaning
from laneside.card.tag import read_system
from laneside.card.user_card import ForeignCardError, PresentedCard, read_balance, read_card
from laneside.clock import Clock
from laneside.codec.bcd import purchase_time
from laneside.errors import CodecError, LinkLostError, NothingPresentedError
from laneside.reader.port import NotPrepared, Pair, PrepareRefusal, PurchaseOrder
from laneside.reader.psam import PsamSlot
from laneside.reader.radio_session import ChipOpeners, RadioSession, run
from laneside.reader.tag_copy import copy_to_tag

ALGORITHMS: Final = {ALGORITHM_TDES: Algorithm.TDES, ALGORITHM_SM4: Algorithm.SM4}


class KeyIndex(StrEnum):
    """Which purchase key index is tried first; ``9403`` leads to the other one (spec/unknowns.md 7)."""

    BY_VERSION = "by-version"
    TDES = "01"
    SM4 = "41"


class ReaderPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """The open questions of the field that a reader has to answer, as settings (spec/unknowns.md 7, 11)."""

    key_index: KeyIndex = KeyIndex.BY_VERSION
    key_version_from_index: bool = False
    pause_s: float = 0.3


# --- the same pair as in the first session (卡签已更换 where it is not)


def find_pair(session: RadioSession, pair: Pair) -> PresentedCard | NotPrepared:
    """Read tag and card again and compare their marks. Raises NothingPresentedError, AnswerLostError."""
    try:
        return _same_tag(session, pair) or _same_card(session, pair)
    except ForeignCardError as error:
        return _changed(str(error))
    except (ChipRefusedError, CodecError) as error:
        return NotPrepared(refusal=PrepareRefusal.CARD_REFUSED, detail=str(error))


def _same_tag(session: RadioSession, pair: Pair) -> NotPrepared | None:
    if pair.contract_serial is None:
        return None
    if session.presence is None:
        raise NothingPresentedError("no tag answers")
    system = run(read_system(), session.chips)
    if system.contract_serial != pair.contract_serial:
        return _changed(f"tag {system.contract_serial} instead of {pair.contract_serial}")
    return None


def _same_card(session: RadioSession, pair: Pair) -> PresentedCard | NotPrepared:
    if not session.has_card:
        raise NothingPresentedError(session.card_trouble)
    card = run(read_card(), session.chips)
    if card.issue.card_id != pair.card_id:
        return _changed(f"card {card.issue.card_id} instead of {pair.card_id}")
    if card.capp != pair.capp:
        return _changed("0019 is not as it was read")
    if card.counter != pair.counter:
        return _changed(f"counter {card.counter} instead of {pair.counter}")
    if card.locked:
        return NotPrepared(refusal=PrepareRefusal.CARD_REFUSED, detail="the card's application is locked")
    return card


def _changed(detail: str) -> NotPrepared:
    return NotPrepared(refusal=PrepareRefusal.PAIR_CHANGED, detail=detail)


# --- up to the debit


def purchase_terms(
    order: PurchaseOrder,
    card: PresentedCard,
    terminal_number: bytes,
    policy: ReaderPolicy,
) -> PurchaseTerms:
    """State the purchase in the card's terms."""
    sm4_first = card.issue.is_sm4 if policy.key_index is KeyIndex.BY_VERSION else policy.key_index is KeyIndex.SM4
    return PurchaseTerms(
        amount_fen=order.amount_fen,
        purchase_time=purchase_time(order.at),
        terminal_number=terminal_number,
        card_number=card.issue.factor,
        region=card.issue.region,
        capp_after=order.capp_after,
        key_indexes=key_indexes(sm4_card=sm4_first),
        key_version_from_index=policy.key_version_from_index,
    )


def intent_of(
    order: PurchaseOrder,
    card: PresentedCard,
    terms: PurchaseTerms,
    ready: ReadyDebit,
    *,
    mac_id: bytes | None,
) -> Intent:
    """Gather what must be on disk before the debit. The balance is the one that ``805C`` gave, as the proof asks it."""
    return Intent(
        record_id=order.record_id,
        plate=order.plate,
        card_id=card.card_id,
        contract_serial=order.pair.contract_serial,
        mac_id=mac_id,
        counter=ready.answer.counter,
        balance_before_fen=card.balance_fen,
        amount_fen=order.amount_fen,
        capp_before=card.capp,
        capp_after=order.capp_after,
        write_tag=order.write_tag and order.pair.contract_serial is not None,
        terminal_number=terms.terminal_number,
        transaction_number=ready.signature.transaction_number,
        purchase_time=terms.purchase_time,
        mac1=ready.signature.mac1,
        algorithm=ALGORITHMS[ready.answer.algorithm],
        key_index=ready.key_index,
        key_version=ready.key_version,
    )


def not_prepared(refused: PurchaseRefused) -> NotPrepared:
    """Return why a chip did not carry out its part; nothing was debited."""
    match refused.reply.meaning:
        case Meaning.BALANCE_SHORT:
            refusal = PrepareRefusal.BALANCE_SHORT
        case Meaning.NOT_AUTHORISED:
            refusal = PrepareRefusal.PSAM_NOT_AUTHORISED
        case _:
            refusal = PrepareRefusal.CARD_REFUSED
    return NotPrepared(refusal=refusal, detail=str(refused.reply))


# --- the debit


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A prepared purchase: its chips stay powered until it is committed or another session begins."""

    token: int
    session: RadioSession
    intent: Intent
    ready: ReadyDebit


class DebitSender(msgspec.Struct, frozen=True, kw_only=True):
    """What a commit needs beside the purchase itself."""

    openers: ChipOpeners
    psam: PsamSlot
    clock: Clock
    pause_s: float

    def debit(self, pending: Pending) -> Outcome:
        """Send the debit, once. Never raises for what chips and links do."""
        try:
            answer = run(debit(pending.ready.debit), pending.session.chips)
        except LinkLostError as lost:
            return self._prove_at_once(pending, str(lost))
        match answer:
            case DebitAnswer():
                return self._conclude(pending, answer)
            case PurchaseRefused():
                if answer.reply.meaning is Meaning.MAC_WRONG:
                    self.psam.doubt()
                return NotDebited(record_id=pending.intent.record_id, detail=str(answer.reply), proof=Proof.ANSWER)
            case _:
                assert_never(answer)

    def _conclude(self, pending: Pending, answer: DebitAnswer) -> Debited:
        """SAM, tag, balance; nothing that fails here can undo the debit."""
        intent = pending.intent
        mac2_verified = self._verify(answer.mac2)
        if mac2_verified is False:
            answer, mac2_verified = self._ask_again(pending, answer)
        tag_write = copy_to_tag(pending.session, intent)
        return Debited(
            record_id=intent.record_id,
            tac=answer.tac,
            mac2=answer.mac2,
            balance_after_fen=_balance_after(pending.session, intent),
            counter=pending.ready.answer.counter,
            transaction_number=intent.transaction_number,
            mac2_verified=mac2_verified,
            tag_write=tag_write,
            proof=Proof.ANSWER,
            algorithm=intent.algorithm,
            key_version=intent.key_version,
        )

    def _ask_again(self, pending: Pending, answer: DebitAnswer) -> tuple[DebitAnswer, bool | None]:
        """Fetch MAC2 and TAC by proof when the SAM refuses MAC2: the answer may have been garbled on its way."""
        try:
            outcome = run(prove_debit(pending.intent), pending.session.chips)
        except LinkLostError:
            return answer, False
        match outcome:
            case Debited(tac=bytes() as tac, mac2=bytes() as mac2) if mac2 != answer.mac2:
                # A SAM that checks once per session can't say whether this one is right.
                return DebitAnswer(tac=tac, mac2=mac2), self._verify(mac2) or None
            case _:
                return answer, False

    def _prove_at_once(self, pending: Pending, lost: str) -> Outcome:
        """Power the card again and look, once, while the SAM still holds its session."""
        session, intent = pending.session, pending.intent
        session.drop(Device.CARD)
        self.clock.sleep(self.pause_s)
        try:
            session.chips[Device.CARD] = self.openers.open_card()
            outcome = run(prove_debit(intent), session.chips)
        except (NothingPresentedError, LinkLostError) as error:
            return Unknown(detail=f"{lost}; then {error}")
        if not isinstance(outcome, Debited):
            return outcome
        mac2_verified = self._verify(outcome.mac2)
        return replace(outcome, mac2_verified=mac2_verified, tag_write=copy_to_tag(session, intent))

    def _verify(self, mac2: bytes | None) -> bool | None:
        """Let the SAM check MAC2 while its session is open; None when there is nothing to ask or no answer."""
        if mac2 is None:
            return None
        try:
            return run(verify_mac2(mac2), {Device.PSAM: self.psam.channel})
        except AnswerLostError as lost:
            self.psam.drop(str(lost))
            return None


def _balance_after(session: RadioSession, intent: Intent) -> int:
    """Read the balance again, twice where it surprises: a garbled answer must not get into the record.

    Where the card is gone already, the answered debit says what it must be.
    """
    expected_fen = intent.balance_after_fen
    try:
        balance_fen = run(read_balance(), session.chips)
        return balance_fen if balance_fen == expected_fen else run(read_balance(), session.chips)
    except (LinkLostError, ChipRefusedError):
        return expected_fen
