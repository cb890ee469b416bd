"""What a finding is."""

import pytest

from laneside.rules.finding import Finding, Severity


def test_a_finding_cannot_be_changed_and_only_stops_are_released():
    finding = Finding(code=41, severity=Severity.STOP, params={"card_plate": "甘A12345"})
    with pytest.raises(AttributeError):
        finding.params = {"card_plate": "other"}
    with pytest.raises(AssertionError):
        Finding(code=1, severity=Severity.WARN, releasable=True)
