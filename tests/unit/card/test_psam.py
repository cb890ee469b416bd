"""PSAM flows against literal hex (spec/psam-and-crypto.md)."""

from __future__ import annotations

import pytest
from bench import ISSUER
from scripts import played

from laneside.card.psam import authorise, challenge_for_authorisation, is_authorised, return_to_application, start
from laneside.card.status import ChipRefusedError

REGION = "B8CACBE0B8CACBE0"


def test_a_psam_starts_by_its_files():
    application = "01" + ISSUER.hex() + REGION + "20200101" + "20491231"
    script = f"""
        psam > 00A4000002 3F00 < 9000
        psam > 00B095000E < 62010123456789ABCDEF 05 01 0000 9000
        psam > 00B0960006 < 620100001234 9000
        psam > 00A4000002 DF01 < 9000
        psam > 00B0970019 < {application} 9000
    """
    identity = played(start(), script)
    assert identity.terminal.terminal_number.hex() == "620100001234"
    assert identity.issue.serial.hex() == "62010123456789abcdef"


@pytest.mark.parametrize(("sw", "authorised"), [("9000", True), ("6985", False), ("6A88", True)])
def test_only_6985_says_not_authorised(sw, authorised):
    script = f"psam > 801A590310 0000000000000000 {REGION} < {sw}"
    assert played(is_authorised(bytes.fromhex(REGION)), script) is authorised


def test_authorisation_runs_under_the_mf_and_returns_to_the_application():
    asked = "psam > 00A4000002 3F00 < 9000\n psam > 0084000008 < 6700\n psam > 0084000004 < 01020304 9000"
    assert played(challenge_for_authorisation(), asked).hex() == "0102030400000000"
    told = "psam > 0082004108 11A8F17B1A378D36 < 9000\n psam > 00A4000002 DF01 < 9000"
    assert played(authorise(bytes.fromhex("0082004108" + "11A8F17B1A378D36")), told).ok


def test_a_challenge_that_was_not_answered_is_left_for_the_application():
    assert played(return_to_application(), "psam > 00A4000002 DF01 < 9000") is None
    with pytest.raises(ChipRefusedError, match="6A82"):
        played(return_to_application(), "psam > 00A4000002 DF01 < 6A82")
