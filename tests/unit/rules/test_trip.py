"""The rules for the last passage, each alone."""

from msgspec.structs import replace
from rule_facts import NOTE, RELEASABLE, STOP, WARN, carded, codes, codes_of, found_in, last, seen, wrong_alone

from laneside.contract.parameters import Policy
from laneside.rules.rule_table import check_presented
from laneside.rules.vehicle_facts import RepeatBy

ALONE = [
    ("last-passage-unclear", WARN, lambda f: carded(f, capp=None)),
    ("clock-behind-card", WARN, lambda f: last(f, status=0x04, station="62010101", ago_s=-8 * 3600)),
    ("running-trip", STOP, lambda f: last(f, status=0x03, station="62010101", ago_s=6 * 3600)),
    ("running-trip", RELEASABLE, lambda f: replace(last(f, status=0x10), policy=Policy(running_trip="overwrite"))),
    (141, STOP, lambda f: last(f, status=0x06)),
    (141, STOP, lambda f: last(f, status=0x05, ago_s=-30)),
    (141, STOP, seen),
    (141, STOP, lambda f: seen(f, RepeatBy.OBU)),
    (141, STOP, lambda f: seen(f, RepeatBy.PLATE, this_terminal=False)),
    ("lane-open-trade", NOTE, lambda f: replace(last(f, status=0x06), lane_open_trade=True)),
]

NOT_FOUND = {
    "running trip of a week ago": lambda f: last(f, status=0x03, ago_s=7 * 86400),
    "ended trip": lambda f: last(f, status=0x04, station="62010101"),
    "cleared card": lambda f: last(f, status=0x02),
    "this station, window over": lambda f: last(f, status=0x06, ago_s=301),
    "another station, a moment ago": lambda f: last(f, status=0x06, station="62010A0C"),
    "own list, window over": lambda f: seen(f, age_s=301),
}


def test_one_trouble_gives_exactly_its_own_finding(clean):
    assert wrong_alone(clean, ALONE) == []


def test_every_rule_is_seen_alone():
    assert {code for code, _, _ in ALONE} == codes_of("trip")


def test_these_are_no_trouble(clean):
    assert found_in(clean, NOT_FOUND) == {}


def test_what_our_own_terminals_did_outweighs_the_lanes_open_trade(clean):
    facts = replace(seen(last(clean, status=0x06)), lane_open_trade=True)
    assert codes(facts) == [141, "lane-open-trade"]


def test_a_repeat_is_told_by_its_strongest_mark(clean):
    facts = seen(seen(seen(last(clean, status=0x06), RepeatBy.PLATE, 5), RepeatBy.OBU, 20), RepeatBy.CARD, 40)
    (finding,) = check_presented(facts)
    assert finding.params == {"by": "card", "age_s": "40", "terminal": "this"}
