"""The rules for the terminal, each alone."""

import pytest
from msgspec.structs import replace
from rule_facts import STOP, WARN, codes_of, found_in, tagged, wrong_alone

from laneside.rules.rule_table import check_presented

ALONE = [
    ("psam-missing", STOP, lambda f: replace(f, psam_present=False, psam_authorised=False)),
    (97, STOP, lambda f: replace(f, psam_authorised=False)),
    ("no-status-list", WARN, lambda f: replace(f, list_age_s=None)),
    ("list-stale", WARN, lambda f: replace(f, list_age_s=24 * 3600 + 1)),
]

NOT_FOUND = {
    "list just young enough": lambda f: replace(f, list_age_s=24 * 3600),
}


def test_one_trouble_gives_exactly_its_own_finding(clean):
    assert wrong_alone(clean, ALONE) == []


def test_every_rule_is_seen_alone():
    assert {code for code, _, _ in ALONE} == codes_of("terminal")


def test_these_are_no_trouble(clean):
    assert found_in(clean, NOT_FOUND) == {}


@pytest.mark.parametrize(
    ("psam", "code"), [({"psam_authorised": False}, 97), ({"psam_present": False}, "psam-missing")]
)
def test_a_vehicle_file_that_no_psam_decrypts_is_the_psams_trouble_alone(clean, psam, code):
    found = check_presented(replace(tagged(clean, vehicle=None, trouble="PSAM not authorised"), **psam))
    assert [finding.code for finding in found] == [code]
