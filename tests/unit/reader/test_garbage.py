"""Chips that answer anything at all: the reader says what it found or raises its two errors, and claims no debit."""

from __future__ import annotations

from bench import CAPP_AFTER, CAPP_BEFORE, TERMINAL, Bench, make_bench, order_for
from hypothesis import given, settings
from hypothesis import strategies as st

from laneside.card.outcome import Algorithm, Debited, Intent, NotDebited, TagWrite, Unknown
from laneside.errors import LinkLostError, NothingPresentedError
from laneside.reader.port import NotPrepared, Prepared, Presented

WORDS = st.sampled_from(["9000", "6108", "6C2B", "6A82", "6A83", "6B00", "6283", "6985", "9406", "6300", "6581", ""])
ANSWERS = st.lists(st.tuples(st.binary(max_size=100), WORDS), max_size=30)

INTENT = Intent(
    record_id="R",
    plate="甘A12345",
    card_id="62012219230200000001",
    contract_serial="6201012300004567",
    mac_id=None,
    counter=0x0123,
    balance_before_fen=100000,
    amount_fen=1250,
    capp_before=CAPP_BEFORE,
    capp_after=CAPP_AFTER,
    write_tag=True,
    terminal_number=TERMINAL,
    transaction_number=bytes(4),
    purchase_time=bytes.fromhex("20240506143015"),
    mac1=bytes(4),
    algorithm=Algorithm.TDES,
    key_index=1,
    key_version=1,
)


class Babbler:
    """Give each command the next answer of a list, then nothing but refusals."""

    def __init__(self, answers: list[tuple[bytes, str]]) -> None:
        self._answers = iter([data + bytes.fromhex(word) for data, word in answers])

    def power_on(self) -> None: ...
    def power_off(self) -> None: ...
    def transmit(self, _: bytes) -> bytes:
        return next(self._answers, b"\x6f\x00")


def babbling(bench: Bench, answers: list[tuple[bytes, str]], *chips: str) -> Bench:
    for chip in chips:
        setattr(bench, chip, Babbler(answers))
    return bench


@settings(max_examples=150, deadline=None)
@given(answers=ANSWERS, chip=st.sampled_from(["card", "psam"]))
def test_reading_garbage_ends_in_words_or_a_lost_link(answers, chip):
    reader = babbling(make_bench(), answers, chip).reader()
    try:
        presented = reader.read(search_s=0)
    except (NothingPresentedError, LinkLostError):
        return
    assert isinstance(presented, Presented)


@settings(max_examples=150, deadline=None)
@given(answers=ANSWERS)
def test_garbage_is_never_taken_for_the_card_of_an_order_or_an_intent(answers):
    bench = make_bench()
    reader = bench.reader()
    order = order_for(reader.read(search_s=0))
    babbling(bench, answers, "card")
    assert isinstance(reader.prepare(order, search_s=0), NotPrepared)
    assert isinstance(reader.prove(INTENT, search_s=0), Unknown)


@settings(max_examples=100, deadline=None)
@given(answers=ANSWERS)
def test_a_psam_that_babbles_never_leads_to_a_debit_that_the_card_does_not_show(answers):
    bench = make_bench()
    reader = bench.reader()
    order = order_for(reader.read(search_s=0))
    real = bench.psam
    assert real is not None
    real.transmit = Babbler(answers).transmit  # type: ignore[method-assign]  # the chip goes mad while powered
    ready = reader.prepare(order, search_s=0)
    if isinstance(ready, Prepared):
        outcome = reader.commit(ready)
        assert isinstance(outcome, NotDebited)
    assert bench.facts().balance_fen == 100000


@settings(max_examples=100, deadline=None)
@given(answers=ANSWERS)
def test_a_card_that_babbles_at_the_debit_is_settled_by_its_state_alone(answers):
    bench = make_bench()
    reader = bench.reader()
    ready = reader.prepare(order_for(reader.read(search_s=0)), search_s=0)
    assert isinstance(ready, Prepared)
    card = bench.card
    assert card is not None
    healthy, babble = card.transmit, iter(answers[:1])

    def transmit(command: bytes) -> bytes:
        said = next(babble, None) if command[1] == 0x54 else None
        answer = healthy(command)
        return answer if said is None else said[0] + bytes.fromhex(said[1] or "9000")

    card.transmit = transmit  # type: ignore[method-assign]  # only the answer to the debit is damaged
    outcome = reader.commit(ready)
    damaged_word = answers[0][1] if answers else "9000"
    if isinstance(outcome, Debited):
        assert bench.facts().capp == CAPP_AFTER
    else:
        assert isinstance(outcome, NotDebited)
        assert damaged_word in {"6A82", "6A83", "6B00", "6985"}, "only a word that the debit's table knows is believed"
    assert isinstance(reader.rewrite_tag(ready.intent, search_s=0), TagWrite)
