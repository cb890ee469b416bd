"""The rules for the user card, each alone."""

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace
from rule_facts import (
    RELEASABLE,
    STOP,
    UNKNOWN_ISSUER,
    WARN,
    carded,
    codes,
    codes_of,
    found_in,
    tagged,
    wrong_alone,
)

from laneside.contract.parameters import Policy
from laneside.rules.finding import Severity
from laneside.rules.rule_table import check_amount

ALONE = [
    (21, STOP, lambda f: carded(f, expiry=date(2024, 5, 5))),
    (22, STOP, lambda f: carded(f, start=date(2024, 5, 7))),
    (23, STOP, lambda f: carded(f, locked=True)),
    (24, RELEASABLE, lambda f: carded(f, listed=(7,))),
    (25, STOP, lambda f: carded(f, issuer=UNKNOWN_ISSUER)),
    (28, WARN, lambda f: carded(f, balance_fen=0)),
    (31, STOP, lambda f: carded(f, card_type=51)),
    (31, STOP, lambda f: replace(tagged(f, status=0x10), card=None, card_trouble="mute")),
]

NOT_FOUND = {
    "last valid day of the card": lambda f: carded(f, expiry=date(2024, 5, 6)),
    "first valid day of the card": lambda f: carded(f, start=date(2024, 5, 6)),
    "dates without data": lambda f: carded(tagged(f, signed=None, expiry=None), start=None, expiry=None),
    "an issuer the policy names": lambda f: replace(
        carded(tagged(f, issuer=UNKNOWN_ISSUER), issuer=UNKNOWN_ISSUER), policy=Policy(foreign_issuers=("41424344",))
    ),
    "charge card with an empty virtual balance": lambda f: carded(f, card_type=23, balance_fen=0),
}


def test_one_trouble_gives_exactly_its_own_finding(clean):
    assert wrong_alone(clean, ALONE) == []


def test_every_rule_is_seen_alone():
    assert {code for code, _, _ in ALONE} == codes_of("card")


def test_these_are_no_trouble(clean):
    assert found_in(clean, NOT_FOUND) == {}


def test_days_are_beijing_days(clean):
    late_evening_utc = datetime(2024, 5, 5, 16, 0, tzinfo=UTC)  # already 6 May in Beijing
    just_before = datetime(2024, 5, 5, 15, 59, 59, tzinfo=UTC)
    facts = replace(carded(clean, expiry=date(2024, 5, 5), capp=None), now=late_evening_utc)
    assert codes(facts) == [21, "last-passage-unclear"]
    assert codes(replace(facts, now=just_before)) == ["last-passage-unclear"]


@pytest.mark.parametrize("trouble", ["", "absent", "mute"])
def test_card_rules_are_silent_without_a_card(clean, trouble):
    facts = replace(clean, card=None, card_trouble=trouble, repeats=(), lane_open_trade=True)
    assert len(codes(facts)) == 1


def test_amount_is_checked_on_stored_value_cards_only(clean):
    poor = carded(clean, balance_fen=1044)
    (finding,) = check_amount(poor, 1045)
    assert (finding.code, finding.severity, finding.releasable) == (27, Severity.STOP, False)
    assert finding.params == {"balance_fen": "1044", "amount_fen": "1045", "short_fen": "1"}
    assert check_amount(poor, 1044) == ()
    assert check_amount(carded(clean, balance_fen=0), 0) == ()
    assert check_amount(carded(clean, card_type=23, balance_fen=0), 1045) == ()
    assert check_amount(replace(clean, card=None), 1045) == ()
