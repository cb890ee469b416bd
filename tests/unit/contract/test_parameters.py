"""The signed documents: a document of an earlier software is read, and a new field has its default."""

from __future__ import annotations

import msgspec

from laneside.contract.parameters import CheckLimits, Policy, TariffRow
from laneside.contract.signing import canonical, parse


def test_an_empty_policy_has_every_default_and_the_limits_of_the_check() -> None:
    policy = parse(b"{}", Policy)
    assert policy == Policy()
    assert isinstance(policy, CheckLimits)
    assert (policy.duplicate_window_s, policy.check_clock_s, policy.check_unsent) == (300, (30, 300), (200, None))


def test_the_limits_are_written_among_the_policys_own_settings() -> None:
    wire = msgspec.json.decode(canonical(Policy(check_clock_s=(1, None))))
    assert wire["checkClockS"] == [1, None]
    assert all(not isinstance(value, dict) for value in wire.values())


def test_a_tariff_row_is_these_four_names() -> None:
    row = TariffRow(station_hex="62010A0B", toll_class=1, fee_fen=1100, fee95_fen=1045)
    assert msgspec.json.decode(canonical(row)) == {
        "stationHex": "62010A0B", "tollClass": 1, "feeFen": 1100, "fee95Fen": 1045,
    }  # fmt: skip
