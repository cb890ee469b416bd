"""The APDU reader over real virtual chips: what is read, what is refused, what is written."""

from __future__ import annotations

import msgspec
import pytest
from bench import (
    CAPP_AFTER,
    CAPP_BEFORE,
    SERIAL,
    TERMINAL,
    Cut,
    Side,
    Span,
    card_profile,
    issue_info,
    make_bench,
    order_for,
    psam_profile,
    put_card,
    put_tag,
    tag_profile,
)

from laneside.card.apdu import Device
from laneside.card.outcome import Algorithm, Debited, NotDebited, Proof, TagWrite, Unknown
from laneside.codec.tag import PassengerVehicle
from laneside.errors import LinkLostError, NothingPresentedError
from laneside.reader.apdu import ApduReader
from laneside.reader.port import Capability, NotPrepared, Prepared, PrepareRefusal, PsamState
from laneside.reader.purchase import KeyIndex, ReaderPolicy
from laneside.virtual.chips.profiles import AuthorisationNeed, ProofLife, Purpose, VirtualKeys

SPEC_KEYS = (
    VirtualKeys()
    .with_root(Purpose.PURCHASE, bytes.fromhex("00112233445566778899AABBCCDDEEFF"))
    .with_root(Purpose.TAC, bytes.fromhex("0F1E2D3C4B5A69788796A5B4C3D2E1F0"))
)


def prepared(bench, reader, **changes) -> Prepared:
    answer = reader.prepare(order_for(reader.read(search_s=1), **changes), search_s=1)
    assert isinstance(answer, Prepared), answer
    return answer


# --- reading


@pytest.mark.parametrize("sm4", [False, True])
def test_a_pair_is_read_whole(sm4):
    bench = make_bench(sm4=sm4)
    presented = bench.reader().read(search_s=1)
    assert presented.psam == PsamState(
        present=True,
        authorised=True,
        terminal_number=TERMINAL,
        serial=bytes.fromhex("62010123456789ABCDEF"),
    )
    card, tag = presented.card, presented.tag
    assert card is not None
    assert (card.card_id, card.balance_fen, card.capp, card.counter) == (
        "62012219230200000001",
        100000,
        CAPP_BEFORE,
        None,
    )
    assert tag is not None
    assert (tag.mac_id.hex(), tag.status, tag.system.contract_serial, tag.trouble) == ("02030405", 0, SERIAL, "")
    assert isinstance(tag.vehicle, PassengerVehicle)
    assert (tag.vehicle.plate, tag.vehicle.seats) == ("甘A12345", 5)
    assert tag.passage is not None
    assert (tag.passage.capp_copy, tag.passage.issue_copy) == (CAPP_BEFORE[:39], issue_info(sm4=sm4)[:20])


def test_nothing_is_searched_for_until_the_time_is_over():
    bench = make_bench()
    bench.card = bench.tag = None
    with pytest.raises(NothingPresentedError):
        bench.reader().read(search_s=2)
    assert bench.clock.slept_s == pytest.approx(2)


def test_a_pair_that_comes_into_the_field_late_is_found():
    bench = make_bench()
    card, tag, bench.card, bench.tag = bench.card, bench.tag, None, None
    clock_sleep = bench.clock.sleep

    def sleep(seconds):
        clock_sleep(seconds)
        if bench.clock.slept_s > 1:
            bench.card, bench.tag = card, tag

    bench.clock.sleep = sleep
    assert bench.reader().read(search_s=10).card is not None
    assert bench.clock.slept_s < 1.5


def test_a_tag_without_its_card_is_told_at_once():
    bench = make_bench()
    bench.card = None
    presented = bench.reader().read(search_s=10)
    assert (presented.card, presented.card_trouble) == (None, "the tag holds no card")
    assert presented.tag is not None
    assert presented.tag.status & 0x80
    assert bench.clock.slept_s == 0


def test_half_a_pair_counts_when_the_time_is_over():
    bench = make_bench()
    bench.tag = None
    presented = bench.reader().read(search_s=1)
    assert presented.tag is None
    assert presented.card is not None
    assert bench.clock.slept_s == pytest.approx(1)


def test_without_a_way_to_tags_a_card_is_enough():
    bench = make_bench()
    reader = bench.reader(with_tag=False)
    assert reader.capabilities == frozenset(Capability) - {Capability.TAG, Capability.REWRITE_TAG}
    presented = reader.read(search_s=1)
    assert (presented.tag, presented.card is not None, bench.clock.slept_s) == (None, True, 0)


class ScriptedChip:
    """A chip that answers the same to everything."""

    def __init__(self, answer: str) -> None:
        self._answer = bytes.fromhex(answer)

    def power_on(self) -> None: ...
    def power_off(self) -> None: ...
    def transmit(self, _: bytes) -> bytes:
        return self._answer


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        ("6A82", "toll application: 6A82 no such file or application"),
        ("6F00", "SELECT: 6F00 general error"),
        ("9000", "0015"),
    ],
)
def test_what_is_no_etc_card_is_told_in_words(answer, trouble):
    bench = make_bench()
    bench.card = ScriptedChip(answer)
    presented = bench.reader().read(search_s=1)
    assert presented.card is None
    assert trouble in presented.card_trouble
    assert presented.tag is not None


def test_a_locked_card_is_told():
    bench = make_bench(card=card_profile(locked=True))
    presented = bench.reader().read(search_s=1)
    assert presented.card is None
    assert presented.card_trouble.startswith("locked application: 6A81")


def test_a_card_that_gives_no_whole_answer_is_a_lost_link():
    bench = make_bench()
    bench.card = ScriptedChip("90")
    with pytest.raises(LinkLostError, match="no status word"):
        bench.reader().read(search_s=0)


def test_a_read_that_blinks_is_tried_again():
    bench = make_bench()
    bench.arm(Cut(9, Side.AFTER, Span.BLINK))
    presented = bench.reader().read(search_s=1)
    assert presented.card is not None
    assert presented.tag is not None


def test_a_tag_whose_number_can_not_be_read_is_not_shown_as_a_tag():
    bench = make_bench()
    put_tag(bench, tag_profile(serial="62010123FFFF4567"))
    presented = bench.reader().read(search_s=1)
    assert presented.tag is None
    assert presented.tag_trouble.startswith("obu-ef01: offset 14")
    assert presented.card is not None


def test_a_vehicle_file_of_nonsense_leaves_the_rest_of_the_tag():
    bench = make_bench(psam=psam_profile(keys=VirtualKeys(seed="another network")))
    presented = bench.reader().read(search_s=1)
    assert presented.tag is not None
    assert presented.tag.vehicle is None
    assert presented.tag.trouble.startswith("obu-vehicle")
    assert presented.tag.passage is not None


# --- the PSAM


def test_a_psam_that_is_not_there_leaves_the_rest_readable():
    bench = make_bench()
    bench.psam = None
    reader = bench.reader()
    presented = reader.read(search_s=1)
    assert (presented.psam.present, presented.psam.trouble) == (False, "no psam")
    assert presented.tag is not None
    assert (presented.tag.vehicle, presented.tag.trouble) == (None, "no PSAM to decrypt the vehicle file")
    answer = reader.prepare(order_for(presented), search_s=1)
    assert isinstance(answer, NotPrepared)
    assert answer.refusal is PrepareRefusal.PSAM_NOT_AUTHORISED


def test_a_psam_without_authorisation_is_seen_at_reading():
    bench = make_bench(psam=psam_profile(authorisation=AuthorisationNeed.REQUIRED))
    reader = bench.reader()
    presented = reader.read(search_s=1)
    assert (presented.psam.present, presented.psam.authorised) == (True, False)
    assert presented.tag is not None
    assert presented.tag.trouble == "PSAM derive key: 6985 PSAM not authorised"
    answer = reader.prepare(order_for(presented), search_s=1)
    assert isinstance(answer, NotPrepared)
    assert answer.refusal is PrepareRefusal.PSAM_NOT_AUTHORISED


def test_the_psam_stays_powered_between_sessions_and_starts_again_after_a_loss():
    bench = make_bench()
    reader = bench.reader()
    reader.read(search_s=0)
    starts = [sent for sent in bench.sent if sent == (Device.PSAM, "00B0960006")]
    reader.read(search_s=0)
    assert [sent for sent in bench.sent if sent == (Device.PSAM, "00B0960006")] == starts
    bench.arm(Cut(0, Side.BEFORE, Span.BLINK))
    assert reader.status().authorised
    assert len([sent for sent in bench.sent if sent == (Device.PSAM, "00B0960006")]) == 2
    reader.close()
    assert reader.status().present


def test_status_does_not_disturb_a_prepared_purchase():
    bench = make_bench()
    reader = bench.reader()
    ready = prepared(bench, reader)
    assert reader.status().authorised
    assert isinstance(reader.commit(ready), Debited)


def test_status_answers_from_memory_while_a_session_runs():
    bench = make_bench()
    reader = bench.reader()
    reader.read(search_s=0)
    bench.card = bench.tag = None
    seen = []

    def sleep(seconds):
        bench.clock.slept_s += seconds
        seen.append(reader.status())

    bench.clock.sleep = sleep
    with pytest.raises(NothingPresentedError):
        reader.read(search_s=1)
    assert {state.authorised for state in seen} == {True}


# --- the debit


@pytest.mark.parametrize(
    ("sm4", "algorithm", "tac"),
    [(False, Algorithm.TDES, "079F3D94"), (True, Algorithm.SM4, "BD01E16B")],
)
def test_the_worked_exit_gives_the_specs_tac_and_writes_card_and_tag(sm4, algorithm, tac):
    bench = make_bench(
        sm4=sm4,
        card=card_profile(sm4=sm4, keys=SPEC_KEYS),
        psam=psam_profile(keys=SPEC_KEYS),
    )
    reader = bench.reader()
    ready = prepared(bench, reader)
    intent = ready.intent
    assert (intent.counter, intent.balance_before_fen, intent.capp_before) == (0x0123, 100000, CAPP_BEFORE)
    assert (intent.terminal_number, intent.transaction_number) == (TERMINAL, bytes.fromhex("0000ABCD"))
    assert (intent.purchase_time.hex(), intent.mac_id) == ("20240506143015", bytes.fromhex("02030405"))
    assert (intent.algorithm, intent.key_index) == (algorithm, 0x41 if sm4 else 0x01)
    before = bench.facts()
    assert (before.balance_fen, before.capp) == (100000, CAPP_BEFORE)
    outcome = reader.commit(ready)
    assert isinstance(outcome, Debited)
    assert outcome == Debited(
        record_id="R",
        tac=bytes.fromhex(tac),
        mac2=outcome.mac2,
        balance_after_fen=98750,
        counter=0x0123,
        transaction_number=bytes.fromhex("0000ABCD"),
        mac2_verified=True,
        tag_write=TagWrite.WRITTEN,
        proof=Proof.ANSWER,
        algorithm=algorithm,
        key_version=0x41 if sm4 else 0x01,
    )
    facts = bench.facts()
    assert (facts.balance_fen, facts.capp, facts.counter) == (98750, CAPP_AFTER, 0x0124)
    assert facts.tag_copy == CAPP_AFTER[:39]


def test_a_free_passage_writes_0019_and_takes_nothing():
    bench = make_bench()
    reader = bench.reader()
    outcome = reader.commit(prepared(bench, reader, amount_fen=0))
    assert isinstance(outcome, Debited)
    assert (bench.facts().balance_fen, bench.facts().capp) == (100000, CAPP_AFTER)


def test_a_sm4_first_policy_falls_back_to_3des():
    bench = make_bench()
    reader = ApduReader(
        open_card=bench.open_card,
        open_tag=bench.open_tag,
        open_psam=bench.open_psam,
        clock=bench.clock,
        random_bytes=bytes,
        policy=ReaderPolicy(key_index=KeyIndex.SM4),
    )
    ready = prepared(bench, reader)
    assert (ready.intent.algorithm, ready.intent.key_index) == (Algorithm.TDES, 0x01)
    assert isinstance(reader.commit(ready), Debited)


def test_a_card_alone_is_debited_without_a_tag():
    bench = make_bench()
    reader = bench.reader(with_tag=False)
    outcome = reader.commit(prepared(bench, reader))
    assert isinstance(outcome, Debited)
    assert outcome.tag_write is TagWrite.NOT_ASKED
    assert bench.facts().tag_copy == CAPP_BEFORE[:39]


@pytest.mark.parametrize(
    "change",
    [
        lambda bench: put_card(bench, card_profile(issue_info=issue_info(number="2219230200000002"))),
        lambda bench: put_card(bench, card_profile(capp=CAPP_AFTER)),
        lambda bench: put_card(
            bench, card_profile(log=(bytes.fromhex("0123000000000003E80962010000123420240505101112"),))
        ),
        lambda bench: put_tag(bench, tag_profile(serial="6201012300009999")),
        lambda bench: setattr(bench, "card", ScriptedChip("6A82")),
    ],
    ids=["card", "0019", "counter", "tag", "bank card"],
)
def test_another_pair_is_not_debited(change):
    bench = make_bench()
    reader = bench.reader()
    order = order_for(reader.read(search_s=1))
    change(bench)
    answer = reader.prepare(order, search_s=1)
    assert isinstance(answer, NotPrepared)
    assert answer.refusal is PrepareRefusal.PAIR_CHANGED
    assert not [sent for device, sent in bench.sent if sent.startswith("8050")]


def test_a_pair_that_has_left_is_not_presented():
    bench = make_bench()
    reader = bench.reader()
    order = order_for(reader.read(search_s=1))
    bench.card = None
    answer = reader.prepare(order, search_s=2)
    assert isinstance(answer, NotPrepared)
    assert answer.refusal is PrepareRefusal.NOTHING_PRESENTED
    assert bench.clock.slept_s == pytest.approx(2)


def test_a_card_that_was_locked_meanwhile_is_refused():
    bench = make_bench()
    reader = bench.reader()
    order = order_for(reader.read(search_s=1))
    put_card(bench, card_profile(locked=True))
    answer = reader.prepare(order, search_s=1)
    assert isinstance(answer, NotPrepared)
    assert answer.refusal is PrepareRefusal.CARD_REFUSED


def test_a_short_balance_is_refused_by_the_card():
    bench = make_bench(card=card_profile(balance_fen=1249))
    reader = bench.reader()
    answer = reader.prepare(order_for(reader.read(search_s=1)), search_s=1)
    assert answer == NotPrepared(
        refusal=PrepareRefusal.BALANCE_SHORT,
        detail="8050 initialise: 9401 balance insufficient",
    )


def test_a_wrong_mac1_is_certainly_no_debit():
    bench = make_bench(psam=psam_profile(keys=SPEC_KEYS))
    reader = bench.reader()
    outcome = reader.commit(prepared(bench, reader))
    assert outcome == NotDebited(record_id="R", detail="8054 debit: 9302 MAC wrong", proof=Proof.ANSWER)
    assert bench.facts().balance_fen == 100000


def test_a_purchase_that_nobody_commits_is_closed_by_the_next_session():
    bench = make_bench()
    reader = bench.reader()
    first = prepared(bench, reader)
    second = prepared(bench, reader)
    assert first.intent.transaction_number != second.intent.transaction_number
    assert isinstance(reader.commit(first), Unknown)
    assert isinstance(reader.commit(second), Debited)
    assert isinstance(reader.commit(second), Unknown)
    assert bench.facts().balance_fen == 98750


@pytest.mark.parametrize(
    ("cut", "result", "written"),
    [
        (Cut(2, Side.BEFORE, Span.BLINK), TagWrite.FAILED, False),
        (Cut(5, Side.BEFORE, Span.BLINK), TagWrite.UNKNOWN, False),
        (Cut(5, Side.AFTER, Span.BLINK), TagWrite.UNKNOWN, True),
    ],
    ids=["at its selection", "before its write", "after its write"],
)
def test_a_tag_that_leaves_does_not_touch_the_debit_and_is_written_later(cut, result, written):
    bench = make_bench()
    reader = bench.reader()
    ready = prepared(bench, reader)
    bench.arm(cut)
    outcome = reader.commit(ready)
    assert isinstance(outcome, Debited)
    assert (outcome.tag_write, outcome.proof, outcome.mac2_verified) == (result, Proof.ANSWER, True)
    assert (bench.facts().tag_copy == CAPP_AFTER[:39]) is written
    bench.mend()
    tag, bench.tag = bench.tag, None
    assert reader.rewrite_tag(ready.intent, search_s=1) is TagWrite.FAILED
    bench.tag = tag
    sent = len(bench.sent)
    assert reader.rewrite_tag(ready.intent, search_s=1) is TagWrite.WRITTEN
    assert {device for device, _ in bench.sent[sent:]} == {Device.TAG}
    assert bench.facts().tag_copy == CAPP_AFTER[:39]


def test_a_rewrite_that_loses_its_answer_is_unknown_until_the_next_try():
    bench = make_bench()
    reader = bench.reader()
    intent = prepared(bench, reader).intent
    bench.arm(Cut(5, Side.AFTER, Span.DEAD))
    assert reader.rewrite_tag(intent, search_s=1) is TagWrite.UNKNOWN
    bench.mend()
    bench.arm(Cut(5, Side.AFTER, Span.BLINK))
    assert reader.rewrite_tag(intent, search_s=1) is TagWrite.WRITTEN


def test_another_tag_is_never_rewritten():
    bench = make_bench()
    reader = bench.reader()
    intent = prepared(bench, reader).intent
    put_tag(bench, tag_profile(serial="6201012300009999"))
    assert reader.rewrite_tag(intent, search_s=1) is TagWrite.FAILED
    assert bench.facts().tag_copy == CAPP_BEFORE[:39]


# --- proof


def test_a_lost_answer_is_proved_within_the_same_call():
    bench = make_bench()
    reader = bench.reader()
    ready = prepared(bench, reader)
    bench.arm(Cut(0, Side.AFTER, Span.BLINK))
    outcome = reader.commit(ready)
    assert isinstance(outcome, Debited)
    assert (outcome.proof, outcome.mac2_verified, outcome.tag_write) == (Proof.PROVE, True, TagWrite.WRITTEN)
    assert (outcome.tac, outcome.mac2) == bench.card_proof(0x0124)


def test_an_order_that_never_arrived_is_proved_within_the_same_call():
    bench = make_bench()
    reader = bench.reader()
    ready = prepared(bench, reader)
    bench.arm(Cut(0, Side.BEFORE, Span.BLINK))
    outcome = reader.commit(ready)
    assert isinstance(outcome, NotDebited)
    assert outcome.proof is Proof.UNCHANGED
    assert isinstance(reader.commit(prepared(bench, reader)), Debited)
    assert bench.facts().balance_fen == 98750


def test_a_card_that_is_gone_leaves_it_unknown_until_it_is_seen_again():
    bench = make_bench()
    reader = bench.reader()
    ready = prepared(bench, reader)
    bench.arm(Cut(0, Side.AFTER, Span.DEAD))
    assert isinstance(reader.commit(ready), Unknown)
    assert isinstance(bench.reader().prove(ready.intent, search_s=1), Unknown)
    bench.mend()
    outcome = bench.reader().prove(ready.intent, search_s=1)
    assert isinstance(outcome, Debited)
    assert (outcome.tac, outcome.mac2) == bench.card_proof(0x0124)
    assert (outcome.mac2_verified, outcome.tag_write) == (None, TagWrite.FAILED)


def test_another_card_settles_nothing():
    bench = make_bench()
    reader = bench.reader()
    ready = prepared(bench, reader)
    put_card(bench, card_profile(issue_info=issue_info(number="2219230200000002")))
    outcome = bench.reader().prove(ready.intent, search_s=1)
    assert outcome == Unknown(detail="another card is presented: 62012219230200000002")


def test_a_debit_whose_proof_the_card_dropped_is_known_by_its_log():
    bench = make_bench(card=card_profile(proof_life=ProofLife.NEXT_INIT))
    reader = bench.reader()
    ready = prepared(bench, reader)
    assert isinstance(reader.commit(ready), Debited)
    prepared(bench, reader)
    outcome = bench.reader().prove(ready.intent, search_s=1)
    assert isinstance(outcome, Debited)
    assert (outcome.tac, outcome.proof, outcome.balance_after_fen) == (None, Proof.WALLET_LOG, 98750)


def test_a_trade_of_the_fixed_lane_is_finished_from_the_cards_own_log():
    bench = make_bench()
    reader = bench.reader()
    assert isinstance(reader.commit(prepared(bench, reader)), Debited)
    found = reader.read(search_s=1).card
    assert found is not None
    assert found.log is not None
    known = prepared(bench, reader).intent
    synthesised = msgspec.structs.replace(
        known,
        counter=found.log.counter - 1,
        balance_before_fen=found.balance_fen + found.log.amount_fen,
        amount_fen=found.log.amount_fen,
        capp_before=b"",
        capp_after=found.capp,
        terminal_number=found.log.terminal_number,
        transaction_number=None,
        purchase_time=found.log.purchase_time,
        mac1=None,
        algorithm=None,
        key_index=None,
        key_version=None,
    )
    sent = len(bench.sent)
    outcome = reader.prove(synthesised, search_s=1)
    assert isinstance(outcome, Debited)
    assert (outcome.tac, outcome.mac2) == bench.card_proof(0x0124)
    assert outcome.transaction_number is None
    assert not [apdu for _, apdu in bench.sent[sent:] if apdu.startswith("8050")]


def test_a_proof_sends_no_init():
    bench = make_bench()
    reader = bench.reader()
    intent = prepared(bench, reader).intent
    sent = len(bench.sent)
    assert isinstance(bench.reader().prove(intent, search_s=1), NotDebited)
    assert not [apdu for _, apdu in bench.sent[sent:] if apdu.startswith("8050")]
