"""The moment of the debit: send it once, take the answer or prove it at once, then SAM, tag and balance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from laneside.card import (
    AnswerLostError,
    DebitAnswer,
    Device,
    Happened,
    Meaning,
    PurchaseRefused,
    ReadyDebit,
    RefusedError,
    debit,
    prove_debit,
    verify_mac2,
)
from laneside.card.user_card import read_balance
from laneside.clock import Clock
from laneside.errors import LinkLostError, NothingPresentedError
from laneside.reader.field import Field, Openers, play
from laneside.reader.port import Debited, Intent, NotDebited, Outcome, Proof, Unknown
from laneside.reader.psam import PsamSlot
from laneside.reader.settling import debited, not_debited, open_debit
from laneside.reader.tagging import copy_to_tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A prepared purchase: its chips stay powered until it is committed or another session begins."""

    token: int
    field: Field
    intent: Intent
    ready: ReadyDebit


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """What a commit needs beside the purchase itself."""

    openers: Openers
    psam: PsamSlot
    clock: Clock
    pause_s: float

    def debit(self, pending: Pending) -> Outcome:
        """Send the debit, once. Never raises for what chips and links do."""
        try:
            answer = play(debit(pending.ready.debit), pending.field.chips)
        except LinkLostError as lost:
            return self._prove_at_once(pending, str(lost))
        match answer:
            case DebitAnswer():
                return self._conclude(pending, answer)
            case PurchaseRefused():
                if answer.reply.meaning is Meaning.MAC_WRONG:
                    self.psam.doubt()
                return NotDebited(detail=str(answer.reply), proof=Proof.ANSWER)
            case _:
                assert_never(answer)

    def _conclude(self, pending: Pending, answer: DebitAnswer) -> Debited:
        """SAM, tag, balance; nothing that fails here can undo the debit."""
        intent = pending.intent
        mac2_verified = self._verify(answer.mac2)
        if mac2_verified is False:
            answer, mac2_verified = self._ask_again(pending, answer)
        tag_write = copy_to_tag(pending.field, intent)
        return Debited(
            tac=answer.tac,
            mac2=answer.mac2,
            balance_after_fen=_balance_after(pending.field, intent),
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
            finding = play(prove_debit(open_debit(pending.intent)), pending.field.chips)
        except LinkLostError:
            return answer, False
        if not isinstance(finding, Happened) or finding.tac is None or finding.mac2 in (None, answer.mac2):
            return answer, False
        assert finding.mac2 is not None
        # A SAM that checks once per session can't say whether this one is right.
        return DebitAnswer(tac=finding.tac, mac2=finding.mac2), self._verify(finding.mac2) or None

    def _prove_at_once(self, pending: Pending, lost: str) -> Outcome:
        """Power the card again and look, once, while the SAM still holds its session."""
        field, intent = pending.field, pending.intent
        field.drop(Device.CARD)
        self.clock.sleep(self.pause_s)
        try:
            field.chips[Device.CARD] = self.openers.open_card()
            finding = play(prove_debit(open_debit(intent)), field.chips)
        except (NothingPresentedError, LinkLostError) as error:
            return Unknown(detail=f"{lost}; then {error}")
        if not isinstance(finding, Happened):
            return not_debited(finding)
        mac2_verified = self._verify(finding.mac2)
        return debited(intent, finding, mac2_verified=mac2_verified, tag_write=copy_to_tag(field, intent))

    def _verify(self, mac2: bytes | None) -> bool | None:
        """Let the SAM check MAC2 while its session is open; None when there is nothing to ask or nobody to answer."""
        if mac2 is None:
            return None
        try:
            return play(verify_mac2(mac2), {Device.PSAM: self.psam.channel})
        except AnswerLostError as lost:
            self.psam.drop(str(lost))
            return None


def _balance_after(field: Field, intent: Intent) -> int:
    """Read the balance again, twice where it surprises: a garbled answer may not stand in the record.

    Where the card is gone already, the answered debit says what it must be.
    """
    expected_fen = intent.balance_before_fen - intent.amount_fen
    try:
        balance_fen = play(read_balance(), field.chips)
        return balance_fen if balance_fen == expected_fen else play(read_balance(), field.chips)
    except (LinkLostError, RefusedError):
        return expected_fen
