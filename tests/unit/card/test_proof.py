"""The decision table of spec/recovery.md section 3, row by row, against literal hex."""

from __future__ import annotations

import pytest
from bench import CAPP_AFTER, CAPP_BEFORE, issue_info
from msgspec.structs import replace
from scripts import played

from laneside.card.outcome import Debited, Intent, NotDebited, Proof, Unknown, proved
from laneside.card.proof import prove_debit

DEBIT = Intent(
    record_id="R",
    plate="甘A12345",
    card_id="62012219230200000001",
    contract_serial=None,
    mac_id=None,
    counter=0x0123,
    balance_before_fen=100000,
    amount_fen=1250,
    capp_before=CAPP_BEFORE,
    capp_after=CAPP_AFTER,
    write_tag=False,
    terminal_number=bytes.fromhex("620100001234"),
    transaction_number=bytes.fromhex("00000007"),
    purchase_time=bytes.fromhex("20240506143015"),
    mac1=None,
    algorithm=None,
    key_index=None,
    key_version=None,
)
FREE = replace(DEBIT, amount_fen=0)
REWRITE = replace(DEBIT, amount_fen=0, capp_after=CAPP_BEFORE)

SELECT = f"card > 00A4000002 1001 < 9000\n card > 00B0950032 < {issue_info().hex()} 9000\n"
PROVE = "card > 805A000902 0124 08 < "
PROOF = "FA87A5EE 079F3D94 9000\n"
TAC, MAC2 = bytes.fromhex("079F3D94"), bytes.fromhex("FA87A5EE")
OURS = "0124 000000 000004E2 09 620100001234 20240506 143015"


def seen(balance: int | str, capp: bytes | str) -> str:
    """Return what the card shows; a text is the status word with which it refuses."""
    shown_balance = balance if isinstance(balance, str) else f"{balance:08X} 9000"
    shown_capp = capp if isinstance(capp, str) else f"{capp.hex()} 9000"
    return SELECT + f"card > 805C000204 < {shown_balance}\n card > 00B201CC2B < {shown_capp}\n"


def ring(*entries: str, end: str = "6A83") -> str:
    """0018 from its newest entry on."""
    rows = [*(f"{entry} 9000" for entry in entries), end] if end else [f"{entry} 9000" for entry in entries]
    return "".join(f"card > 00B2{number:02X}C417 < {row}\n" for number, row in enumerate(rows, start=1))


def entry(counter: int, *, terminal: str = "620100009999", kind: str = "09") -> str:
    return f"{counter:04X} 000000 000003E8 {kind} {terminal} 20240506 150000"


def test_3a_the_card_shows_the_debit_and_gives_its_tac():
    found = played(prove_debit(DEBIT), seen(98750, CAPP_AFTER) + PROVE + PROOF)
    assert found == proved(DEBIT, tac=TAC, mac2=MAC2, counter=0x0123, balance_fen=98750, proof=Proof.PROVE)


def test_3b_the_card_is_as_before():
    found = played(prove_debit(DEBIT), seen(100000, CAPP_BEFORE))
    assert isinstance(found, NotDebited)
    assert found.proof is Proof.UNCHANGED


def test_4_the_proof_is_gone_and_0018_is_the_evidence():
    found = played(prove_debit(DEBIT), seen(98750, CAPP_AFTER) + PROVE + "9406\n" + ring(OURS, end="") + PROVE + "9406")
    assert found == proved(DEBIT, tac=None, mac2=None, counter=0x0123, balance_fen=98750, proof=Proof.WALLET_LOG)


@pytest.mark.parametrize("end", ["6982", "6A82", "99" * 23 + "9000"])
def test_4_without_0018_the_image_and_the_balance_are_the_evidence(end):
    found = played(prove_debit(DEBIT), seen(98750, CAPP_AFTER) + PROVE + "9406\n" + ring(end=end))
    assert found == proved(DEBIT, tac=None, mac2=None, counter=0x0123, balance_fen=98750, proof=Proof.IMAGE)


def test_a_card_that_contradicts_itself_is_left_to_a_person():
    found = played(prove_debit(DEBIT), seen(98750, CAPP_AFTER) + PROVE + "9406\n" + ring(entry(0x0124), end=""))
    assert isinstance(found, Unknown)


def test_3c_a_later_trade_has_covered_the_debit_but_0018_remembers_it():
    later = b"\xaa\x29\x00" + bytes(40)
    script = seen(90000, later) + ring(entry(0x0126), entry(0x0125), OURS, end="") + PROVE + "9406"
    found = played(prove_debit(DEBIT), script)
    assert found == proved(DEBIT, tac=None, mac2=None, counter=0x0123, balance_fen=90000, proof=Proof.WALLET_LOG)


def test_3c_another_terminal_took_the_number():
    found = played(prove_debit(DEBIT), seen(90000, b"\xaa\x29\x00" + bytes(40)) + ring(entry(0x0124), end=""))
    assert isinstance(found, NotDebited)
    assert found.proof is Proof.WALLET_LOG


def test_3c_the_number_has_fallen_out_of_the_ring():
    entries = [entry(counter) for counter in range(0x0124 + 50, 0x0124, -1)]
    assert len(entries) == 50
    found = played(prove_debit(DEBIT), seen(90000, b"\xaa\x29\x00" + bytes(40)) + ring(*entries, end=""))
    assert isinstance(found, Unknown)


def test_3c_a_load_in_between_is_told_from_a_debit():
    script = seen(200000, CAPP_BEFORE) + ring(entry(0x0099, kind="02"), entry(0x0123)) + PROVE + "9406"
    found = played(prove_debit(DEBIT), script)
    assert isinstance(found, NotDebited)


def test_3c_a_debit_and_a_load_after_it_is_a_debit():
    found = played(prove_debit(DEBIT), seen(198750, CAPP_AFTER) + ring(OURS, end="") + PROVE + PROOF)
    assert isinstance(found, Debited)
    assert (found.tac, found.balance_after_fen) == (TAC, 198750)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(PROOF, Debited), ("9406", Unknown), ("6F00", Unknown)],
)
def test_3c_without_0018_on_a_changed_card_only_a_proof_decides(answer, kind):
    found = played(prove_debit(DEBIT), seen(90000, CAPP_AFTER) + ring(end="6982") + PROVE + answer)
    assert isinstance(found, kind)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(PROOF, Debited), ("9406", NotDebited), ("6F00", Unknown)],
)
def test_3c_without_0018_on_an_unchanged_card_9406_decides_too(answer, kind):
    found = played(prove_debit(REWRITE), seen(100000, CAPP_BEFORE) + ring(end="6982") + PROVE + answer)
    assert isinstance(found, kind)


def test_3c_what_can_not_be_read_is_not_taken_for_unchanged():
    found = played(prove_debit(DEBIT), seen(100000, "6A83") + ring(OURS, end="") + PROVE + PROOF)
    assert isinstance(found, Debited)
    found = played(prove_debit(DEBIT), seen("6985", CAPP_BEFORE) + ring(end="6982") + PROVE + "9406")
    assert isinstance(found, Unknown)


@pytest.mark.parametrize(("capp", "kind"), [(CAPP_AFTER, Debited), (CAPP_BEFORE, NotDebited)])
def test_amount_0_is_decided_by_0019(capp, kind):
    script = seen(100000, capp) + (PROVE + PROOF if kind is Debited else "")
    assert isinstance(played(prove_debit(FREE), script), kind)


def test_amount_0_with_the_same_0019_is_decided_by_0018():
    ours = OURS.replace("000004E2", "00000000")
    found = played(prove_debit(REWRITE), seen(100000, CAPP_BEFORE) + ring(ours, end="") + PROVE + PROOF)
    assert isinstance(found, Debited)
    found = played(prove_debit(REWRITE), seen(100000, CAPP_BEFORE) + ring(entry(0x0123)) + PROVE + "9406")
    assert isinstance(found, NotDebited)


def test_6_another_card_settles_nothing():
    other = SELECT.replace(issue_info().hex(), issue_info(number="2219230200000002").hex())
    found = played(prove_debit(DEBIT), other)
    assert found == Unknown(detail="another card is presented: 62012219230200000002")


def test_a_card_that_does_not_tell_its_number_settles_nothing():
    assert isinstance(played(prove_debit(DEBIT), "card > 00A4000002 1001 < 6A82"), Unknown)
    script = "card > 00A4000002 1001 < 6283\n card > 00B0950032 < 6A81"
    assert isinstance(played(prove_debit(DEBIT), script), Unknown)


def test_an_unknown_counter_is_found_by_terminal_time_and_amount():
    unnumbered = replace(DEBIT, counter=None)
    found = played(prove_debit(unnumbered), seen(98750, CAPP_AFTER) + ring(OURS, end="") + PROVE + PROOF)
    assert isinstance(found, Debited)
    assert (found.counter, found.tac) == (0x0123, TAC)
    found = played(prove_debit(unnumbered), seen(98750, CAPP_AFTER) + ring(end="6982"))
    assert isinstance(found, Unknown)


def test_without_number_and_0018_a_changed_card_is_left_to_a_person():
    found = played(prove_debit(replace(DEBIT, counter=None)), seen(90000, CAPP_AFTER) + ring(end="6982"))
    assert isinstance(found, Unknown)
    assert found.detail.startswith("the debit's number is not known")


def test_an_unknown_0019_before_never_proves_an_unchanged_card():
    synthesised = replace(DEBIT, capp_before=b"")
    found = played(prove_debit(synthesised), seen(100000, CAPP_BEFORE) + ring(entry(0x0123)) + PROVE + "9406")
    assert isinstance(found, Unknown)
    found = played(prove_debit(synthesised), seen(98750, CAPP_AFTER) + PROVE + PROOF)
    assert isinstance(found, Debited)
