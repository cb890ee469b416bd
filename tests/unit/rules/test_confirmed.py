"""What the collector confirmed against what card and tag were issued for."""

import pytest
from msgspec.structs import replace

from laneside.rules.finding import Severity
from laneside.rules.rule_table import CONFIRMED_RULES, check_confirmed
from laneside.rules.vehicle_facts import IssuedVehicle, ReadPlate, SeenVehicle

SAME = SeenVehicle(plate="甘A12345", colour=0, toll_class=1, vehicle_kind=0)


def codes(facts, confirmed):
    return [finding.code for finding in check_confirmed(facts, confirmed)]


ALONE = [
    (138, replace(SAME, plate="甘A54321")),
    (138, replace(SAME, colour=1)),
    (140, replace(SAME, toll_class=2)),
    ("kind-unlikely", replace(SAME, vehicle_kind=21)),
]


def test_the_same_vehicle_has_no_finding(clean):
    assert check_confirmed(clean, SAME) == ()


@pytest.mark.parametrize(("code", "confirmed"), ALONE)
def test_one_difference_gives_exactly_its_own_finding(clean, code, confirmed):
    assert codes(clean, confirmed) == [code]


def test_every_rule_of_the_table_is_seen():
    assert {code for code, _ in ALONE} | {"plate-form"} == {rule.code for rule in CONFIRMED_RULES}


def test_138_and_140_need_a_shift_leader(clean):
    found = check_confirmed(clean, SeenVehicle(plate="甘A54321", colour=1, toll_class=12, vehicle_kind=0))
    assert [(finding.code, finding.severity, finding.releasable) for finding in found] == [
        (138, Severity.STOP, True),
        (140, Severity.STOP, True),
    ]


def test_what_was_not_chosen_yet_is_not_judged(clean):
    assert codes(clean, SeenVehicle(plate="甘A12345", colour=0)) == []


def test_class_must_agree_with_the_card_too(clean):
    card = replace(clean.card, vehicle=IssuedVehicle(plate="甘A12345", colour=0, toll_class=2))
    (finding,) = check_confirmed(replace(clean, card=card), SAME)
    assert (finding.code, finding.params) == (140, {"actual_class": "1", "issued_class": "2"})


def test_without_a_tag_the_card_bears_witness(clean):
    assert codes(replace(clean, tag=None), SAME) == []
    assert codes(replace(clean, tag=None), replace(SAME, plate="甘A54321")) == [138]


def test_colour_of_the_card_counts_when_the_tag_has_none(clean):
    tag = replace(clean.tag, vehicle=IssuedVehicle(plate="甘A12345", colour=0xFF, toll_class=1))
    assert codes(replace(clean, tag=tag), SAME) == []
    assert codes(replace(clean, tag=tag), replace(SAME, colour=1)) == [138]


def test_an_unusual_plate_is_a_warning(clean):
    found = check_confirmed(clean, replace(SAME, plate="甘A1"))
    assert [(finding.code, finding.severity) for finding in found] == [
        (138, Severity.STOP),
        ("plate-form", Severity.WARN),
    ]


@pytest.mark.parametrize("kind", [0, 6, 8, 10, 12, 14, 22, 23, 26])
def test_kinds_that_a_car_may_have(clean, kind):
    assert codes(clean, replace(SAME, vehicle_kind=kind)) == []


READ_OTHER = ReadPlate(plate="甘A12346", colour=0)


@pytest.mark.parametrize(
    ("confirmed", "found"),
    [
        (replace(SAME, read=ReadPlate(plate="甘A12345", colour=0)), []),
        (replace(SAME, read=READ_OTHER), [(138, "warn", "photo")]),
        (replace(SAME, read=ReadPlate(plate="甘A12345", colour=4)), [(138, "warn", "photo")]),
        (replace(SAME, read=ReadPlate(plate="甘A12345", colour=0xFF)), []),
        (replace(SAME, plate="甘A12346", read=READ_OTHER), [(138, "stop", None)]),
        (replace(SAME, plate="甘A12346", read=ReadPlate(plate="甘A12345", colour=0)), [(138, "stop", None)]),
    ],
)
def test_the_photo_is_the_third_witness(clean, confirmed, found):
    findings = check_confirmed(clean, confirmed)
    assert [(f.code, f.severity.value, f.params.get("witness")) for f in findings] == found
