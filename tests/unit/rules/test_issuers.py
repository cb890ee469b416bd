"""Which issuers count as known."""

import pytest

from laneside.contract.parameters import Policy
from laneside.rules.issuers import issuer_is_known

GANSU = bytes.fromhex("B8CACBE062010001")
OTHER = bytes.fromhex("4142434462010001")


@pytest.mark.parametrize(
    ("issuer", "foreign", "known"),
    [
        (GANSU, (), True),
        (GANSU[:4] + bytes(4), (), True),
        (OTHER, (), False),
        (OTHER, ("41424344",), True),
        (OTHER, ("4142434462010001",), True),
        (OTHER, ("4142434462010002",), False),
        (OTHER, ("", "42"), False),
        (bytes.fromhex("ABCD000000000000"), ("abcd",), True),
    ],
)
def test_provinces_and_what_the_policy_names(issuer, foreign, known):
    assert issuer_is_known(issuer, Policy(foreign_issuers=foreign)) is known
