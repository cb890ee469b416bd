"""The proof of an interrupted debit: the decision table of spec/recovery.md section 3, as one flow.

It sends no ``8050``: on some chips a new init destroys the proof (facts 4 and 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, assert_never

from laneside.card.apdu import Command, Device, Flow, Reply, ask
from laneside.card.purchase import COMPOSITE_PURCHASE
from laneside.card.status import Meaning, RefusedError, StatusTable, statuses
from laneside.card.user_card import (
    WALLET_LOG_RECORDS,
    read_balance,
    read_capp,
    read_issue_info,
    read_log,
    select_application,
)
from laneside.codec import WalletLogRecord
from laneside.errors import CodecError

PURCHASE_TYPES: Final = (0x06, 0x09)
"""The log entries that take a number of the purchase counter; loads count by a counter of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDebit:
    """What the journal knows of the debit. ``counter`` is N; None, or an empty ``capp_before``, means not known."""

    card_id: str
    counter: int | None
    balance_before_fen: int
    amount_fen: int
    capp_before: bytes
    capp_after: bytes
    terminal_number: bytes
    purchase_time: bytes

    @property
    def balance_after_fen(self) -> int:
        """The balance that the debit leaves."""
        return self.balance_before_fen - self.amount_fen


class Witness(StrEnum):
    """What a decision rests on."""

    PROVE = "prove"
    WALLET_LOG = "wallet-log"
    IMAGE = "image"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """The debit happened. Without TAC the card no longer gives its proof (step 4); ``counter`` is N."""

    tac: bytes | None
    mac2: bytes | None
    counter: int
    balance_fen: int
    witness: Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class DidNotHappen:
    """The debit certainly did not happen."""

    detail: str
    witness: Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotTell:
    """No proof either way; for a person to decide, or for a later sight of the card."""

    detail: str


Finding = Happened | DidNotHappen | CannotTell


@dataclass(frozen=True, slots=True, kw_only=True)
class GetProof(Command):
    """GET TRANSACTION PROVE (取交易认证) for N+1; the answer is MAC2 then TAC, the reverse of the debit's."""

    NAME: ClassVar[str] = "805A prove"
    STATUSES: ClassVar[StatusTable] = statuses({0x9406: Meaning.PROOF_GONE})
    counter_after: int

    @property
    def header(self) -> bytes:
        """``80 5A 00`` and the transaction type."""
        return bytes((0x80, 0x5A, 0x00, COMPOSITE_PURCHASE))

    @property
    def data(self) -> bytes:
        """N+1."""
        return self.counter_after.to_bytes(2, "big")

    @property
    def le(self) -> int | None:
        """MAC2 and TAC."""
        return 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """The card as it stands now; None for what it does not let be read."""

    balance_fen: int | None
    capp: bytes | None

    def shows_after(self, debit: OpenDebit) -> bool:
        return self.capp == debit.capp_after and self.balance_fen == debit.balance_after_fen

    def shows_before(self, debit: OpenDebit) -> bool:
        return self.capp == debit.capp_before and self.balance_fen == debit.balance_before_fen


class _Entry(StrEnum):
    """What 0018 says of the debit's number."""

    OURS = "ours"
    ANOTHER = "another trade has this number"
    NOT_REACHED = "the counter never reached this number"
    FALLEN_OUT = "the number has fallen out of the log"
    UNREADABLE = "the log can't be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    entry: _Entry
    counter: int | None = None


def prove_debit(debit: OpenDebit) -> Flow[Finding]:
    """Settle an interrupted debit on a freshly powered card. Raises AnswerLostError when the card goes away again."""
    try:
        yield from select_application()
        issue = yield from read_issue_info()
    except (RefusedError, CodecError) as error:
        return CannotTell(detail=f"the card does not tell its number: {error}")
    if issue.card_id != debit.card_id:
        return CannotTell(detail=f"another card is presented: {issue.card_id}")
    sight = yield from _look()
    after, before = sight.shows_after(debit), sight.shows_before(debit)
    if after and not before:
        return (yield from _happened(debit, sight))
    if before and not after:
        return DidNotHappen(detail="balance and 0019 are as before the debit", witness=Witness.UNCHANGED)
    return (yield from _mixed(debit, sight, same=before))


def _look() -> Flow[_Sight]:
    """Read balance and 0019, each for itself."""
    balance_fen: int | None = None
    capp: bytes | None = None
    try:
        balance_fen = yield from read_balance()
    except RefusedError:
        balance_fen = None  # "mixed or unreadable" is a row of the table
    try:
        capp = yield from read_capp()
    except RefusedError:
        capp = None
    return _Sight(balance_fen=balance_fen, capp=capp)


def _happened(debit: OpenDebit, sight: _Sight) -> Flow[Finding]:
    """3a: balance and 0019 are the debit's own. Fetch the TAC, else take 0018 as the evidence (step 4)."""
    if debit.counter is not None:
        reply = yield from _ask_proof(debit.counter)
        if _is_proof(reply):
            return _by_prove(debit, debit.counter, reply, sight)
    search = yield from _search_log(debit)
    match search.entry:
        case _Entry.OURS:
            return (yield from _logged(debit, search, sight))
        case _Entry.ANOTHER | _Entry.NOT_REACHED:
            return CannotTell(detail=f"balance and 0019 show the debit, but {search.entry.value}")
        case _Entry.FALLEN_OUT | _Entry.UNREADABLE:
            return _by_image(debit, sight)
        case _:
            assert_never(search.entry)


def _by_image(debit: OpenDebit, sight: _Sight) -> Finding:
    """Neither ``805A`` nor 0018 speaks, but 0019 and balance are those of this debit and commit together (fact 1)."""
    if debit.counter is None:
        return CannotTell(detail="balance and 0019 show the debit, but its number is not known")
    return _without_tac(debit, debit.counter, sight, Witness.IMAGE)


def _mixed(debit: OpenDebit, sight: _Sight, *, same: bool) -> Flow[Finding]:
    """3c: balance and 0019 do not decide. ``same`` says that they are still those of the journal."""
    search = yield from _search_log(debit)
    match search.entry:
        case _Entry.OURS:
            return (yield from _logged(debit, search, sight))
        case _Entry.ANOTHER:
            return DidNotHappen(detail=search.entry.value, witness=Witness.WALLET_LOG)
        case _Entry.NOT_REACHED:
            same = sight.capp == debit.capp_before  # a load raises the balance and leaves 0019 and the counter alone
            return (yield from _by_prove_alone(debit, sight, search, same=same))
        case _Entry.UNREADABLE:
            return (yield from _by_prove_alone(debit, sight, search, same=same))
        case _Entry.FALLEN_OUT:
            return CannotTell(detail=f"balance and 0019 do not decide, and {search.entry.value}")
        case _:
            assert_never(search.entry)


def _by_prove_alone(debit: OpenDebit, sight: _Sight, search: _Search, *, same: bool) -> Flow[Finding]:
    """3c without an entry: ``9000`` decides done; ``9406`` decides not done only on an otherwise unchanged card."""
    if debit.counter is None:
        return CannotTell(detail=f"the debit's number is not known, and {search.entry.value}")
    reply = yield from _ask_proof(debit.counter)
    if _is_proof(reply):
        return _by_prove(debit, debit.counter, reply, sight)
    if reply.meaning is Meaning.PROOF_GONE and same:
        return DidNotHappen(detail=f"{search.entry.value}, and {reply}", witness=Witness.PROVE)
    return CannotTell(detail=f"balance and 0019 do not decide, {search.entry.value}, and {reply}")


def _logged(debit: OpenDebit, search: _Search, sight: _Sight) -> Flow[Finding]:
    """0018 names the debit: it happened. The TAC comes from ``805A`` as long as the card still has it."""
    assert search.counter is not None, "an entry of ours has a number"
    reply = yield from _ask_proof(search.counter)
    if _is_proof(reply):
        return _by_prove(debit, search.counter, reply, sight)
    return _without_tac(debit, search.counter, sight, Witness.WALLET_LOG)


def _ask_proof(counter: int) -> Flow[Reply]:
    return (yield from ask(Device.CARD, GetProof(counter_after=counter + 1)))


def _is_proof(reply: Reply) -> bool:
    return reply.ok and len(reply.data) == 8


def _by_prove(debit: OpenDebit, counter: int, reply: Reply, sight: _Sight) -> Happened:
    """Read MAC2 ‖ TAC."""
    return Happened(
        tac=reply.data[4:],
        mac2=reply.data[:4],
        counter=counter,
        balance_fen=_balance(debit, sight),
        witness=Witness.PROVE,
    )


def _without_tac(debit: OpenDebit, counter: int, sight: _Sight, witness: Witness) -> Happened:
    return Happened(tac=None, mac2=None, counter=counter, balance_fen=_balance(debit, sight), witness=witness)


def _balance(debit: OpenDebit, sight: _Sight) -> int:
    return debit.balance_after_fen if sight.balance_fen is None else sight.balance_fen


def _search_log(debit: OpenDebit) -> Flow[_Search]:
    """Search all of 0018 for the debit: by N+1, or by terminal, time and amount where N is not known."""
    newest: int | None = None
    for number in range(1, WALLET_LOG_RECORDS + 1):
        try:
            entry = yield from read_log(number)
        except (RefusedError, CodecError):
            return _Search(entry=_Entry.UNREADABLE)
        if entry is None:
            break
        if entry.transaction_type not in PURCHASE_TYPES:
            continue
        newest = entry.counter if newest is None else newest
        if found := _judge(debit, entry):
            return found
    return _Search(entry=_not_found(debit, newest))


def _judge(debit: OpenDebit, entry: WalletLogRecord) -> _Search | None:
    ours = (entry.terminal_number, entry.purchase_time, entry.amount_fen) == (
        debit.terminal_number,
        debit.purchase_time,
        debit.amount_fen,
    )
    if debit.counter is None:
        return _Search(entry=_Entry.OURS, counter=entry.counter - 1) if ours else None
    if entry.counter != debit.counter + 1:
        return None
    return _Search(entry=_Entry.OURS if ours else _Entry.ANOTHER, counter=debit.counter)


def _not_found(debit: OpenDebit, newest: int | None) -> _Entry:
    """Tell "never was" from "fallen out" in a ring that was read to its end: only later purchases push an entry out."""
    if debit.counter is not None and (newest is None or newest <= debit.counter):
        return _Entry.NOT_REACHED
    return _Entry.FALLEN_OUT
