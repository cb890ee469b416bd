"""The rules for the tag, each alone."""

from datetime import date

from msgspec.structs import replace
from rule_facts import (
    NOTE,
    RELEASABLE,
    STOP,
    UNKNOWN_ISSUER,
    WARN,
    codes,
    codes_of,
    found_in,
    plate,
    tagged,
    wrong_alone,
)

from laneside.contract.parameters import Policy

ALONE = [
    (1, WARN, lambda f: tagged(f, status=0x01)),
    (2, STOP, lambda f: tagged(f, removal_flag=0x00)),
    (2, STOP, lambda f: tagged(f, status=0x02)),
    (2, STOP, lambda f: tagged(f, removal_flag=None, status=0x02)),
    (3, STOP, lambda f: tagged(f, expiry=date(2024, 5, 5))),
    (4, STOP, lambda f: tagged(f, signed=date(2024, 5, 7))),
    ("card-only", STOP, lambda f: replace(f, tag=None)),
    ("card-only", NOTE, lambda f: replace(f, tag=None, policy=Policy(card_only="allow"))),
    ("single-chip-tag", STOP, lambda f: replace(tagged(f, single_chip=True), card=None)),
    (5, STOP, lambda f: replace(f, card=None)),
    (5, STOP, lambda f: replace(f, card=None, card_trouble="absent")),
    (5, STOP, lambda f: replace(tagged(f, status=0x80), card=None, card_trouble="mute")),
    ("card-unreadable", STOP, lambda f: replace(f, card=None, card_trouble="mute")),
    ("card-unreadable", STOP, lambda f: replace(tagged(f, status=0x08), card=None, card_trouble="mute")),
    ("tag-unreadable", STOP, lambda f: tagged(f, vehicle=None, trouble="6A81")),
    ("tag-unreadable", STOP, lambda f: replace(f, tag=None, tag_trouble="6A82", policy=Policy(card_only="allow"))),
    (6, RELEASABLE, lambda f: tagged(f, listed=(1, 104))),
    (7, STOP, lambda f: tagged(f, status=0x04)),
    (8, STOP, lambda f: tagged(f, issuer=UNKNOWN_ISSUER)),
    (9, STOP, lambda f: tagged(f, vehicle=plate("甘A12345", toll_class=7))),
    (9, STOP, lambda f: tagged(f, vehicle=plate("甘A12345", toll_class=None))),
    (124, STOP, lambda f: replace(f, other_tags=1)),
]

NOT_FOUND = {
    "last valid day of the tag": lambda f: tagged(f, expiry=date(2024, 5, 6)),
    "first valid day of the tag": lambda f: tagged(f, signed=date(2024, 5, 6)),
    "removal flag with an unknown high nibble": lambda f: tagged(f, removal_flag=0xF1),
    "no removal flag in the 26-byte form": lambda f: tagged(f, removal_flag=None),
    "contactless interface bit": lambda f: tagged(f, status=0x20),
    "card error bit, but the card was read": lambda f: tagged(f, status=0x08),
}


def test_one_trouble_gives_exactly_its_own_finding(clean):
    assert wrong_alone(clean, ALONE) == []


def test_every_rule_is_seen_alone():
    assert {code for code, _, _ in ALONE} == codes_of("tag")


def test_these_are_no_trouble(clean):
    assert found_in(clean, NOT_FOUND) == {}


def test_an_illegal_tag_class_is_told_once(clean):
    assert codes(tagged(clean, vehicle=plate("甘A12345", toll_class=30))) == [9]
