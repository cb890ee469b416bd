"""The invented roots: derived from a public sentence, each its own, none shown."""

from __future__ import annotations

from itertools import product

from laneside.cardcrypto.ciphers import Suite
from laneside.virtual.chips.keys import Purpose, VirtualKeys


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
