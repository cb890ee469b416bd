"""Cut every exchange of a debit, before and after the chip acted; settle it with a reader that knows only the intent.

Whatever is cut: the card was debited once or not at all, the proof says which, and a TAC is the card's own.
"""

from __future__ import annotations

from random import Random

import pytest
from bench import CAPP_AFTER, CAPP_BEFORE, Bench, Cut, Side, Span, card_profile, make_bench, order_for

from laneside.card.apdu import Device
from laneside.card.outcome import Debited, Intent, NotDebited, Proof, TagWrite, Unknown
from laneside.errors import LinkLostError
from laneside.reader.port import NotPrepared, Prepared
from laneside.virtual.chips.card import VirtualCard
from laneside.virtual.chips.memory import RamMemory
from laneside.virtual.chips.profiles import ProofLife

BALANCE_FEN = 100000
COUNTER = 0x0123
CASES = [
    pytest.param(sm4, amount, id=f"{'sm4' if sm4 else '3des'}-{amount}")
    for sm4 in (False, True)
    for amount in (1250, 0)
]


def exchanges(sm4: bool, amount_fen: int) -> tuple[int, int]:
    """Count the exchanges of an undisturbed prepare and commit."""
    bench = make_bench(sm4=sm4)
    reader = bench.reader()
    order = order_for(reader.read(search_s=0), amount_fen=amount_fen)
    read = len(bench.sent)
    ready = reader.prepare(order, search_s=0)
    prepare = len(bench.sent)
    assert isinstance(ready, Prepared)
    assert isinstance(reader.commit(ready), Debited)
    return prepare - read, len(bench.sent) - prepare


def facts_agree(bench: Bench, amount_fen: int, *, debited: bool) -> None:
    """Balance, 0019 and counter tell the same story, and it is this one."""
    facts = bench.facts()
    assert facts.capp == (CAPP_AFTER if debited else CAPP_BEFORE)
    assert facts.balance_fen == BALANCE_FEN - (amount_fen if debited else 0)
    assert facts.counter == (COUNTER + 1 if debited else None)


def proved(bench: Bench, intent: Intent, amount_fen: int) -> None:
    """Prove, compare with the card, and prove again: a proof changes nothing."""
    for _ in range(2):
        outcome = bench.reader().prove(intent, search_s=1)
        assert not isinstance(outcome, Unknown), outcome.detail
        facts_agree(bench, amount_fen, debited=isinstance(outcome, Debited))
        if isinstance(outcome, Debited):
            assert (outcome.tac, outcome.mac2) == bench.card_proof(COUNTER + 1)
            assert (outcome.counter, outcome.proof) == (COUNTER, Proof.PROVE)
            shown = TagWrite.WRITTEN if bench.facts().tag_copy == CAPP_AFTER[:39] else TagWrite.FAILED
            assert outcome.tag_write is shown


@pytest.mark.parametrize(("sm4", "amount_fen"), CASES)
@pytest.mark.parametrize("span", Span)
@pytest.mark.parametrize("side", Side)
def test_every_cut_of_prepare_debits_nothing(sm4, amount_fen, side, span):
    count, _ = exchanges(sm4, amount_fen)
    for at in range(count):
        bench = make_bench(sm4=sm4)
        reader = bench.reader()
        order = order_for(reader.read(search_s=0), amount_fen=amount_fen)
        bench.arm(Cut(at, side, span))
        answer = reader.prepare(order, search_s=1)
        facts_agree(bench, amount_fen, debited=False)
        assert isinstance(answer, NotPrepared if span is Span.DEAD else Prepared), (at, answer)
        bench.mend()
        ready = reader.prepare(order, search_s=1)
        assert isinstance(ready, Prepared)
        assert isinstance(reader.commit(ready), Debited)
        facts_agree(bench, amount_fen, debited=True)


@pytest.mark.parametrize(("sm4", "amount_fen"), CASES)
@pytest.mark.parametrize("span", Span)
@pytest.mark.parametrize("side", Side)
def test_every_cut_of_commit_ends_in_one_debit_or_none(sm4, amount_fen, side, span):
    _, count = exchanges(sm4, amount_fen)
    assert count == 7, "8054, 8072, three selections and the write of the tag, balance"
    for at in range(count):
        bench = make_bench(sm4=sm4)
        reader = bench.reader()
        order = order_for(reader.read(search_s=0), amount_fen=amount_fen)
        ready = reader.prepare(order, search_s=0)
        assert isinstance(ready, Prepared)
        bench.arm(Cut(at, side, span))
        outcome = reader.commit(ready)
        acted = at > 0 or side is Side.AFTER
        facts_agree(bench, amount_fen, debited=acted)
        if span is Span.DEAD and at == 0:
            assert isinstance(outcome, Unknown)
        else:
            assert isinstance(outcome, Debited if acted else NotDebited), (at, outcome)
        if isinstance(outcome, Debited):
            assert (outcome.tac, outcome.mac2) == bench.card_proof(COUNTER + 1)
            assert outcome.balance_after_fen == BALANCE_FEN - amount_fen
        bench.mend()
        proved(bench, ready.intent, amount_fen)
        if not acted:
            again = reader.prepare(order, search_s=0)
            assert isinstance(again, Prepared)
            assert again.intent.transaction_number != ready.intent.transaction_number
            assert isinstance(reader.commit(again), Debited)
            facts_agree(bench, amount_fen, debited=True)


@pytest.mark.parametrize(("sm4", "amount_fen"), CASES)
@pytest.mark.parametrize("side", Side)
def test_a_second_cut_inside_the_proof_changes_nothing(sm4, amount_fen, side):
    for at in range(6):
        bench = make_bench(sm4=sm4)
        reader = bench.reader()
        ready = reader.prepare(order_for(reader.read(search_s=0), amount_fen=amount_fen), search_s=0)
        assert isinstance(ready, Prepared)
        bench.arm(Cut(0, side, Span.DEAD))
        assert isinstance(reader.commit(ready), Unknown)
        bench.mend()
        bench.arm(Cut(at, side, Span.DEAD))
        first = bench.reader().prove(ready.intent, search_s=1)
        bench.mend()
        facts_agree(bench, amount_fen, debited=side is Side.AFTER)
        assert isinstance(first, Unknown | (Debited if side is Side.AFTER else NotDebited))
        proved(bench, ready.intent, amount_fen)


@pytest.mark.parametrize("amount_fen", [1250, 0])
@pytest.mark.parametrize("side", Side)
def test_a_card_that_forgets_its_proof_at_the_next_init_is_settled_all_the_same(amount_fen, side):
    bench = make_bench(card=card_profile(proof_life=ProofLife.NEXT_INIT))
    reader = bench.reader()
    ready = reader.prepare(order_for(reader.read(search_s=0), amount_fen=amount_fen), search_s=0)
    assert isinstance(ready, Prepared)
    bench.arm(Cut(0, side, Span.DEAD))
    assert isinstance(reader.commit(ready), Unknown)
    bench.mend()
    proved(bench, ready.intent, amount_fen)


class FailingMedium(RamMemory):
    """Card memory whose power goes at a chosen write: before it, in its middle, or right after it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.writes = 0
        self.fail_at: int | None = None
        self.share = 0.0

    def write(self, offset: int, data: bytes) -> None:
        at, self.writes = self.writes, self.writes + 1
        if at != self.fail_at:
            super().write(offset, data)
            return
        part = data[: int(len(data) * self.share)]
        if part:
            super().write(offset, part)
        raise LinkLostError("the card lost its power while it wrote")


@pytest.mark.parametrize("sm4", [False, True])
@pytest.mark.parametrize("amount_fen", [1250, 0])
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("write", [0, 1])
def test_power_lost_between_any_two_writes_of_the_card_is_settled(sm4, amount_fen, share, write):
    bench = make_bench(sm4=sm4)
    medium = FailingMedium(bench.media[Device.CARD].read())
    bench.media[Device.CARD] = medium
    bench.card = VirtualCard.load(medium, random_bytes=Random(1).randbytes)
    reader = bench.reader()
    ready = reader.prepare(order_for(reader.read(search_s=0), amount_fen=amount_fen), search_s=0)
    assert isinstance(ready, Prepared)
    medium.fail_at, medium.share = medium.writes + write, share
    outcome = reader.commit(ready)
    assert medium.writes > medium.fail_at, "the debit wrote"
    acted = (write, share) == (1, 1.0)
    assert isinstance(outcome, Debited if acted else NotDebited), outcome
    facts_agree(bench, amount_fen, debited=acted)
    proved(bench, ready.intent, amount_fen)
