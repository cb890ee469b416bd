"""From B5 and B8 to outcomes, and which of them speaks of which debit."""

from __future__ import annotations

from typing import Final, assert_never

from laneside.codec import CAPP_COPY_IN_BLOCK, CAPP_COPY_LENGTH
from laneside.reader.frames.found import Found
from laneside.reader.port import Algorithm, Debited, Intent, Proof, TagWrite
from laneside.rsu import DebitState, SerialDebitResult, TcpDebitResult, TcpTacResult, Trade, has_tac

_SM4: Final = 0x04


def of_this_debit(answer: SerialDebitResult | TcpDebitResult, intent: Intent) -> bool:
    """Say whether a B5 carries the second that this C6 carried; a late one of an earlier C6 does not."""
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
            return reply.balance_fen == intent.balance_before_fen - intent.amount_fen
        case _:
            assert_never(reply)


def debited(answer: SerialDebitResult | TcpDebitResult, intent: Intent, state: DebitState, trade: Trade) -> Debited:
    """Take a B5 that says the card was debited; ``trade`` is what C6 asked for."""
    return Debited(
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


def proved(
    reply: SerialDebitResult | TcpTacResult, intent: Intent, counter: int | None, tag_write: TagWrite | None
) -> Debited:
    """Take the answer to C8; ``tag_write`` is what a fresh B4 showed, None before one was seen."""
    serial = reply if isinstance(reply, SerialDebitResult) else None
    unseen = TagWrite.UNKNOWN if intent.write_tag else TagWrite.NOT_ASKED
    return Debited(
        tac=reply.tac,
        mac2=reply.mac if isinstance(reply, TcpTacResult) else None,
        balance_after_fen=intent.balance_before_fen - intent.amount_fen,
        counter=counter if serial is None else serial.counter,
        transaction_number=intent.transaction_number if serial is None else serial.transaction_number,
        mac2_verified=None,
        tag_write=tag_write or unseen,
        proof=Proof.PROVE,
        algorithm=intent.algorithm if serial is None else _algorithm(serial.algorithm_id),
        key_version=intent.key_version,
    )


def tag_shows(found: Found, intent: Intent) -> TagWrite:
    """Say what a fresh B4 shows of the tag's copy."""
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
