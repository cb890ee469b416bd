"""Lose, garble, halve, double or delay every frame of a debit; a fresh reader then proves what became of it."""

from __future__ import annotations

import pytest
from bench import CAPP_AFTER, CAPP_BEFORE, order_for
from frame_bench import FrameBench

from laneside.card.outcome import Debited, NotDebited, TagWrite, Unknown
from laneside.reader.port import NotPrepared, Prepared
from laneside.rsu import SERIAL, TCP
from laneside.virtual.faults import Fault, FaultKind, Place
from laneside.virtual.integrated.settings import SERIAL_READER, TCP_READER

BALANCE_FEN = 100000
SEARCH_S = 12.0
"""Longer than the reader remembers a tag."""
DIALECTS = {"serial": (SERIAL_READER, SERIAL), "tcp": (TCP_READER, TCP)}
CASES = [
    pytest.param(wire, sm4, amount, id=f"{wire}-{'sm4' if sm4 else '3des'}-{amount}")
    for wire in DIALECTS
    for sm4 in (False, True)
    for amount in (1250, 0)
]
REPLIES = ("B2", "B3", "B4", "B5", "B8")
ORDERS = ("C1", "C6", "C8", "C2", "C4", "4C")
SPOILT = (FaultKind.LOSE, FaultKind.GARBLE, FaultKind.HALF, FaultKind.DOUBLE, FaultKind.FOREIGN, FaultKind.DELAY)


def bench_of(wire: str, sm4: bool) -> FrameBench:
    settings, host = DIALECTS[wire]
    return FrameBench(settings=settings, host=host, sm4=sm4)


def debited_once_or_not(bench: FrameBench, amount_fen: int) -> bool:
    """Balance and 0019 tell the same story; say which."""
    facts = bench.bench.facts()
    done = facts.capp == CAPP_AFTER
    assert facts.capp == (CAPP_AFTER if done else CAPP_BEFORE)
    assert facts.balance_fen == BALANCE_FEN - (amount_fen if done else 0)
    return done


def torn(wire: str, sm4: bool, amount_fen: int, fault: Fault) -> None:
    bench = bench_of(wire, sm4)
    reader = bench.reader()
    order = order_for(reader.read(search_s=1), amount_fen=amount_fen)
    bench.far.faults.add(fault)
    ready = reader.prepare(order, search_s=3)
    if isinstance(ready, NotPrepared):
        assert not debited_once_or_not(bench, amount_fen)
        return
    outcome = reader.commit(ready)
    done = debited_once_or_not(bench, amount_fen)
    if not isinstance(outcome, Unknown):
        assert isinstance(outcome, Debited if done else NotDebited), (fault, outcome)
    bench.far.faults.clear()
    again = bench.reader().prove(ready.intent, search_s=SEARCH_S)
    assert isinstance(again, Debited if done else NotDebited), (fault, again)
    assert debited_once_or_not(bench, amount_fen) is done
    if isinstance(again, Debited):
        copied = bench.bench.facts().tag_copy == CAPP_AFTER[:39]
        assert again.tag_write is (TagWrite.WRITTEN if copied else TagWrite.FAILED)


@pytest.mark.parametrize(("wire", "sm4", "amount_fen"), CASES)
def test_an_undisturbed_debit_is_told_by_the_reader(wire, sm4, amount_fen):
    bench = bench_of(wire, sm4)
    reader = bench.reader()
    ready = reader.prepare(order_for(reader.read(search_s=1), amount_fen=amount_fen), search_s=1)
    assert isinstance(ready, Prepared), ready
    outcome = reader.commit(ready)
    assert isinstance(outcome, Debited), outcome
    assert debited_once_or_not(bench, amount_fen)
    facts = bench.bench.facts()
    assert (outcome.counter, outcome.tag_write) == (0x0123, TagWrite.WRITTEN)
    assert facts.tag_copy == CAPP_AFTER[:39]
    proof = bench.bench.card_proof(0x0124)
    assert proof is not None
    assert outcome.tac == proof[0]


@pytest.mark.parametrize(("wire", "sm4", "amount_fen"), CASES)
@pytest.mark.parametrize("kind", SPOILT)
def test_a_spoilt_reply_ends_in_one_debit_or_none(wire, sm4, amount_fen, kind):
    for code in REPLIES:
        for skip in (0, 1):
            torn(wire, sm4, amount_fen, Fault(kind=kind, place=Place.FROM_READER, code=code, skip=skip, delay_s=2.5))


@pytest.mark.parametrize(("wire", "sm4", "amount_fen"), CASES)
def test_a_lost_order_ends_in_one_debit_or_none(wire, sm4, amount_fen):
    for code in ORDERS:
        torn(wire, sm4, amount_fen, Fault(kind=FaultKind.LOSE, place=Place.TO_READER, code=code))
