"""A debit's intent and its three ends, as they lie on disk."""

from __future__ import annotations

import msgspec
import pytest

from laneside.card.outcome import Debited, Intent, NotDebited, Outcome, Proof, TagWrite, Unknown, proved

INTENT = Intent(
    record_id="R1", card_id="62012219230200000001", contract_serial="6201011900000001", mac_id=b"\x3a\x62\x01\x01",
    counter=0x0120, balance_before_fen=50_000, amount_fen=1_045, capp_before=bytes(43), capp_after=b"\x01" * 43,
    write_tag=True, terminal_number=bytes(6), transaction_number=b"\x00\x00\x00\x07", purchase_time=bytes(7),
    mac1=bytes(4), algorithm=None, key_index=1, key_version=1, plate="甘A12345",
)  # fmt: skip


def test_the_balance_after_is_what_the_debit_leaves() -> None:
    assert INTENT.balance_after_fen == 48_955


@pytest.mark.parametrize(("write_tag", "unseen"), [(True, TagWrite.UNKNOWN), (False, TagWrite.NOT_ASKED)])
def test_a_tag_that_no_one_looked_at_is_unknown_only_if_it_was_to_be_written(write_tag, unseen) -> None:
    assert msgspec.structs.replace(INTENT, write_tag=write_tag).tag_unseen is unseen


def test_a_proved_debit_takes_everything_else_from_its_intent() -> None:
    end = proved(INTENT, tac=b"\xaa" * 4, mac2=None, counter=0x0120, balance_fen=48_955, proof=Proof.PROVE)
    assert (end.record_id, end.transaction_number, end.tag_write) == ("R1", b"\x00\x00\x00\x07", TagWrite.UNKNOWN)
    assert (end.mac2_verified, end.key_version, end.balance_after_fen) == (None, 1, 48_955)


def test_the_three_ends_are_told_apart_by_their_tag_on_disk() -> None:
    ends = [
        proved(INTENT, tac=None, mac2=None, counter=None, balance_fen=48_955, proof=Proof.IMAGE),
        NotDebited(record_id="R1", detail="", proof=Proof.UNCHANGED),
        Unknown(detail="no answer", counter=3),
    ]
    written = [msgspec.json.encode(end) for end in ends]
    assert [msgspec.json.decode(each)["note"] for each in written] == ["debited", "not-debited", "debit-unknown"]
    assert [msgspec.json.decode(each, type=Outcome) for each in written] == ends
    assert [type(end) for end in ends] == [Debited, NotDebited, Unknown]
