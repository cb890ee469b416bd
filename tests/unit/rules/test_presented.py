"""Every rule alone, in its order, and every vehicle of the demo as facts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from laneside.contract.parameters import Policy
from laneside.rules import (
    PRESENTED_RULES,
    CappFacts,
    IssuedVehicle,
    Repeat,
    RepeatBy,
    Severity,
    check_amount,
    check_presented,
)

BEIJING_ISSUER = bytes.fromhex("B1B1BEA911010001")
UNKNOWN_ISSUER = bytes.fromhex("4142434462010001")
HERE = "62010A0B"


def tagged(facts, **changes):
    return replace(facts, tag=replace(facts.tag, **changes))


def carded(facts, **changes):
    return replace(facts, card=replace(facts.card, **changes))


def last(facts, *, status, station=HERE, ago_s=60):
    capp = CappFacts(status=status, station_hex=station, moment=facts.now - timedelta(seconds=ago_s))
    return carded(facts, capp=capp)


def seen(facts, by=RepeatBy.CARD, age_s=60, *, this_terminal=True):
    return replace(facts, repeats=(*facts.repeats, Repeat(by=by, age_s=age_s, this_terminal=this_terminal)))


def plate(text, colour=0, toll_class=1):
    return IssuedVehicle(plate=text, colour=colour, toll_class=toll_class)


def codes(facts):
    return [finding.code for finding in check_presented(facts)]


STOP, RELEASABLE, WARN, NOTE = "stop", "releasable", "warn", "note"

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
    (21, STOP, lambda f: carded(f, expiry=date(2024, 5, 5))),
    (22, STOP, lambda f: carded(f, start=date(2024, 5, 7))),
    (23, STOP, lambda f: carded(f, locked=True)),
    (24, RELEASABLE, lambda f: carded(f, listed=(7,))),
    (25, STOP, lambda f: carded(f, issuer=UNKNOWN_ISSUER)),
    (28, WARN, lambda f: carded(f, balance_fen=0)),
    (31, STOP, lambda f: carded(f, card_type=51)),
    (31, STOP, lambda f: replace(tagged(f, status=0x10), card=None, card_trouble="mute")),
    (41, STOP, lambda f: carded(f, vehicle=plate("甘A54321"))),
    (41, STOP, lambda f: carded(f, vehicle=plate("甘A12345", colour=1))),
    (41, STOP, lambda f: carded(f, vehicle=plate(""))),
    (42, STOP, lambda f: carded(f, vehicle=plate("甘A12345", toll_class=2))),
    (43, STOP, lambda f: carded(f, issuer=BEIJING_ISSUER)),
    (44, STOP, lambda f: tagged(f, copied_card_id="62019999999999999999")),
    (124, STOP, lambda f: replace(f, other_tags=1)),
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
    ("psam-missing", STOP, lambda f: replace(f, psam_present=False, psam_authorised=False)),
    (97, STOP, lambda f: replace(f, psam_authorised=False)),
    ("no-status-list", WARN, lambda f: replace(f, list_age_s=None)),
    ("list-stale", WARN, lambda f: replace(f, list_age_s=24 * 3600 + 1)),
]


def test_an_ordinary_pair_has_no_finding(clean):
    assert check_presented(clean) == ()


@pytest.mark.parametrize(("code", "weight", "change"), ALONE)
def test_one_trouble_gives_exactly_its_own_finding(clean, code, weight, change):
    found = check_presented(change(clean))
    assert [finding.code for finding in found] == [code]
    assert found[0].severity is (Severity.STOP if weight == RELEASABLE else Severity(weight))
    assert found[0].releasable is (weight == RELEASABLE)


def test_every_rule_of_the_table_is_seen_alone():
    assert {code for code, _, _ in ALONE} == {rule.code for rule in PRESENTED_RULES}


@pytest.mark.parametrize(
    ("psam", "code"), [({"psam_authorised": False}, 97), ({"psam_present": False}, "psam-missing")]
)
def test_a_vehicle_file_that_no_psam_decrypts_is_the_psams_trouble_alone(clean, psam, code):
    found = check_presented(replace(tagged(clean, vehicle=None, trouble="PSAM not authorised"), **psam))
    assert [finding.code for finding in found] == [code]


SILENT = {
    "last valid day of the card": lambda f: carded(f, expiry=date(2024, 5, 6)),
    "first valid day of the card": lambda f: carded(f, start=date(2024, 5, 6)),
    "last valid day of the tag": lambda f: tagged(f, expiry=date(2024, 5, 6)),
    "first valid day of the tag": lambda f: tagged(f, signed=date(2024, 5, 6)),
    "dates without data": lambda f: carded(tagged(f, signed=None, expiry=None), start=None, expiry=None),
    "removal flag with an unknown high nibble": lambda f: tagged(f, removal_flag=0xF1),
    "no removal flag in the 26-byte form": lambda f: tagged(f, removal_flag=None),
    "contactless interface bit": lambda f: tagged(f, status=0x20),
    "card error bit, but the card was read": lambda f: tagged(f, status=0x08),
    "another operator of the same province": lambda f: carded(tagged(f, issuer=BEIJING_ISSUER), issuer=BEIJING_ISSUER),
    "an issuer the policy names": lambda f: replace(
        carded(tagged(f, issuer=UNKNOWN_ISSUER), issuer=UNKNOWN_ISSUER), policy=Policy(foreign_issuers=("41424344",))
    ),
    "charge card with an empty virtual balance": lambda f: carded(f, card_type=23, balance_fen=0),
    "plate in another letter case": lambda f: carded(f, vehicle=plate("甘a12345")),
    "no colour on the card": lambda f: carded(f, vehicle=plate("甘A12345", colour=0xFF)),
    "no class on an old card": lambda f: carded(f, vehicle=plate("甘A12345", toll_class=None)),
    "class FF on the card": lambda f: carded(f, vehicle=plate("甘A12345", toll_class=0xFF)),
    "EF04 never written": lambda f: tagged(f, copied_card_id="F" * 20),
    "EF04 cleared": lambda f: tagged(f, copied_card_id="0" * 20),
    "EF04 not read": lambda f: tagged(f, copied_card_id=None),
    "running trip of a week ago": lambda f: last(f, status=0x03, ago_s=7 * 86400),
    "ended trip": lambda f: last(f, status=0x04, station="62010101"),
    "cleared card": lambda f: last(f, status=0x02),
    "this station, window over": lambda f: last(f, status=0x06, ago_s=301),
    "another station, a moment ago": lambda f: last(f, status=0x06, station="62010A0C"),
    "own list, window over": lambda f: seen(f, age_s=301),
    "list just young enough": lambda f: replace(f, list_age_s=24 * 3600),
}


@pytest.mark.parametrize("change", SILENT.values(), ids=SILENT.keys())
def test_these_are_no_trouble(clean, change):
    assert codes(change(clean)) == []


def test_days_are_beijing_days(clean):
    late_evening_utc = datetime(2024, 5, 5, 16, 0, tzinfo=UTC)  # already 6 May in Beijing
    just_before = datetime(2024, 5, 5, 15, 59, 59, tzinfo=UTC)
    facts = replace(carded(clean, expiry=date(2024, 5, 5), capp=None), now=late_evening_utc)
    assert codes(facts) == [21, "last-passage-unclear"]
    assert codes(replace(facts, now=just_before)) == ["last-passage-unclear"]


def test_unknown_issuer_on_one_side_leaves_43_silent(clean):
    assert codes(carded(clean, issuer=UNKNOWN_ISSUER)) == [25]
    assert codes(tagged(clean, issuer=UNKNOWN_ISSUER)) == [8]


def test_an_illegal_tag_class_is_told_once(clean):
    assert codes(tagged(clean, vehicle=plate("甘A12345", toll_class=30))) == [9]


@pytest.mark.parametrize("trouble", ["", "absent", "mute"])
def test_card_rules_are_silent_without_a_card(clean, trouble):
    facts = replace(clean, card=None, card_trouble=trouble, repeats=(), lane_open_trade=True)
    assert len(codes(facts)) == 1


def test_what_our_own_terminals_did_outweighs_the_lanes_open_trade(clean):
    facts = replace(seen(last(clean, status=0x06)), lane_open_trade=True)
    assert codes(facts) == [141, "lane-open-trade"]


def test_a_repeat_is_told_by_its_strongest_mark(clean):
    facts = seen(seen(seen(last(clean, status=0x06), RepeatBy.PLATE, 5), RepeatBy.OBU, 20), RepeatBy.CARD, 40)
    (finding,) = check_presented(facts)
    assert finding.params == {"by": "card", "age_s": "40", "terminal": "this"}


def test_findings_come_in_the_order_of_the_lane_checks(clean):
    facts = tagged(
        clean,
        status=0x07,
        expiry=date(2024, 1, 1),
        listed=(1,),
        copied_card_id="62019999999999999999",
        vehicle=plate("京A00000", 1, 2),
    )
    facts = carded(facts, expiry=date(2024, 1, 1), listed=(1,), locked=True, issuer=BEIJING_ISSUER, balance_fen=0)
    facts = replace(last(facts, status=0x06), psam_authorised=False, list_age_s=None)
    assert codes(facts) == [1, 2, 3, 6, 7, 21, 23, 24, 28, 41, 42, 43, 44, 141, 97, "no-status-list"]


def test_amount_is_checked_on_stored_value_cards_only(clean):
    poor = carded(clean, balance_fen=1044)
    (finding,) = check_amount(poor, 1045)
    assert (finding.code, finding.severity, finding.releasable) == (27, Severity.STOP, False)
    assert finding.params == {"balance_fen": "1044", "amount_fen": "1045", "short_fen": "1"}
    assert check_amount(poor, 1044) == ()
    assert check_amount(carded(clean, balance_fen=0), 0) == ()
    assert check_amount(carded(clean, card_type=23, balance_fen=0), 1045) == ()
    assert check_amount(replace(clean, card=None), 1045) == ()


SCENARIOS = {
    "car-3des": (lambda f: f, []),
    "car-sm4": (lambda f: tagged(f, contract_serial="6201000033334444"), []),
    "car-new-energy": (
        lambda f: carded(tagged(f, vehicle=plate("甘AD12345", 4)), vehicle=plate("甘AD12345", 4)),
        [],
    ),
    "coach-3": (lambda f: carded(tagged(f, vehicle=plate("甘A3", 1, 3)), vehicle=plate("甘A3", 1, 3)), []),
    "truck-6": (lambda f: carded(tagged(f, vehicle=plate("甘A6", 1, 16)), vehicle=plate("甘A6", 1, 16)), []),
    "charge-card": (lambda f: carded(f, card_type=23, balance_fen=2_000_000_000), []),
    "low-balance": (lambda f: carded(f, balance_fen=500), [27]),
    "plates-differ": (lambda f: carded(f, vehicle=plate("甘A99999")), [41]),
    "card-listed": (lambda f: carded(f, listed=(4,)), [24]),
    "tag-listed": (lambda f: tagged(f, listed=(1,)), [6]),
    "tag-removed": (lambda f: tagged(f, removal_flag=0x00, status=0x02), [2]),
    "card-expired": (lambda f: carded(f, expiry=date(2024, 4, 6)), [21]),
    "tag-without-card": (lambda f: replace(tagged(f, status=0x80), card=None, card_trouble="absent"), [5]),
    "unknown-issuer": (lambda f: carded(f, issuer=UNKNOWN_ISSUER), [25]),
    "just-passed": (lambda f: last(f, status=0x06, ago_s=120), [141]),
    "lane-left-unfinished": (lambda f: replace(last(f, status=0x06), lane_open_trade=True), ["lane-open-trade"]),
    "trip-running": (lambda f: last(f, status=0x03, station="62010101", ago_s=3 * 3600), ["running-trip"]),
}


@pytest.mark.parametrize(("change", "expected"), SCENARIOS.values(), ids=SCENARIOS.keys())
def test_the_vehicles_of_the_demo(clean, change, expected):
    facts = change(clean)
    found = (*check_presented(facts), *check_amount(facts, 1045))
    assert [finding.code for finding in found] == expected
