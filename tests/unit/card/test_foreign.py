"""What a wrong chip in a slot is, told by selections and free reads alone."""

from __future__ import annotations

import pytest
from scripts import played

from laneside.card.apdu import Device
from laneside.card.foreign import holds_psam, holds_user_card

MF = "card > 00A4000002 3F00 < 9000\n"
APPLICATION = "card > 00A4000002 DF01 < 9000\n"


def test_a_psam_is_known_by_its_application_and_0017() -> None:
    assert played(holds_psam(Device.CARD), MF + APPLICATION + f"card > 00B0970019 < {'00' * 25} 9000") is True


@pytest.mark.parametrize(
    "script",
    [
        "card > 00A4000002 3F00 < 6A82",
        MF + "card > 00A4000002 DF01 < 6A82",
        MF + APPLICATION + "card > 00B0970019 < 6A82",
        MF + APPLICATION + f"card > 00B0970019 < {'00' * 24} 9000",
    ],
)
def test_anything_less_is_no_psam(script: str) -> None:
    assert played(holds_psam(Device.CARD), script) is False


@pytest.mark.parametrize(("sw", "is_card"), [("9000", True), ("6283", True), ("6A82", False)])
def test_a_user_card_has_the_toll_application_open_or_locked(sw: str, is_card: bool) -> None:
    assert played(holds_user_card(Device.PSAM), f"psam > 00A4000002 1001 < {sw}") is is_card
