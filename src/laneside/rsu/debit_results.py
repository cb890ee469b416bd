"""What an answer tells about the debit: the table of spec/rsu-frames.md section 5."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, assert_never

from laneside.rsu.codes import LaneMode, SerialDebitError, TcpDebitError
from laneside.rsu.dialect import Dialect, ErrorTable, Trade
from laneside.rsu.message import ShortReply
from laneside.rsu.replies import SerialDebitResult, TcpDebitResult, TcpTacResult

DebitAnswer = SerialDebitResult | TcpDebitResult | ShortReply
"""B5, also cut short; in the old dialect B8 too."""
ProofAnswer = SerialDebitResult | TcpTacResult | ShortReply
"""The answer to C8."""

_NO_TAC: Final = (bytes(4), b"\xff" * 4)


class DebitState(StrEnum):
    """What is known of the debit after an answer. Nothing here ever allows a second C6 for an open result."""

    DEBITED = "debited"
    DEBITED_EF04_FAILED = "debited-ef04-failed"
    """Success; note that EF04 was not written."""
    DEBITED_MAC2_FAILED = "debited-mac2-failed"
    """Success; record the MAC2 error and check the PSAM."""
    NOT_DEBITED = "not-debited"
    """Read balance and 0019 again; unchanged → one retry with a new PSAM number."""
    UNKNOWN = "unknown"
    """Send C8 while the tag is held, then recovery."""
    TAC_UNAVAILABLE = "tac-unavailable"
    """Compare balance and 0019 with the journal before anything else."""


_NOT_DEBITED_SERIAL: Final = frozenset({
    SerialDebitError.INIT_NO_REPLY,
    SerialDebitError.INIT_FAILED,
    SerialDebitError.MAC1_FAILED,
    SerialDebitError.PURCHASE_FAILED,
})  # fmt: skip
_NOT_DEBITED_TCP: Final = frozenset({
    TcpDebitError.MAC1_FAILED,
    TcpDebitError.DEBIT_FAILED,
    TcpDebitError.DEBIT_FAILED_EF04_OK,
    TcpDebitError.BOTH_FAILED,
})  # fmt: skip
_EF04_FAILED_SERIAL: Final = frozenset({SerialDebitError.EF04_NO_REPLY, SerialDebitError.EF04_FAILED})


def has_tac(answer: DebitAnswer | ProofAnswer) -> bool:
    """Return whether an answer carries a TAC; zeros or FF are no TAC."""
    return not isinstance(answer, ShortReply) and answer.tac not in _NO_TAC


def debit_state(dialect: Dialect, answer: DebitAnswer, trade: Trade) -> DebitState:
    """Return the state after the answer to a C6; UNKNOWN for a code outside the table and for success without a TAC."""
    if trade is Trade.EF04:
        return DebitState.NOT_DEBITED  # whatever happened to EF04, no debit was ordered
    if answer.error == 0:
        return DebitState.DEBITED if has_tac(answer) else DebitState.UNKNOWN
    match dialect.error_table:
        case ErrorTable.SERIAL:
            return _serial_state(dialect, answer.error)
        case ErrorTable.TCP:
            return _tcp_state(answer.error)
    assert_never(dialect.error_table)


def proof_state(dialect: Dialect, answer: ProofAnswer) -> DebitState:
    """Return the state after the answer to a C8: a TAC proves the debit, no reply from the card leaves it open."""
    if answer.error == 0 and has_tac(answer):
        return DebitState.DEBITED
    if dialect.error_table is ErrorTable.SERIAL:
        if answer.error == SerialDebitError.TAC_NO_REPLY:
            return DebitState.UNKNOWN
        if answer.error in _EF04_FAILED_SERIAL and has_tac(answer):
            return DebitState.DEBITED_EF04_FAILED  # mode 1: the TAC came, the write after it failed
    return DebitState.TAC_UNAVAILABLE


def _serial_state(dialect: Dialect, error: int) -> DebitState:
    if error == SerialDebitError.MAC2_FAILED:
        return DebitState.DEBITED_MAC2_FAILED
    if error in _NOT_DEBITED_SERIAL:
        return DebitState.NOT_DEBITED
    if error in _EF04_FAILED_SERIAL and dialect.lane_mode != LaneMode.ENTRY:
        return DebitState.DEBITED_EF04_FAILED  # the card goes first everywhere but at an entry
    return DebitState.UNKNOWN


def _tcp_state(error: int) -> DebitState:
    if error == TcpDebitError.MAC2_FAILED:
        return DebitState.DEBITED_MAC2_FAILED
    if error in _NOT_DEBITED_TCP:
        return DebitState.NOT_DEBITED
    if error == TcpDebitError.EF04_FAILED_DEBIT_OK:
        return DebitState.DEBITED_EF04_FAILED
    return DebitState.UNKNOWN
