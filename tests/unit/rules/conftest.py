from datetime import UTC, date, datetime, timedelta

import pytest

from laneside.rules.vehicle_facts import CappFacts, CardFacts, Facts, IssuedVehicle, TagFacts

GANSU = bytes.fromhex("B8CACBE062010001")
NOW = datetime(2024, 5, 6, 6, 30, 15, tzinfo=UTC)
CARD_ID = "62011234567890123456"


@pytest.fixture
def vehicle():
    return IssuedVehicle(plate="甘A12345", colour=0, toll_class=1)


@pytest.fixture
def tag(vehicle):
    return TagFacts(
        status=0x00,
        issuer=GANSU,
        contract_serial="6201000011112222",
        signed=date(2020, 1, 1),
        expiry=date(2030, 1, 1),
        removal_flag=0x01,
        vehicle=vehicle,
        copied_card_id=CARD_ID,
    )


@pytest.fixture
def card(vehicle):
    return CardFacts(
        card_id=CARD_ID,
        issuer=GANSU,
        card_type=22,
        start=date(2020, 1, 1),
        expiry=date(2030, 1, 1),
        vehicle=vehicle,
        balance_fen=10_000,
        capp=CappFacts(status=0x04, station_hex="62010101", moment=NOW - timedelta(days=3)),
    )


@pytest.fixture
def clean(tag, card):
    """An ordinary pair at an ordinary moment: nothing to be found."""
    return Facts(now=NOW, station_hex="62010A0B", tag=tag, card=card, list_age_s=600)
