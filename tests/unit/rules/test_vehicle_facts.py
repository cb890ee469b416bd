"""Facts that cannot exist."""

import pytest
from msgspec.structs import replace

from laneside.rules.vehicle_facts import CappFacts


def test_moments_have_a_zone(clean):
    with pytest.raises(AssertionError):
        replace(clean, now=clean.now.replace(tzinfo=None))
    with pytest.raises(AssertionError):
        CappFacts(status=4, station_hex="62010101", moment=clean.now.replace(tzinfo=None))
