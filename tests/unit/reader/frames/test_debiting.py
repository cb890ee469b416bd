"""N and the SAM's number that a B5 told with its error: kept with the open debit, so that a later proof has its TAC."""

from __future__ import annotations

import msgspec
from bench import order_for
from frame_bench import FrameBench
from msgspec.structs import replace

from laneside.card.outcome import Debited, Proof, Unknown
from laneside.reader.frames.debiting import numbers_in
from laneside.reader.port import Prepared
from laneside.rsu import TCP
from laneside.rsu.replies import TcpDebitResult
from laneside.virtual.faults import Fault, FaultKind, Place, When
from laneside.virtual.integrated.settings import TCP_READER

LATER_S = 15.0


def open_debit(*faults: Fault) -> tuple[FrameBench, Prepared, Unknown]:
    """Debit a card whose answer stays out, with a tag that is gone before anything can be asked again."""
    bench = FrameBench(settings=TCP_READER, host=TCP)
    reader = bench.reader()
    ready = reader.prepare(order_for(reader.read(search_s=1)), search_s=1)
    assert isinstance(ready, Prepared)
    for fault in faults:
        bench.far.faults.add(fault)
    outcome = reader.commit(ready)
    assert isinstance(outcome, Unknown)
    reader.close()
    bench.far.faults.clear()
    bench.far.field.come_back()
    return bench, ready, outcome


def test_numbers_of_a_failed_b5_fetch_the_tac_after_a_restart() -> None:
    bench, ready, outcome = open_debit(
        Fault(kind=FaultKind.LOSE, place=Place.CARD, code="54"),
        Fault(kind=FaultKind.LEAVE, place=Place.FROM_READER, code="B5"),
    )
    assert outcome.counter is not None
    assert outcome.transaction_number is not None
    intent = msgspec.structs.replace(
        ready.intent, counter=outcome.counter, transaction_number=outcome.transaction_number
    )
    proved = bench.reader().prove(intent, search_s=LATER_S)
    assert isinstance(proved, Debited)
    assert (proved.proof, proved.counter, proved.transaction_number) == (
        Proof.PROVE,
        bench.bench.facts().counter - 1,
        outcome.transaction_number,
    )
    assert (proved.tac, proved.mac2) == bench.bench.card_proof(proved.counter + 1)


def test_without_a_b5_nothing_is_made_up() -> None:
    bench, ready, outcome = open_debit(
        Fault(kind=FaultKind.LEAVE, place=Place.FROM_READER, code="B5", when=When.BEFORE),
        Fault(kind=FaultKind.LOSE, place=Place.FROM_READER, code="B5"),
    )
    assert (outcome.counter, outcome.transaction_number) == (None, None)
    proved = bench.reader().prove(ready.intent, search_s=LATER_S)
    assert isinstance(proved, Debited)
    assert (proved.proof, proved.tac, proved.counter) == (Proof.IMAGE, None, None)


def test_a_b5_that_came_to_no_sam_number_tells_no_n() -> None:
    empty = TcpDebitResult.read(TCP, bytes.fromhex("01020304 01") + bytes(30))
    assert numbers_in(empty) == (None, None)
    assert numbers_in(replace(empty, counter=7, transaction_number=b"\x00\x00\x00\x02")) == (7, b"\x00\x00\x00\x02")
