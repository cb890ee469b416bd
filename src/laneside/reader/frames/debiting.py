"""C6 and what follows it: the table of spec/rsu-frames.md section 5, one question at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, assert_never

from laneside.reader.frames.conversation import Conversation
from laneside.reader.frames.found import Found
from laneside.reader.port import Algorithm, Debited, Intent, NotDebited, Outcome, Proof, TagWrite, Unknown
from laneside.rsu import (
    DebitState,
    Dialect,
    Message,
    SerialDebit,
    SerialDebitResult,
    ShortReply,
    TcpDebitResult,
    TcpTacResult,
    Trade,
    Wire,
    debit_state,
    orders,
    proof_state,
)

DEBIT_RESULT, TAC_RESULT = 0xB5, 0xB8
TAC_TRIES: Final = 3
COPY_LENGTH: Final = 39
COPY_IN_BLOCK: Final = 5  # spec/obu.md 5.1: five bytes precede the 0019 copy in the passage block
COPY_IN_EF04: Final = 0x013F
_SM4: Final = 0x04


@dataclass(frozen=True, slots=True, kw_only=True)
class Debiting:
    """One debit over one conversation. Every method raises LinkLostError when the link goes."""

    talk: Conversation
    dialect: Dialect

    def purchase(self, found: Found, intent: Intent) -> Outcome:
        """Send C6, once, and settle it as far as this session can."""
        trade = Trade.CARD_AND_EF04 if intent.write_tag else Trade.CARD
        self.talk.send(self._c6(found, intent, trade, intent.amount_fen))
        answer = self._answer(found, frozenset({DEBIT_RESULT}), self.dialect.timeouts.debit_ms)
        if answer is None or not isinstance(answer, SerialDebitResult | TcpDebitResult | ShortReply):
            return self._ask_again(found, intent, None)
        state = debit_state(self.dialect, answer, trade)
        match state:
            case DebitState.DEBITED | DebitState.DEBITED_EF04_FAILED | DebitState.DEBITED_MAC2_FAILED:
                if isinstance(answer, ShortReply):
                    return self._ask_again(found, intent, None)
                return _debited(answer, intent, state)
            case DebitState.NOT_DEBITED:
                return NotDebited(detail=f"B5 error {answer.error:02X}", proof=Proof.ANSWER)
            case DebitState.UNKNOWN | DebitState.TAC_UNAVAILABLE:
                return self._ask_again(found, intent, answer)
            case _:
                assert_never(state)

    def judge(self, found: Found, intent: Intent) -> Outcome:
        """Compare a fresh B4 with the intent (section 5, steps 4 to 6); a proved debit still wants its TAC."""
        if found.issue is None or found.issue.card_id != intent.card_id:
            return Unknown(detail="another card is presented")
        after = found.capp == intent.capp_after and found.balance_fen == intent.balance_before_fen - intent.amount_fen
        before = found.capp == intent.capp_before and found.balance_fen == intent.balance_before_fen
        if before and not after:
            return NotDebited(detail="balance and 0019 are as before the debit", proof=Proof.UNCHANGED)
        if after and not before:
            return self._with_tac(found, intent)
        return Unknown(detail="balance and 0019 do not decide")

    def write_tag(self, found: Found, intent: Intent) -> TagWrite:
        """Write the tag's copy alone; nothing is debited by that."""
        if found.system.contract_serial != intent.contract_serial or not found.ef04:
            return TagWrite.FAILED
        self.talk.send(self._c6(found, intent, Trade.EF04, 0))
        answer = self._answer(found, frozenset({DEBIT_RESULT}), self.dialect.timeouts.debit_ms)
        if answer is None or not isinstance(answer, SerialDebitResult | TcpDebitResult | ShortReply):
            return TagWrite.UNKNOWN
        return TagWrite.FAILED if answer.error else TagWrite.WRITTEN

    def _c6(self, found: Found, intent: Intent, trade: Trade, amount_fen: int) -> Message:
        """Make C6: the old dialect writes the 39 bytes of the copy, the new one the whole block with them replaced."""
        copy = intent.capp_after[:COPY_LENGTH]
        if self.dialect.wire is Wire.SERIAL:
            written = b"" if trade is Trade.CARD else copy
            return SerialDebit(
                obu_id=found.obu_id,
                trade_mode=self.dialect.trade_number(trade),
                amount_fen=amount_fen,
                capp_tail=intent.capp_after[3:],
                purchase_time=intent.purchase_time,
                ef04_offset=COPY_IN_EF04,
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
            ef04=block[:COPY_IN_BLOCK] + copy + block[COPY_IN_BLOCK + COPY_LENGTH :],
        )

    def _ask_again(self, found: Found, intent: Intent, answer: Message | None) -> Outcome:
        """Send C8 while the tag is held; without a TAC the result stays open and a fresh B4 has to tell."""
        proved = self._fetch_tac(found, intent, answer)
        return proved or Unknown(detail="no answer to C6, and no TAC")

    def _fetch_tac(self, found: Found, intent: Intent, answer: Message | None) -> Debited | None:
        counter = getattr(answer, "counter", intent.counter)
        if self.dialect.wire is Wire.TCP and counter is None:
            return None  # the new dialect wants the card's counter, which only a B5 tells
        for _ in range(TAC_TRIES):
            self.talk.send(orders.ask_tac(self.dialect, found.obu_id, counter or 0))
            reply = self._answer(found, frozenset({DEBIT_RESULT, TAC_RESULT}), self.dialect.timeouts.step_ms)
            if reply is None or not isinstance(reply, SerialDebitResult | TcpTacResult | ShortReply):
                continue
            state = proof_state(self.dialect, reply)
            if state in (DebitState.DEBITED, DebitState.DEBITED_EF04_FAILED) and _is_ours(reply, intent):
                return _proved(reply, intent, counter)
            if state is DebitState.TAC_UNAVAILABLE:
                return None
        return None

    def _with_tac(self, found: Found, intent: Intent) -> Outcome:
        """Complete the same record of a card that shows the debit, with its TAC if the reader still gives it."""
        proved = self._fetch_tac(found, intent, None)
        if proved is not None:
            return proved
        return Debited(
            tac=None,
            mac2=None,
            balance_after_fen=found.balance_fen,
            counter=intent.counter,
            transaction_number=intent.transaction_number,
            mac2_verified=None,
            tag_write=_tag_shows(found, intent),
            proof=Proof.IMAGE,
            algorithm=intent.algorithm,
            key_version=intent.key_version,
        )

    def _answer(self, found: Found, commands: frozenset[int], timeout_ms: int) -> Message | None:
        return self.talk.expect(commands, obu_id=found.obu_id, timeout_s=timeout_ms / 1000)


def _is_ours(reply: SerialDebitResult | TcpTacResult | ShortReply, intent: Intent) -> bool:
    """Take a TAC only for this very debit: by its second in the old dialect, by its balance in the new one."""
    match reply:
        case SerialDebitResult():
            return reply.purchase_time == intent.purchase_time
        case TcpTacResult():
            return reply.balance_fen == intent.balance_before_fen - intent.amount_fen
        case ShortReply():
            return False
        case _:
            assert_never(reply)


def _debited(answer: SerialDebitResult | TcpDebitResult, intent: Intent, state: DebitState) -> Debited:
    """Take a B5 that says the card was debited."""
    return Debited(
        tac=answer.tac if any(answer.tac) else None,
        mac2=None,
        balance_after_fen=answer.balance_after_fen,
        counter=answer.counter,
        transaction_number=answer.transaction_number,
        mac2_verified=state is not DebitState.DEBITED_MAC2_FAILED,
        tag_write=_tag_write(answer, intent, state),
        proof=Proof.ANSWER,
        algorithm=Algorithm.SM4 if answer.algorithm_id == _SM4 else Algorithm.TDES,
        key_version=answer.key_version if isinstance(answer, TcpDebitResult) else intent.key_version,
    )


def _proved(reply: SerialDebitResult | TcpTacResult | ShortReply, intent: Intent, counter: int | None) -> Debited:
    assert not isinstance(reply, ShortReply), "a short reply carries no TAC"
    serial = reply if isinstance(reply, SerialDebitResult) else None
    algorithm = intent.algorithm
    if serial is not None:
        algorithm = Algorithm.SM4 if serial.algorithm_id == _SM4 else Algorithm.TDES
    return Debited(
        tac=reply.tac,
        mac2=reply.mac if isinstance(reply, TcpTacResult) else None,
        balance_after_fen=intent.balance_before_fen - intent.amount_fen,
        counter=counter if serial is None else serial.counter,
        transaction_number=intent.transaction_number if serial is None else serial.transaction_number,
        mac2_verified=None,
        tag_write=TagWrite.UNKNOWN if intent.write_tag else TagWrite.NOT_ASKED,
        proof=Proof.PROVE,
        algorithm=algorithm,
        key_version=intent.key_version,
    )


def _tag_write(answer: SerialDebitResult | TcpDebitResult, intent: Intent, state: DebitState) -> TagWrite:
    if not intent.write_tag:
        return TagWrite.NOT_ASKED
    failed = state is DebitState.DEBITED_EF04_FAILED
    if isinstance(answer, SerialDebitResult):
        failed = failed or answer.ef04_write_status != 0
    if state is DebitState.DEBITED_MAC2_FAILED and not failed:
        return TagWrite.UNKNOWN
    return TagWrite.FAILED if failed else TagWrite.WRITTEN


def _tag_shows(found: Found, intent: Intent) -> TagWrite:
    if not intent.write_tag:
        return TagWrite.NOT_ASKED
    if not found.ef04:
        return TagWrite.UNKNOWN
    copy = found.ef04[COPY_IN_BLOCK : COPY_IN_BLOCK + COPY_LENGTH]
    return TagWrite.WRITTEN if copy == intent.capp_after[:COPY_LENGTH] else TagWrite.FAILED
