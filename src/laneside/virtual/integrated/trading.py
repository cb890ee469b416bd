"""What the reader does for a C6 and a C8: the composite purchase of spec/icc.md 8.2, EF04, and the proof."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from laneside.rsu import Trade
from laneside.virtual.faults import Place
from laneside.virtual.integrated.jobs import Job, NoReplyError, RefusedError, sent
from laneside.virtual.integrated.reading import select_card, write_ef04

COMPOSITE: Final = 0x09
KEY_INDEX_UNKNOWN: Final = b"\x94\x03"


class Debit(StrEnum):
    """How far the purchase came."""

    NOT_ASKED = "not-asked"
    NOT_TRIED = "not-tried"
    """EF04 came first and failed."""
    DONE = "done"
    INIT_NO_REPLY = "init-no-reply"
    INIT_REFUSED = "init-refused"
    MAC1_FAILED = "mac1-failed"
    PURCHASE_NO_REPLY = "purchase-no-reply"
    PURCHASE_REFUSED = "purchase-refused"
    MAC2_FAILED = "mac2-failed"
    """The card was debited; the PSAM does not believe its answer."""


class Written(StrEnum):
    """How the write of EF04 ended."""

    NOT_ASKED = "not-asked"
    NOT_TRIED = "not-tried"
    DONE = "done"
    NO_REPLY = "no-reply"
    REFUSED = "refused"

    @property
    def failed(self) -> bool:
        """Whether it was tried in vain."""
        return self in {Written.NO_REPLY, Written.REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A C6 in the words of neither dialect. ``ef04`` holds offset and bytes of each piece to write."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a B5 tells. What is not known stays zero."""

    debit: Debit = Debit.NOT_ASKED
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
        return self.debit in {Debit.DONE, Debit.NOT_ASKED} and self.written in {Written.DONE, Written.NOT_ASKED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What `805A` answered; ``answered`` is False where no reply came."""

    tac: bytes = bytes(4)
    mac2: bytes = bytes(4)
    balance_fen: int = 0
    answered: bool = True

    @property
    def found(self) -> bool:
        """Whether there is a TAC."""
        return any(self.tac)


def trade(order: Order, *, terminal_number: bytes, issue: bytes) -> Job[Done]:
    """Carry out a C6: card first, at an entry EF04 first; the second part only follows a success of the first."""
    done = Done(
        purchase_time=order.purchase_time,
        terminal_number=terminal_number,
        written=Written.NOT_TRIED if order.wants_ef04 else Written.NOT_ASKED,
    )
    if order.ef04_first and order.wants_ef04:
        done = yield from _with_ef04(done, order)
        if done.written.failed:
            return replace(done, debit=Debit.NOT_TRIED if order.wants_card else Debit.NOT_ASKED)
        return (yield from _with_purchase(done, order, issue))
    done = yield from _with_purchase(done, order, issue)
    if done.debit in {Debit.DONE, Debit.NOT_ASKED} and order.wants_ef04:
        done = yield from _with_ef04(done, order)
    return done


def _with_ef04(done: Done, order: Order) -> Job[Done]:
    try:
        for offset, data in order.ef04:
            yield from write_ef04(offset, data)
    except NoReplyError:
        return replace(done, written=Written.NO_REPLY)
    except RefusedError:
        return replace(done, written=Written.REFUSED)
    return replace(done, written=Written.DONE)


def _with_purchase(done: Done, order: Order, issue: bytes) -> Job[Done]:
    if not order.wants_card:
        return done
    try:
        opened = yield from _open_purchase(order, done.terminal_number, issue)
    except NoReplyError:
        return replace(done, debit=Debit.INIT_NO_REPLY)
    except RefusedError:
        return replace(done, debit=Debit.INIT_REFUSED)
    done = replace(
        done,
        counter=int.from_bytes(opened[4:6], "big"),
        key_version=opened[9],
        algorithm_id=opened[10],
    )
    try:
        signed = yield from _mac1(order, opened, issue)
    except (NoReplyError, RefusedError):
        return replace(done, debit=Debit.MAC1_FAILED)
    done = replace(done, transaction_number=signed[:4])
    return (yield from _debited(done, order, opened, signed))


def _open_purchase(order: Order, terminal_number: bytes, issue: bytes) -> Job[bytes]:
    """Send `8050` with key index 41 to a card of version 5x, 01 to others; on 9403 the other (spec/unknowns.md 7)."""
    first, second = (0x41, 0x01) if issue[9] >> 4 == 5 else (0x01, 0x41)
    try:
        return (yield from _init(first, order, terminal_number))
    except RefusedError as error:
        if error.status_word != KEY_INDEX_UNKNOWN:
            raise
    return (yield from _init(second, order, terminal_number))


def _init(key_index: int, order: Order, terminal_number: bytes) -> Job[bytes]:
    amount = order.amount_fen.to_bytes(4, "big")
    command = bytes.fromhex("805003020B") + bytes((key_index,)) + amount + terminal_number + b"\x0f"
    return (yield from sent(Place.CARD, command))


def _mac1(order: Order, opened: bytes, issue: bytes) -> Job[bytes]:
    """Send `8070`; number and MAC1 come back."""
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


def _debited(done: Done, order: Order, opened: bytes, signed: bytes) -> Job[Done]:
    """Send `80DC`, `8054` and `8072`. From the first on the host can't know more than the answers say."""
    try:
        yield from sent(Place.CARD, bytes.fromhex("80DCAAC82B") + order.capp)
        command = bytes.fromhex("805401000F") + signed[:4] + order.purchase_time + signed[4:8] + b"\x08"
        answer = yield from sent(Place.CARD, command)
    except NoReplyError:
        return replace(done, debit=Debit.PURCHASE_NO_REPLY)
    except RefusedError:
        return replace(done, debit=Debit.PURCHASE_REFUSED)
    after_fen = int.from_bytes(opened[:4], "big") - order.amount_fen
    done = replace(done, tac=answer[:4], mac2=answer[4:8], balance_after_fen=after_fen)
    try:
        yield from sent(Place.PSAM, bytes.fromhex("8072000004") + answer[4:8])
    except (NoReplyError, RefusedError):
        return replace(done, debit=Debit.MAC2_FAILED)
    return replace(done, debit=Debit.DONE)


def prove(counter: int) -> Job[Proof]:
    """Ask the card for the proof of the purchase with counter N: `805A` takes N+1, answers MAC2 and TAC."""
    following = (counter + 1 & 0xFFFF).to_bytes(2, "big")
    try:
        yield from select_card()
        balance = yield from sent(Place.CARD, "805C000204")
        answer = yield from sent(Place.CARD, bytes.fromhex("805A000902") + following + b"\x08")
    except NoReplyError:
        return Proof(answered=False)
    except RefusedError:
        return Proof()
    return Proof(mac2=answer[:4], tac=answer[4:8], balance_fen=int.from_bytes(balance, "big"))
