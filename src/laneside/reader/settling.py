"""Between the reader's values and the card's: terms of a purchase, an open debit out of an intent, outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from laneside.card import (
    CannotTell,
    CardContents,
    DidNotHappen,
    Happened,
    Meaning,
    OpenDebit,
    PurchaseRefused,
    PurchaseTerms,
    ReadyDebit,
    key_indexes,
)
from laneside.card.purchase import ALGORITHM_SM4, ALGORITHM_TDES
from laneside.codec.bcd import purchase_time
from laneside.reader.port import (
    Algorithm,
    Debited,
    Intent,
    NotDebited,
    NotPrepared,
    PrepareRefusal,
    Proof,
    PurchaseOrder,
    TagWrite,
    Unknown,
)

ALGORITHMS: Final = {ALGORITHM_TDES: Algorithm.TDES, ALGORITHM_SM4: Algorithm.SM4}


class KeyIndex(StrEnum):
    """Which purchase key index is tried first; ``9403`` leads to the other one (spec/unknowns.md 7)."""

    BY_VERSION = "by-version"
    TDES = "01"
    SM4 = "41"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderPolicy:
    """The open questions of the field that a reader has to answer, as settings (spec/unknowns.md 7, 11)."""

    key_index: KeyIndex = KeyIndex.BY_VERSION
    key_version_from_index: bool = False
    pause_s: float = 0.3


def purchase_terms(
    order: PurchaseOrder,
    card: CardContents,
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
    card: CardContents,
    terms: PurchaseTerms,
    ready: ReadyDebit,
    *,
    mac_id: bytes | None,
) -> Intent:
    """Gather what must be on disk before the debit. The balance is the one that ``805C`` gave, as the proof asks it."""
    return Intent(
        card_id=card.issue.card_id,
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


def open_debit(intent: Intent) -> OpenDebit:
    """Take from the intent what a proof needs."""
    return OpenDebit(
        card_id=intent.card_id,
        counter=intent.counter,
        balance_before_fen=intent.balance_before_fen,
        amount_fen=intent.amount_fen,
        capp_before=intent.capp_before,
        capp_after=intent.capp_after,
        terminal_number=intent.terminal_number,
        purchase_time=intent.purchase_time,
    )


def not_prepared(refused: PurchaseRefused) -> NotPrepared:
    """Say why a chip did not go along; nothing was debited."""
    match refused.reply.meaning:
        case Meaning.BALANCE_SHORT:
            refusal = PrepareRefusal.BALANCE_SHORT
        case Meaning.NOT_AUTHORISED:
            refusal = PrepareRefusal.PSAM_NOT_AUTHORISED
        case _:
            refusal = PrepareRefusal.CARD_REFUSED
    return NotPrepared(refusal=refusal, detail=str(refused.reply))


def debited(intent: Intent, happened: Happened, *, mac2_verified: bool | None, tag_write: TagWrite) -> Debited:
    """State a debit that was proved."""
    return Debited(
        tac=happened.tac,
        mac2=happened.mac2,
        balance_after_fen=happened.balance_fen,
        counter=happened.counter,
        transaction_number=intent.transaction_number,
        mac2_verified=mac2_verified,
        tag_write=tag_write,
        proof=Proof(happened.witness.value),
        algorithm=intent.algorithm,
        key_version=intent.key_version,
    )


def not_debited(finding: DidNotHappen | CannotTell) -> NotDebited | Unknown:
    """State a proof that shows no debit, or shows nothing."""
    match finding:
        case DidNotHappen():
            return NotDebited(detail=finding.detail, proof=Proof(finding.witness.value))
        case CannotTell():
            return Unknown(detail=finding.detail)
        case _:
            assert_never(finding)
