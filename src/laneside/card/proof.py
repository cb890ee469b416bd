"""The proof of an interrupted debit: the decision table of spec/recovery.md section 3, as one flow.

It sends no ``8050``: on some chips a new init destroys the proof (facts 4 and 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, assert_never

import msgspec

from laneside.card.apdu import ChipFlow, Command, Device, Reply, ask
from laneside.card.outcome import Debited, Intent, NotDebited, Outcome, Proof, Unknown, proved
from laneside.card.purchase import COMPOSITE_PURCHASE
from laneside.card.status import ChipRefusedError, Meaning, StatusTable, statuses
from laneside.card.user_card import (
    WALLET_LOG_RECORDS,
    read_balance,
    read_capp,
    read_issue_info,
    read_log,
    select_application,
)
from laneside.codec.card import WalletLogRecord
from laneside.errors import CodecError

PURCHASE_TYPES: Final = (0x06, 0x09)
"""The log entries that take a number of the purchase counter; loads count by a counter of their own."""


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


class _Sight(msgspec.Struct, frozen=True, kw_only=True):
    """The card as it is now; None for what can not be read."""

    balance_fen: int | None
    capp: bytes | None

    def shows_after(self, intent: Intent) -> bool:
        return self.capp == intent.capp_after and self.balance_fen == intent.balance_after_fen

    def shows_before(self, intent: Intent) -> bool:
        return self.capp == intent.capp_before and self.balance_fen == intent.balance_before_fen


class _Entry(StrEnum):
    """What 0018 says of the debit's number."""

    OURS = "ours"
    ANOTHER = "another trade has this number"
    NOT_REACHED = "the counter never reached this number"
    FALLEN_OUT = "the number has fallen out of the log"
    UNREADABLE = "the log can't be read"


class _Search(msgspec.Struct, frozen=True, kw_only=True):
    entry: _Entry
    counter: int | None = None


def prove_debit(intent: Intent) -> ChipFlow[Outcome]:
    """Settle an interrupted debit on a freshly powered card. Raises AnswerLostError when the card goes away again."""
    try:
        yield from select_application()
        issue = yield from read_issue_info()
    except (ChipRefusedError, CodecError) as error:
        return Unknown(detail=f"the card does not tell its number: {error}")
    if issue.card_id != intent.card_id:
        return Unknown(detail=f"another card is presented: {issue.card_id}")
    sight = yield from _look()
    # Both hold where amount 0 wrote the same 0019 again, neither where something came after: then 0018 decides.
    after, before = sight.shows_after(intent), sight.shows_before(intent)
    if after and not before:
        return (yield from _happened(intent, sight))
    if before and not after:
        return NotDebited(
            record_id=intent.record_id, detail="balance and 0019 are as before the debit", proof=Proof.UNCHANGED
        )
    return (yield from _mixed(intent, sight, same=before))


def _look() -> ChipFlow[_Sight]:
    """Read balance and 0019, each for itself."""
    balance_fen: int | None = None
    capp: bytes | None = None
    try:
        balance_fen = yield from read_balance()
    except ChipRefusedError:
        balance_fen = None  # "mixed or unreadable" is a row of the table
    try:
        capp = yield from read_capp()
    except ChipRefusedError:
        capp = None
    return _Sight(balance_fen=balance_fen, capp=capp)


def _happened(intent: Intent, sight: _Sight) -> ChipFlow[Outcome]:
    """3a: balance and 0019 are the debit's own. Fetch the TAC, else take 0018 as the evidence (step 4)."""
    if intent.counter is not None:
        reply = yield from _ask_proof(intent.counter)
        if _is_proof(reply):
            return _by_prove(intent, intent.counter, reply, sight)
    search = yield from _search_log(intent)
    match search.entry:
        case _Entry.OURS:
            return (yield from _logged(intent, search, sight))
        case _Entry.ANOTHER | _Entry.NOT_REACHED:
            return Unknown(detail=f"balance and 0019 show the debit, but {search.entry.value}")
        case _Entry.FALLEN_OUT | _Entry.UNREADABLE:
            return _by_image(intent, sight)
        case _:
            assert_never(search.entry)


def _by_image(intent: Intent, sight: _Sight) -> Outcome:
    """Take 0019 and balance, which commit together (fact 1), where neither ``805A`` nor 0018 gives evidence."""
    if intent.counter is None:
        return Unknown(detail="balance and 0019 show the debit, but its number is not known")
    return _without_tac(intent, intent.counter, sight, Proof.IMAGE)


def _mixed(intent: Intent, sight: _Sight, *, same: bool) -> ChipFlow[Outcome]:
    """3c: balance and 0019 do not decide. ``same`` says that they are still those of the journal."""
    search = yield from _search_log(intent)
    match search.entry:
        case _Entry.OURS:
            return (yield from _logged(intent, search, sight))
        case _Entry.ANOTHER:
            return NotDebited(record_id=intent.record_id, detail=search.entry.value, proof=Proof.WALLET_LOG)
        case _Entry.NOT_REACHED:
            same = sight.capp == intent.capp_before  # a load raises the balance and leaves 0019 and the counter alone
            return (yield from _by_prove_alone(intent, sight, search, same=same))
        case _Entry.UNREADABLE:
            return (yield from _by_prove_alone(intent, sight, search, same=same))
        case _Entry.FALLEN_OUT:
            return Unknown(detail=f"balance and 0019 do not decide, and {search.entry.value}")
        case _:
            assert_never(search.entry)


def _by_prove_alone(intent: Intent, sight: _Sight, search: _Search, *, same: bool) -> ChipFlow[Outcome]:
    """3c without an entry: ``9000`` decides done; ``9406`` decides not done only on an otherwise unchanged card."""
    if intent.counter is None:
        return Unknown(detail=f"the debit's number is not known, and {search.entry.value}")
    reply = yield from _ask_proof(intent.counter)
    if _is_proof(reply):
        return _by_prove(intent, intent.counter, reply, sight)
    if reply.meaning is Meaning.PROOF_GONE and same:
        return NotDebited(record_id=intent.record_id, detail=f"{search.entry.value}, and {reply}", proof=Proof.PROVE)
    return Unknown(detail=f"balance and 0019 do not decide, {search.entry.value}, and {reply}")


def _logged(intent: Intent, search: _Search, sight: _Sight) -> ChipFlow[Outcome]:
    """0018 names the debit: it happened. The TAC comes from ``805A`` as long as the card still has it."""
    assert search.counter is not None, "an entry of ours has a number"
    reply = yield from _ask_proof(search.counter)
    if _is_proof(reply):
        return _by_prove(intent, search.counter, reply, sight)
    return _without_tac(intent, search.counter, sight, Proof.WALLET_LOG)


def _ask_proof(counter: int) -> ChipFlow[Reply]:
    return (yield from ask(Device.CARD, GetProof(counter_after=counter + 1)))


def _is_proof(reply: Reply) -> bool:
    return reply.ok and len(reply.data) == 8


def _by_prove(intent: Intent, counter: int, reply: Reply, sight: _Sight) -> Debited:
    """Read MAC2 ‖ TAC."""
    return proved(
        intent,
        tac=reply.data[4:],
        mac2=reply.data[:4],
        counter=counter,
        balance_fen=_balance(intent, sight),
        proof=Proof.PROVE,
    )


def _without_tac(intent: Intent, counter: int, sight: _Sight, proof: Proof) -> Debited:
    return proved(intent, tac=None, mac2=None, counter=counter, balance_fen=_balance(intent, sight), proof=proof)


def _balance(intent: Intent, sight: _Sight) -> int:
    return intent.balance_after_fen if sight.balance_fen is None else sight.balance_fen


def _search_log(intent: Intent) -> ChipFlow[_Search]:
    """Search all of 0018 for the debit: by N+1, or by terminal, time and amount where N is not known."""
    newest: int | None = None
    for number in range(1, WALLET_LOG_RECORDS + 1):
        try:
            entry = yield from read_log(number)
        except (ChipRefusedError, CodecError):
            return _Search(entry=_Entry.UNREADABLE)
        if entry is None:
            break
        if entry.transaction_type not in PURCHASE_TYPES:
            continue
        newest = entry.counter if newest is None else newest
        if found := _judge(intent, entry):
            return found
    return _Search(entry=_not_found(intent, newest))


def _judge(intent: Intent, entry: WalletLogRecord) -> _Search | None:
    ours = (entry.terminal_number, entry.purchase_time, entry.amount_fen) == (
        intent.terminal_number,
        intent.purchase_time,
        intent.amount_fen,
    )
    if intent.counter is None:
        return _Search(entry=_Entry.OURS, counter=entry.counter - 1) if ours else None
    if entry.counter != intent.counter + 1:
        return None
    # The card gives each number once: N+1 with other facts is another's purchase.
    return _Search(entry=_Entry.OURS if ours else _Entry.ANOTHER, counter=intent.counter)


def _not_found(intent: Intent, newest: int | None) -> _Entry:
    """Tell "never was" from "fallen out" in a ring that was read to its end: only later purchases push an entry out."""
    if intent.counter is not None and (newest is None or newest <= intent.counter):
        return _Entry.NOT_REACHED
    return _Entry.FALLEN_OUT
