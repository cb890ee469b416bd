"""C6 and what follows it (spec/rsu-frames.md section 5), one question at a time; B5 and B8 as outcomes."""

from __future__ import annotations

from typing import Final, assert_never

import msgspec
from msgspec.structs import replace

from laneside.card.outcome import Algorithm, Debited, Intent, NotDebited, Outcome, Proof, TagWrite, Unknown, proved
from laneside.clock import Clock
from laneside.codec.tag import CAPP_COPY_IN_BLOCK, CAPP_COPY_LENGTH, CAPP_COPY_OFFSET
from laneside.reader.frames.conversation import Conversation
from laneside.reader.frames.found import Found
from laneside.rsu import (
    DebitState,
    Dialect,
    DialectName,
    Message,
    ShortReply,
    Trade,
    debit_state,
    has_tac,
    orders,
    proof_state,
)
from laneside.rsu.replies import SerialDebitResult, TcpDebitResult, TcpTacResult
from laneside.rsu.requests import SerialDebit

DEBIT_RESULT, TAC_RESULT = 0xB5, 0xB8
TAC_TRIES: Final = 3
_SM4: Final = 0x04

Result = SerialDebitResult | TcpDebitResult


class PurchaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a C6 in its own session; N and the SAM's number as a B5 of this debit tells them."""

    outcome: Outcome
    counter: int | None = None
    transaction_number: bytes | None = None


class FrameDebit(msgspec.Struct, frozen=True, kw_only=True):
    """One debit over one conversation. Every method raises LinkLostError when the link goes."""

    talk: Conversation
    dialect: Dialect
    clock: Clock

    def purchase(self, found: Found, intent: Intent) -> PurchaseResult:
        """Send C6, once, and settle it as far as this session can."""
        trade = Trade.CARD_AND_EF04 if intent.write_tag and self._can_write(found) else Trade.CARD
        self.talk.send(self._c6(found, intent, trade, intent.amount_fen))
        answer = self._result_of(found, intent)
        if answer is None:
            return PurchaseResult(outcome=self._ask_again(found, intent, None, "no answer to C6"))
        state = debit_state(self.dialect, answer, trade)
        why = f"B5 error {answer.error:02X}"
        match state:
            case DebitState.DEBITED | DebitState.DEBITED_EF04_FAILED | DebitState.DEBITED_MAC2_FAILED:
                done = debited(answer, intent, state, trade)
                return PurchaseResult(outcome=self._with_its_tac(found, intent, answer, done), counter=answer.counter)
            case DebitState.NOT_DEBITED:
                return PurchaseResult(
                    outcome=NotDebited(record_id=intent.record_id, detail=why, proof=Proof.ANSWER),
                    counter=numbers_in(answer)[0],
                )
            case DebitState.UNKNOWN | DebitState.TAC_UNAVAILABLE:
                counter, number = numbers_in(answer)
                outcome = self._ask_again(found, intent, counter, why)
                return PurchaseResult(outcome=outcome, counter=counter, transaction_number=number)
            case _:
                assert_never(state)

    def judge(self, found: Found, intent: Intent, counter: int | None) -> Outcome:
        """Compare a fresh B4 with the intent (section 5, steps 4 to 6); a proved debit still wants its TAC."""
        card = found.card
        if card is None or card.card_id != intent.card_id:
            return Unknown(detail="another card is presented, or none")
        after = (card.capp, card.balance_fen) == (intent.capp_after, intent.balance_after_fen)
        before = (card.capp, card.balance_fen) == (intent.capp_before, intent.balance_before_fen)
        if before and not after:
            detail = "balance and 0019 are as before the debit"
            return NotDebited(record_id=intent.record_id, detail=detail, proof=Proof.UNCHANGED)
        if after and not before:
            return self._complete(found, intent, counter)
        return Unknown(detail="balance and 0019 do not decide")

    def write_tag(self, found: Found, intent: Intent) -> TagWrite:
        """Write the tag's copy alone; nothing is debited by that."""
        if found.system.contract_serial != intent.contract_serial or not self._can_write(found):
            return TagWrite.FAILED
        self.talk.send(self._c6(found, intent, Trade.EF04, 0))
        answer = self._answer(found, frozenset({DEBIT_RESULT}), self.dialect.timeouts.debit_ms)
        if not isinstance(answer, SerialDebitResult | TcpDebitResult | ShortReply):
            return TagWrite.UNKNOWN
        return TagWrite.FAILED if answer.error else TagWrite.WRITTEN

    def _can_write(self, found: Found) -> bool:
        """Return whether the copy can be written: the new dialect writes the whole block and so must have read it."""
        return self.dialect.name is DialectName.SERIAL or bool(found.ef04)

    def _c6(self, found: Found, intent: Intent, trade: Trade, amount_fen: int) -> Message:
        """Make C6: the old dialect writes the 39 bytes of the copy, the new one the whole block with them replaced."""
        copy = intent.capp_after[:CAPP_COPY_LENGTH]
        if self.dialect.name is DialectName.SERIAL:
            written = b"" if trade is Trade.CARD else copy
            return SerialDebit(
                obu_id=found.obu_id,
                trade_mode=self.dialect.trade_number(trade),
                amount_fen=amount_fen,
                capp_tail=intent.capp_after[3:],
                purchase_time=intent.purchase_time,
                ef04_offset=CAPP_COPY_OFFSET,
                ef04_length=len(written),
                ef04=written,
            )
        block = found.ef04 or bytes(self.dialect.ef04_len)
        return orders.debit(
            self.dialect,
            obu_id=found.obu_id,
            region=found.region,
            trade=trade,
            amount_fen=amount_fen,
            purchase_time=intent.purchase_time,
            capp=intent.capp_after,
            ef04=block[:CAPP_COPY_IN_BLOCK] + copy + block[CAPP_COPY_IN_BLOCK + CAPP_COPY_LENGTH :],
        )

    def _result_of(self, found: Found, intent: Intent) -> Result | None:
        """Wait for the B5 of this very C6; one that carries another second, or none, is not taken for it."""
        deadline_s = self.clock.monotonic_s() + self.dialect.timeouts.debit_ms / 1000
        while (left_s := deadline_s - self.clock.monotonic_s()) > 0:
            answer = self._answer(found, frozenset({DEBIT_RESULT}), int(left_s * 1000) + 1)
            if isinstance(answer, ShortReply):
                return None  # says that something failed, but not whose
            if isinstance(answer, SerialDebitResult | TcpDebitResult) and of_this_debit(answer, intent):
                return answer
        return None

    def _with_its_tac(self, found: Found, intent: Intent, answer: Result, done: Debited) -> Outcome:
        """Ask for the TAC that a B5 of a debit does not carry; the tag's write stays as that B5 has it."""
        if has_tac(answer):
            return done
        return self._fetch_tac(found, intent, answer.counter, tag_write=done.tag_write) or done

    def _ask_again(self, found: Found, intent: Intent, counter: int | None, why: str) -> Outcome:
        """Send C8 while the tag is held; without a TAC the result stays open and a fresh B4 has to tell.

        With amount 0 a B8 does not tell one trade from another, so 0019 is looked at first.
        """
        proved_now = None
        if self.dialect.name is DialectName.SERIAL or intent.amount_fen:
            proved_now = self._fetch_tac(found, intent, counter)
        return proved_now or Unknown(detail=f"{why}, and no TAC")

    def _fetch_tac(
        self, found: Found, intent: Intent, counter: int | None, *, tag_write: TagWrite | None = None
    ) -> Debited | None:
        counter = intent.counter if counter is None else counter
        if self.dialect.name is DialectName.TCP and counter is None:
            return None  # the new dialect wants the card's counter, which only a B5 tells
        for _ in range(TAC_TRIES):
            self.talk.send(orders.ask_tac(self.dialect, found.obu_id, counter or 0))
            reply = self._answer(found, frozenset({DEBIT_RESULT, TAC_RESULT}), self.dialect.timeouts.step_ms)
            if not isinstance(reply, SerialDebitResult | TcpTacResult):
                continue
            state = proof_state(self.dialect, reply)
            if state in (DebitState.DEBITED, DebitState.DEBITED_EF04_FAILED) and is_ours(reply, intent):
                return proved_by(reply, intent, counter, tag_write)
            if state is DebitState.TAC_UNAVAILABLE:
                return None
        return None

    def _complete(self, found: Found, intent: Intent, counter: int | None) -> Outcome:
        """Complete the same record of a card that shows the debit, with its TAC if the reader still gives it."""
        shown = tag_shows(found, intent)
        with_tac = self._fetch_tac(found, intent, counter, tag_write=shown)
        if with_tac is not None:
            return with_tac
        known = intent.counter if counter is None else counter
        done = proved(
            intent, tac=None, mac2=None, counter=known, balance_fen=intent.balance_after_fen, proof=Proof.IMAGE
        )
        return replace(done, tag_write=shown)

    def _answer(self, found: Found, commands: frozenset[int], timeout_ms: int) -> Message | None:
        return self.talk.expect(commands, obu_id=found.obu_id, timeout_s=timeout_ms / 1000)


# --- B5 and B8 as outcomes, and which of them belongs to which debit


def of_this_debit(answer: SerialDebitResult | TcpDebitResult, intent: Intent) -> bool:
    """Return whether a B5 carries the second that this C6 carried; a late one of an earlier C6 does not."""
    return answer.purchase_time == intent.purchase_time


def numbers_in(answer: SerialDebitResult | TcpDebitResult) -> tuple[int | None, bytes | None]:
    """Return N and the SAM's number of a B5 with an error; where it came to no SAM number it tells neither."""
    if not any(answer.transaction_number):
        return None, None
    return answer.counter, answer.transaction_number


def is_ours(reply: SerialDebitResult | TcpTacResult, intent: Intent) -> bool:
    """Take a TAC only for this very debit: by its second in the old dialect, by its balance in the new one."""
    match reply:
        case SerialDebitResult():
            return reply.purchase_time == intent.purchase_time
        case TcpTacResult():
            return reply.balance_fen == intent.balance_after_fen
        case _:
            assert_never(reply)


def debited(answer: SerialDebitResult | TcpDebitResult, intent: Intent, state: DebitState, trade: Trade) -> Debited:
    """Take a B5 that says the card was debited; ``trade`` is what C6 asked for."""
    return Debited(
        record_id=intent.record_id,
        tac=answer.tac if has_tac(answer) else None,
        mac2=None,
        balance_after_fen=answer.balance_after_fen,
        counter=answer.counter,
        transaction_number=answer.transaction_number,
        mac2_verified=state is not DebitState.DEBITED_MAC2_FAILED,
        tag_write=_tag_write(answer, intent, state, trade),
        proof=Proof.ANSWER,
        algorithm=_algorithm(answer.algorithm_id),
        key_version=answer.key_version if isinstance(answer, TcpDebitResult) else intent.key_version,
    )


def proved_by(
    reply: SerialDebitResult | TcpTacResult, intent: Intent, counter: int | None, tag_write: TagWrite | None
) -> Debited:
    """Take the answer to C8; ``tag_write`` is what a fresh B4 showed, None before one was seen."""
    done = proved(
        intent,
        tac=reply.tac,
        mac2=None if isinstance(reply, SerialDebitResult) else reply.mac,
        counter=reply.counter if isinstance(reply, SerialDebitResult) else counter,
        balance_fen=intent.balance_after_fen,
        proof=Proof.PROVE,
    )
    done = replace(done, tag_write=tag_write or intent.tag_unseen)
    if isinstance(reply, SerialDebitResult):  # the old dialect's B8 carries what its B5 would have
        algorithm = _algorithm(reply.algorithm_id)
        return replace(done, transaction_number=reply.transaction_number, algorithm=algorithm)
    return done


def tag_shows(found: Found, intent: Intent) -> TagWrite:
    """Return what a fresh B4 shows of the tag's copy."""
    if not intent.write_tag:
        return TagWrite.NOT_ASKED
    if not found.ef04:
        return TagWrite.UNKNOWN
    copy = found.ef04[CAPP_COPY_IN_BLOCK : CAPP_COPY_IN_BLOCK + CAPP_COPY_LENGTH]
    return TagWrite.WRITTEN if copy == intent.capp_after[:CAPP_COPY_LENGTH] else TagWrite.FAILED


def _tag_write(answer: SerialDebitResult | TcpDebitResult, intent: Intent, state: DebitState, trade: Trade) -> TagWrite:
    if not intent.write_tag:
        return TagWrite.NOT_ASKED
    if trade is Trade.CARD:
        return TagWrite.FAILED  # the block could not be read, so it was left alone
    failed = state is DebitState.DEBITED_EF04_FAILED
    if isinstance(answer, SerialDebitResult):
        failed = failed or answer.ef04_write_status != 0
    if state is DebitState.DEBITED_MAC2_FAILED and not failed:
        return TagWrite.UNKNOWN
    return TagWrite.FAILED if failed else TagWrite.WRITTEN


def _algorithm(number: int) -> Algorithm:
    return Algorithm.SM4 if number == _SM4 else Algorithm.TDES
