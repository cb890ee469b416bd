"""The worked exchange of spec/icc.md 8.2 as literal hex, and every refusal on its way."""

from __future__ import annotations

import pytest
from bench import CAPP_AFTER
from scripts import played

from laneside.card.apdu import AnswerLostError, Device
from laneside.card.purchase import (
    DebitAnswer,
    DebitDraft,
    PurchaseRefused,
    PurchaseTerms,
    ReadyDebit,
    SamSignature,
    debit,
    key_indexes,
    prepare_debit,
    verify_mac2,
)
from laneside.card.status import ChipRefusedError, Meaning

TERMS = PurchaseTerms(
    amount_fen=1250,
    purchase_time=bytes.fromhex("20240506143015"),
    terminal_number=bytes.fromhex("620100001234"),
    card_number=bytes.fromhex("2219230200000001"),
    region=bytes.fromhex("B8CACBE0B8CACBE0"),
    capp_after=CAPP_AFTER,
    key_indexes=key_indexes(sm4_card=False),
)
INIT = "card > 805003020B 01 000004E2 620100001234 0F < 000186A0 0123 000000 01 00 1A2B3C4D 9000\n"
SAM_ASKED = "psam > 8070000024 1A2B3C4D 0123 000004E2 09 20240506 143015 01 00 2219230200000001 B8CACBE0B8CACBE0 08 <"
SAM = SAM_ASKED + " 0000ABCD DF03B304 9000\n"
CACHE = (
    "card > 80DCAAC82B AA2900 6201 0A0B 11 663878F7 01 06 000000 00000000"
    " B8CA41313233343500000000 00 00 000000 FF 000004E2 <"
)
DEBIT = "card > 805401000F 0000ABCD 20240506 143015 DF03B304 08 <"
SIGNED = DebitDraft(purchase_time=TERMS.purchase_time).finalise(
    SamSignature(transaction_number=bytes.fromhex("0000ABCD"), mac1=bytes.fromhex("DF03B304"))
)


def test_the_worked_exchange_up_to_the_debit():
    ready = played(prepare_debit(TERMS), INIT + SAM + CACHE + "9000")
    assert isinstance(ready, ReadyDebit)
    assert (ready.answer.counter, ready.answer.balance_fen, ready.key_index, ready.key_version) == (0x123, 100000, 1, 1)
    assert bytes(ready.debit).hex().upper() == "805401000F0000ABCD20240506143015DF03B30408"


def test_the_worked_debit_and_its_verification():
    answer = played(debit(SIGNED), DEBIT + "079F3D94 FA87A5EE 9000")
    assert answer == DebitAnswer(tac=bytes.fromhex("079F3D94"), mac2=bytes.fromhex("FA87A5EE"))
    assert played(verify_mac2(bytes.fromhex("FA87A5EE")), "psam > 8072000004 FA87A5EE < 9000") is True
    assert played(verify_mac2(bytes.fromhex("FA87A5EF")), "psam > 8072000004 FA87A5EF < 9302") is False


def test_a_debit_over_t0_fetches_its_answer():
    answer = played(debit(SIGNED), DEBIT + "6108\n card > 00C0000008 < 079F3D94 FA87A5EE 9000")
    assert isinstance(answer, DebitAnswer)


def test_an_unknown_key_index_leads_to_the_other_one():
    script = "card > 805003020B 01 000004E2 620100001234 0F < 9403\n"
    script += "card > 805003020B 41 000004E2 620100001234 0F < 000186A0 0123 000000 41 04 1A2B3C4D 9000\n"
    script += SAM.replace("143015 01 00", "143015 41 04") + CACHE + "9000"
    ready = played(prepare_debit(TERMS), script)
    assert isinstance(ready, ReadyDebit)
    assert (ready.key_index, ready.key_version, ready.answer.algorithm) == (0x41, 0x41, 0x04)


def test_both_key_indexes_unknown_is_a_refusal():
    script = "card > 805003020B 01 000004E2 620100001234 0F < 9403\n"
    script += "card > 805003020B 41 000004E2 620100001234 0F < 9403\n"
    refused = played(prepare_debit(TERMS), script)
    assert isinstance(refused, PurchaseRefused)
    assert str(refused.reply) == "8050 initialise: 9403 key index not supported"


def test_a_version_5x_card_is_asked_for_41_first():
    assert key_indexes(sm4_card=True) == (0x41, 0x01)


@pytest.mark.parametrize(
    ("script", "device", "meaning"),
    [
        ("card > 805003020B 01 000004E2 620100001234 0F < 9401", Device.CARD, Meaning.BALANCE_SHORT),
        ("card > 805003020B 01 000004E2 620100001234 0F < 9402", Device.CARD, Meaning.COUNTER_AT_MAXIMUM),
        (INIT + SAM_ASKED + "6985", Device.PSAM, Meaning.NOT_AUTHORISED),
        (INIT + SAM + CACHE + "6A80", Device.CARD, Meaning.BAD_DATA),
    ],
)
def test_a_refusal_stops_before_the_debit_and_names_the_chip(script, device, meaning):
    refused = played(prepare_debit(TERMS), script)
    assert isinstance(refused, PurchaseRefused)
    assert (refused.device, refused.reply.meaning) == (device, meaning)


def test_an_unknown_algorithm_is_not_passed_to_the_sam():
    with pytest.raises(ChipRefusedError, match="algorithm id 07"):
        played(prepare_debit(TERMS), INIT.replace("01 00 1A2B3C4D", "01 07 1A2B3C4D"))


@pytest.mark.parametrize("sw", ["9302", "9401", "6985", "6A80"])
def test_an_error_word_at_the_debit_is_a_refusal(sw):
    refused = played(debit(SIGNED), DEBIT + sw)
    assert isinstance(refused, PurchaseRefused)


@pytest.mark.parametrize("answer", ["6581", "6281", "6300", "6C08", "6F00", "9999", "079F3D94 9000", "9000"])
def test_an_answer_that_does_not_say_clearly_what_happened_is_a_lost_one(answer):
    with pytest.raises(AnswerLostError):
        played(debit(SIGNED), DEBIT + answer)
