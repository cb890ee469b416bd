"""What every ``EtcReader`` must hold, whatever is behind it (DESIGN section 2, spec/recovery.md)."""

from __future__ import annotations

import pytest
from bench import CAPP_AFTER, CAPP_BEFORE, Side, order_for

from laneside.card.outcome import Debited, NotDebited, Proof, TagWrite, Unknown
from laneside.errors import NothingPresentedError
from laneside.reader.port import Capability, NotPrepared, Pair, Prepared, PrepareRefusal

SEARCH_S = 1


def prepared(reader, **changes) -> Prepared:
    answer = reader.prepare(order_for(reader.read(search_s=SEARCH_S), **changes), search_s=SEARCH_S)
    assert isinstance(answer, Prepared), answer
    return answer


def test_reading_changes_nothing_and_reads_the_same_twice(rig):
    reader, before = rig.reader(), rig.facts()
    first, second = reader.read(search_s=SEARCH_S), reader.read(search_s=SEARCH_S)
    assert Pair.of(first) == Pair.of(second)
    assert rig.facts() == before


def test_an_empty_field_is_an_error_of_its_own(rig):
    rig.take_pair_away()
    with pytest.raises(NothingPresentedError):
        rig.reader().read(search_s=SEARCH_S)


def test_the_status_never_raises_and_names_the_terminal(rig):
    state = rig.reader().status()
    assert (state.present, state.authorised, len(state.terminal_number)) == (True, True, 6)


def test_preparing_debits_nothing_and_gives_a_whole_intent(rig):
    before = rig.facts()
    intent = prepared(rig.reader()).intent
    assert rig.facts() == before
    assert (intent.amount_fen, intent.balance_before_fen) == (1250, before.balance_fen)
    assert (intent.capp_before, intent.capp_after) == (before.capp, CAPP_AFTER)
    assert intent.purchase_time.hex() == "20240506143015"
    assert (len(intent.terminal_number), intent.write_tag) == (6, True)


def test_what_is_known_before_the_debit_is_what_the_reader_says(rig):
    reader = rig.reader()
    ready = prepared(reader)
    outcome = reader.commit(ready)
    assert isinstance(outcome, Debited)
    assert (outcome.counter, outcome.transaction_number) != (None, None)
    early = (ready.intent.counter, ready.intent.transaction_number)
    if Capability.EARLY_COUNTER in reader.capabilities:
        assert early == (outcome.counter, outcome.transaction_number)
    else:
        assert early == (None, None)


@pytest.mark.parametrize("amount_fen", [1250, 0])
def test_a_commit_debits_once_and_writes_both_copies(rig, amount_fen):
    reader, before = rig.reader(), rig.facts()
    outcome = reader.commit(prepared(reader, amount_fen=amount_fen))
    assert isinstance(outcome, Debited)
    assert (outcome.proof, outcome.tag_write) == (Proof.ANSWER, TagWrite.WRITTEN)
    after = rig.facts()
    assert after.balance_fen == outcome.balance_after_fen == before.balance_fen - amount_fen
    assert (after.capp, after.tag_copy) == (CAPP_AFTER, CAPP_AFTER[:39])
    assert after.counter == outcome.counter + 1
    tac, mac2 = rig.card_proof(outcome.counter + 1)
    assert outcome.tac == tac
    assert outcome.mac2 == (mac2 if Capability.MAC2 in reader.capabilities else None)


def test_the_same_purchase_is_not_committed_twice(rig):
    reader = rig.reader()
    ready = prepared(reader)
    first = reader.commit(ready)
    assert isinstance(first, Debited)
    assert isinstance(reader.commit(ready), Unknown)
    assert rig.facts().balance_fen == first.balance_after_fen


def test_another_card_is_never_debited(rig):
    reader = rig.reader()
    order = order_for(reader.read(search_s=SEARCH_S))
    rig.swap_card()
    before = rig.facts()
    answer = reader.prepare(order, search_s=SEARCH_S)
    assert isinstance(answer, NotPrepared)
    assert answer.refusal is PrepareRefusal.PAIR_CHANGED
    assert rig.facts() == before


def test_a_pair_that_left_is_not_prepared(rig):
    reader = rig.reader()
    order = order_for(reader.read(search_s=SEARCH_S))
    rig.take_pair_away()
    answer = reader.prepare(order, search_s=SEARCH_S)
    assert isinstance(answer, NotPrepared)
    assert answer.refusal is PrepareRefusal.NOTHING_PRESENTED


@pytest.mark.parametrize("amount_fen", [1250, 0])
@pytest.mark.parametrize("side", Side)
def test_a_cut_debit_is_unknown_until_a_restarted_reader_proves_it(rig, side, amount_fen):
    reader, before = rig.reader(), rig.facts()
    assert Capability.PROVE in reader.capabilities
    ready = prepared(reader, amount_fen=amount_fen)
    rig.cut_debit(side)
    assert isinstance(reader.commit(ready), Unknown)
    assert isinstance(rig.reader().prove(ready.intent, search_s=SEARCH_S), Unknown)
    rig.mend()
    outcome = rig.reader().prove(ready.intent, search_s=SEARCH_S)
    after = rig.facts()
    if side is Side.BEFORE:
        assert isinstance(outcome, NotDebited)
        assert after == before
    else:
        assert isinstance(outcome, Debited)
        assert (after.balance_fen, after.capp) == (before.balance_fen - amount_fen, CAPP_AFTER)
        tells_late(reader, outcome, rig.card_proof(after.counter), n=after.counter - 1)


def tells_late(reader, outcome, proof, *, n) -> None:
    """What a debit that was proved carries is the card's own, or nothing where the reader says that it can't."""
    if Capability.LATE_TAC in reader.capabilities:
        assert (outcome.tac, outcome.counter) == (proof[0], n)
        assert outcome.mac2 == (proof[1] if Capability.MAC2 in reader.capabilities else None)
    else:
        assert (outcome.tac, outcome.mac2, outcome.proof) == (None, None, Proof.IMAGE)
        assert outcome.counter in (None, n)


def test_a_proof_may_be_asked_again_and_changes_nothing(rig):
    reader = rig.reader()
    ready = prepared(reader)
    assert isinstance(reader.commit(ready), Debited)
    facts = rig.facts()
    assert reader.prove(ready.intent, search_s=SEARCH_S) == reader.prove(ready.intent, search_s=SEARCH_S)
    assert rig.facts() == facts


def test_another_card_proves_nothing(rig):
    reader = rig.reader()
    ready = prepared(reader)
    rig.cut_debit(Side.AFTER)
    assert isinstance(reader.commit(ready), Unknown)
    rig.mend()
    rig.swap_card()
    assert isinstance(rig.reader().prove(ready.intent, search_s=SEARCH_S), Unknown)


def test_the_tags_copy_can_be_written_again_without_the_card(rig):
    reader = rig.reader()
    assert Capability.REWRITE_TAG in reader.capabilities
    ready = prepared(reader)
    rig.cut_debit(Side.AFTER)
    assert isinstance(reader.commit(ready), Unknown)
    rig.mend()
    assert rig.facts().tag_copy == CAPP_BEFORE[:39]
    card = rig.facts()
    assert reader.rewrite_tag(ready.intent, search_s=SEARCH_S) is TagWrite.WRITTEN
    after = rig.facts()
    assert after.tag_copy == CAPP_AFTER[:39]
    assert (after.balance_fen, after.counter) == (card.balance_fen, card.counter)


def test_a_tag_that_is_not_there_is_not_written(rig):
    reader = rig.reader()
    ready = prepared(reader)
    rig.take_pair_away()
    assert reader.rewrite_tag(ready.intent, search_s=SEARCH_S) is TagWrite.FAILED
