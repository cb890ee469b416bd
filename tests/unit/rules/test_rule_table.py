"""The order of the checks, and every vehicle of the demo as facts."""

from datetime import date

from msgspec.structs import replace
from rule_facts import BEIJING_ISSUER, UNKNOWN_ISSUER, carded, codes, last, plate, tagged

from laneside.rules.rule_table import check_amount, check_presented


def test_an_ordinary_pair_has_no_finding(clean):
    assert check_presented(clean) == ()


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


def test_the_vehicles_of_the_demo(clean):
    found = {}
    for name, (change, _) in SCENARIOS.items():
        facts = change(clean)
        found[name] = [finding.code for finding in (*check_presented(facts), *check_amount(facts, 1045))]
    assert found == {name: expected for name, (_, expected) in SCENARIOS.items()}
