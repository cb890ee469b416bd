"""What the reader does for a C6 and a C8: the composite purchase (spec/icc.md 8.2), the write of EF04, the proof."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec
from msgspec.structs import replace

from laneside.rsu import Trade
from laneside.virtual.chips.apdu import KEY_INDEX_UNKNOWN
from laneside.virtual.faults import Place
from laneside.virtual.integrated.chip_jobs import Job, JobRefusedError, NoReplyError, select_card, sent, write_ef04

COMPOSITE: Final = 0x09


class DebitStep(StrEnum):
    """How far the purchase got."""

    NOT_ASKED = "not-asked"
    NOT_TRIED = "not-tried"
    """EF04 was to be written first, and that failed."""
    DONE = "done"
    INIT_NO_REPLY = "init-no-reply"
    INIT_REFUSED = "init-refused"
    MAC1_FAILED = "mac1-failed"
    PURCHASE_NO_REPLY = "purchase-no-reply"
    PURCHASE_REFUSED = "purchase-refused"
    MAC2_FAILED = "mac2-failed"
    """The card was debited; the PSAM does not accept its MAC2."""


class Written(StrEnum):
    """How the write of EF04 ended."""

    NOT_ASKED = "not-asked"
    NOT_TRIED = "not-tried"
    DONE = "done"
    NO_REPLY = "no-reply"
    REFUSED = "refused"

    @property
    def failed(self) -> bool:
        """Whether it was tried without success."""
        return self in {Written.NO_REPLY, Written.REFUSED}


class TradeOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A C6 of either dialect. ``ef04`` holds offset and bytes of each piece to write."""

    trade: Trade
    amount_fen: int
    purchase_time: bytes
    capp: bytes
    factor: bytes
    ef04: tuple[tuple[int, bytes], ...] = ()
    ef04_first: bool = False

    @property
    def wants_card(self) -> bool:
        """Whether the card is to be debited."""
        return self.trade is not Trade.EF04

    @property
    def wants_ef04(self) -> bool:
        """Whether EF04 is to be written."""
        return self.trade is not Trade.CARD and bool(self.ef04)


class TradeResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a B5 carries; zeros for what is not known."""

    debit: DebitStep = DebitStep.NOT_ASKED
    written: Written = Written.NOT_ASKED
    terminal_number: bytes = bytes(6)
    purchase_time: bytes = bytes(7)
    transaction_number: bytes = bytes(4)
    counter: int = 0
    algorithm_id: int = 0
    key_version: int = 0
    balance_after_fen: int = 0
    tac: bytes = bytes(4)
    mac2: bytes = bytes(4)

    @property
    def succeeded(self) -> bool:
        """Whether everything that was asked for is done."""
        return self.debit in {DebitStep.DONE, DebitStep.NOT_ASKED} and self.written in {Written.DONE, Written.NOT_ASKED}


class TacProof(msgspec.Struct, frozen=True, kw_only=True):
    """What `805A` answered; ``answered`` is False without an answer."""

    tac: bytes = bytes(4)
    mac2: bytes = bytes(4)
    balance_fen: int = 0
    answered: bool = True

    @property
    def found(self) -> bool:
        """Whether there is a TAC."""
        return any(self.tac)


def carry_out(order: TradeOrder, *, terminal_number: bytes, issue: bytes) -> Job[TradeResult]:
    """Carry out a C6: the card first, at an entry EF04 first. The second part follows only if the first succeeded."""
    result = TradeResult(
        purchase_time=order.purchase_time,
        terminal_number=terminal_number,
        written=Written.NOT_TRIED if order.wants_ef04 else Written.NOT_ASKED,
    )
    if order.ef04_first and order.wants_ef04:
        result = yield from _with_ef04(result, order)
        if result.written.failed:
            return replace(result, debit=DebitStep.NOT_TRIED if order.wants_card else DebitStep.NOT_ASKED)
        return (yield from _with_purchase(result, order, issue))
    result = yield from _with_purchase(result, order, issue)
    if result.debit in {DebitStep.DONE, DebitStep.NOT_ASKED} and order.wants_ef04:
        result = yield from _with_ef04(result, order)
    return result


def _with_ef04(result: TradeResult, order: TradeOrder) -> Job[TradeResult]:
    try:
        for offset, data in order.ef04:
            yield from write_ef04(offset, data)
    except NoReplyError:
        return replace(result, written=Written.NO_REPLY)
    except JobRefusedError:
        return replace(result, written=Written.REFUSED)
    return replace(result, written=Written.DONE)


def _with_purchase(result: TradeResult, order: TradeOrder, issue: bytes) -> Job[TradeResult]:
    if not order.wants_card:
        return result
    try:
        opened = yield from _open_purchase(order, result.terminal_number, issue)
    except NoReplyError:
        return replace(result, debit=DebitStep.INIT_NO_REPLY)
    except JobRefusedError:
        return replace(result, debit=DebitStep.INIT_REFUSED)
    result = replace(
        result,
        counter=int.from_bytes(opened[4:6], "big"),
        key_version=opened[9],
        algorithm_id=opened[10],
    )
    try:
        signed = yield from _mac1(order, opened, issue)
    except (NoReplyError, JobRefusedError):
        return replace(result, debit=DebitStep.MAC1_FAILED)
    result = replace(result, transaction_number=signed[:4])
    return (yield from _debited(result, order, opened, signed))


def _open_purchase(order: TradeOrder, terminal_number: bytes, issue: bytes) -> Job[bytes]:
    """Send `8050` with key index 41 to a card of version 5x, with 01 to others; on 9403 with the other one.

    Which index a card wants is open (spec/unknowns.md 7).
    """
    first, second = (0x41, 0x01) if issue[9] >> 4 == 5 else (0x01, 0x41)
    try:
        return (yield from _init(first, order, terminal_number))
    except JobRefusedError as error:
        if error.status_word != KEY_INDEX_UNKNOWN:
            raise
    return (yield from _init(second, order, terminal_number))


def _init(key_index: int, order: TradeOrder, terminal_number: bytes) -> Job[bytes]:
    amount = order.amount_fen.to_bytes(4, "big")
    command = bytes.fromhex("805003020B") + bytes((key_index,)) + amount + terminal_number + b"\x0f"
    return (yield from sent(Place.CARD, command))


def _mac1(order: TradeOrder, opened: bytes, issue: bytes) -> Job[bytes]:
    """Send `8070`; return the PSAM's number and MAC1."""
    command = (
        bytes.fromhex("8070000024")
        + opened[11:15]
        + opened[4:6]
        + order.amount_fen.to_bytes(4, "big")
        + bytes((COMPOSITE,))
        + order.purchase_time
        + opened[9:11]
        + issue[12:20]
        + order.factor
        + b"\x08"
    )
    return (yield from sent(Place.PSAM, command))


def _debited(result: TradeResult, order: TradeOrder, opened: bytes, signed: bytes) -> Job[TradeResult]:
    """Send `80DC`, `8054` and `8072`. A lost answer to `8054` leaves open whether the card was debited."""
    try:
        yield from sent(Place.CARD, bytes.fromhex("80DCAAC82B") + order.capp)
        command = bytes.fromhex("805401000F") + signed[:4] + order.purchase_time + signed[4:8] + b"\x08"
        answer = yield from sent(Place.CARD, command)
    except NoReplyError:
        return replace(result, debit=DebitStep.PURCHASE_NO_REPLY)
    except JobRefusedError:
        return replace(result, debit=DebitStep.PURCHASE_REFUSED)
    after_fen = int.from_bytes(opened[:4], "big") - order.amount_fen
    result = replace(result, tac=answer[:4], mac2=answer[4:8], balance_after_fen=after_fen)
    try:
        yield from sent(Place.PSAM, bytes.fromhex("8072000004") + answer[4:8])
    except (NoReplyError, JobRefusedError):
        return replace(result, debit=DebitStep.MAC2_FAILED)
    return replace(result, debit=DebitStep.DONE)


def prove(counter: int) -> Job[TacProof]:
    """Ask the card for the proof of the purchase with counter N: `805A` takes N+1 and answers MAC2 and TAC."""
    following = (counter + 1 & 0xFFFF).to_bytes(2, "big")
    try:
        yield from select_card()
        balance = yield from sent(Place.CARD, "805C000204")
        answer = yield from sent(Place.CARD, bytes.fromhex("805A000902") + following + b"\x08")
    except NoReplyError:
        return TacProof(answered=False)
    except JobRefusedError:
        return TacProof()
    return TacProof(mac2=answer[:4], tac=answer[4:8], balance_fen=int.from_bytes(balance, "big"))
