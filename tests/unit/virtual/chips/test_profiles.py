"""What chips are issued from: forms that are refused, and invented roots, each its own, none shown."""

from __future__ import annotations

from itertools import product

import pytest

from laneside.cardcrypto.ciphers import Suite
from laneside.virtual.chips.profiles import RESET_CAPP, CardProfile, Purpose, TagProfile, VirtualKeys, passage_file


def test_every_purpose_and_algorithm_has_a_root_of_its_own() -> None:
    roots = [VirtualKeys().root(purpose, suite) for purpose, suite in product(Purpose, Suite)]
    assert {len(root) for root in roots} == {16}
    assert len(set(roots)) == len(roots)


def test_a_replaced_root_holds_for_the_named_algorithm_and_is_not_shown() -> None:
    root = b"\x42" * 16
    keys = VirtualKeys().with_root(Purpose.TAC, root, Suite.SM4)
    assert keys.root(Purpose.TAC, Suite.SM4) == root
    assert keys.root(Purpose.TAC, Suite.TDES) == VirtualKeys().root(Purpose.TAC, Suite.TDES)
    assert "42" * 4 not in repr(keys)
    assert "B" * 4 not in repr(keys)


ISSUE_4X, ISSUE_5X = (bytes.fromhex("B8CACBE062010001") + bytes((22, version)) + bytes(40) for version in (0x41, 0x51))


def test_the_cards_version_decides_its_algorithms() -> None:
    assert CardProfile(issue_info=ISSUE_4X).suites == (Suite.TDES,)
    assert CardProfile(issue_info=ISSUE_5X).suites == (Suite.TDES, Suite.SM4)


def test_the_tags_contract_version_decides_its_algorithm_and_ff_is_the_old_one() -> None:
    suites = {version: tag(system=bytes(9) + bytes((version,)) + bytes(89)).suite for version in (0x40, 0x50, 0xFF)}
    assert suites == {0x40: Suite.TDES, 0x50: Suite.SM4, 0xFF: Suite.TDES}


def test_the_tags_status_byte_has_a_bit_for_each_state() -> None:
    assert [tag(**{name: True}).status for name in ("low_battery", "tampered", "locked", "contactless")] == [
        1,
        2,
        4,
        32,
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"issue_info": bytes(44)},
        {"balance_fen": -1},
        {"counter": 0x1_0000},
        {"capp": bytes(43)},
        {"capp": RESET_CAPP[:42]},
        {"log": (bytes(22),)},
        {"log": (bytes(23),) * 51},
    ],
)
def test_a_card_of_another_form_can_not_be_issued(wrong) -> None:
    with pytest.raises(AssertionError):
        CardProfile(**{"issue_info": ISSUE_4X, **wrong})


def test_the_passage_block_copies_twenty_bytes_of_0015_and_thirty_nine_of_0019() -> None:
    capp = bytes.fromhex("AA29") + bytes(range(41))
    file = passage_file(bytes(range(100, 150)), capp, user_type=6, provinces=2)
    assert (len(file), file[:314], file[314:319]) == (512, bytes(314), bytes((6, 2, 0, 0, 0)))
    assert file[319:358] == capp[:39]
    assert file[358:378] == bytes(range(100, 120))
    assert file[378:] == bytes(134)


def tag(**changes) -> TagProfile:
    usual = {"system": bytes(99), "vehicle": bytes(79), "mac_id": bytes.fromhex("02030405")}
    return TagProfile(**{**usual, **changes})
