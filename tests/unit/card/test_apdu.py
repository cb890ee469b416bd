"""Following 61xx and 6Cxx, and what counts as no answer."""

from __future__ import annotations

import pytest
from scripts import played

from laneside.card.apdu import AnswerLostError, Command, Device, Response, ask
from laneside.card.files import ReadBinary, Select
from laneside.card.purchase import CreditSam, Debit, DebitDraft, InitialisePurchase, InitialiseSam, UpdateCappCache
from laneside.card.status import ChipRefusedError, Meaning, meaning_of
from laneside.card.user_card import GetBalance

DRAFT = DebitDraft(purchase_time=bytes.fromhex("20240506143015"))


def test_a_wrong_length_is_asked_again_with_the_length_that_the_chip_names():
    flow = ask(Device.CARD, ReadBinary(sfi=0x15, length=50))
    reply = played(flow, "card > 00B0950032 < 6C02\n card > 00B0950002 < AABB 9000")
    assert (reply.data, reply.meaning) == (b"\xaa\xbb", Meaning.OK)


def test_bytes_that_wait_are_fetched_until_none_is_left():
    flow = ask(Device.CARD, Select(file_id=bytes.fromhex("1001")))
    reply = played(
        flow,
        """
        card > 00A4000002 1001 < 6104
        card > 00C0000004 < AABB 6102
        card > 00C0000002 < 6C03
        card > 00C0000003 < CCDDEE 9000
        """,
    )
    assert reply.data.hex() == "aabbccddee"


def test_an_error_at_get_response_is_a_lost_answer_because_the_command_has_run():
    flow = ask(Device.CARD, GetBalance())
    with pytest.raises(AnswerLostError, match="card: no answer to balance: GET RESPONSE answered 6F00"):
        played(flow, "card > 805C000204 < 6104\n card > 00C0000004 < 6F00")


def test_a_chip_that_always_has_more_is_given_up():
    rounds = "card > 00C0000001 < AA 6101\n" * 8
    with pytest.raises(AnswerLostError, match="does not end"):
        played(ask(Device.CARD, GetBalance()), "card > 805C000204 < 6101\n" + rounds)


@pytest.mark.parametrize("answer", ["", "90"])
def test_less_than_a_status_word_is_no_answer(answer):
    assert Response.from_bytes(bytes.fromhex(answer)) is None


def test_a_debit_without_its_signature_can_not_be_sent():
    assert not isinstance(DRAFT, Command)
    with pytest.raises(TypeError):
        Debit(purchase_time=DRAFT.purchase_time)  # type: ignore[call-arg]  # that is the point


@pytest.mark.parametrize(
    ("command", "sw", "meaning"),
    [
        (InitialiseSam, 0x6985, Meaning.NOT_AUTHORISED),
        (UpdateCappCache, 0x6985, Meaning.OUT_OF_SESSION),
        (Debit, 0x6985, Meaning.OUT_OF_SESSION),
        (Debit, 0x9302, Meaning.MAC_WRONG),
        (CreditSam, 0x9302, Meaning.MAC_WRONG),
        (InitialisePurchase, 0x9403, Meaning.KEY_INDEX_UNKNOWN),
        (InitialisePurchase, 0x9401, Meaning.BALANCE_SHORT),
        (InitialisePurchase, 0x9301, Meaning.BALANCE_SHORT),
        (Select, 0x6283, Meaning.FILE_INVALID),
        (GetBalance, 0x9302, Meaning.UNDEFINED),
        (GetBalance, 0x63C2, Meaning.VERIFICATION_FAILED),
    ],
)
def test_a_status_word_means_what_its_command_says(command, sw, meaning):
    assert meaning_of(sw, command.STATUSES) is meaning


def test_a_refusal_names_step_word_and_meaning():
    reply = played(ask(Device.CARD, GetBalance()), "card > 805C000204 < 6A81")
    with pytest.raises(ChipRefusedError, match="balance: 6A81 function not supported, or application or card locked"):
        reply.expect()


def test_an_answer_of_another_length_is_refused():
    reply = played(ask(Device.CARD, GetBalance()), "card > 805C000204 < AABBCC 9000")
    with pytest.raises(ChipRefusedError, match="balance gave 3 bytes"):
        reply.expect(4)
