"""The rules that compare card and tag, each alone."""

from rule_facts import (
    BEIJING_ISSUER,
    STOP,
    UNKNOWN_ISSUER,
    carded,
    codes,
    codes_of,
    found_in,
    plate,
    tagged,
    wrong_alone,
)

ALONE = [
    (41, STOP, lambda f: carded(f, vehicle=plate("甘A54321"))),
    (41, STOP, lambda f: carded(f, vehicle=plate("甘A12345", colour=1))),
    (41, STOP, lambda f: carded(f, vehicle=plate(""))),
    (42, STOP, lambda f: carded(f, vehicle=plate("甘A12345", toll_class=2))),
    (43, STOP, lambda f: carded(f, issuer=BEIJING_ISSUER)),
    (44, STOP, lambda f: tagged(f, copied_card_id="62019999999999999999")),
]

NOT_FOUND = {
    "another operator of the same province": lambda f: carded(tagged(f, issuer=BEIJING_ISSUER), issuer=BEIJING_ISSUER),
    "plate in another letter case": lambda f: carded(f, vehicle=plate("甘a12345")),
    "no colour on the card": lambda f: carded(f, vehicle=plate("甘A12345", colour=0xFF)),
    "no class on an old card": lambda f: carded(f, vehicle=plate("甘A12345", toll_class=None)),
    "class FF on the card": lambda f: carded(f, vehicle=plate("甘A12345", toll_class=0xFF)),
    "EF04 never written": lambda f: tagged(f, copied_card_id="F" * 20),
    "EF04 cleared": lambda f: tagged(f, copied_card_id="0" * 20),
    "EF04 not read": lambda f: tagged(f, copied_card_id=None),
}


def test_one_trouble_gives_exactly_its_own_finding(clean):
    assert wrong_alone(clean, ALONE) == []


def test_every_rule_is_seen_alone():
    assert {code for code, _, _ in ALONE} == codes_of("pair")


def test_these_are_no_trouble(clean):
    assert found_in(clean, NOT_FOUND) == {}


def test_unknown_issuer_on_one_side_leaves_43_silent(clean):
    assert codes(carded(clean, issuer=UNKNOWN_ISSUER)) == [25]
    assert codes(tagged(clean, issuer=UNKNOWN_ISSUER)) == [8]
