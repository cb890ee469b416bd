"""系统配置: which lanes are enabled, kept in the journal, changed by administrators only."""

from __future__ import annotations

from lane_kit import ETC_LANE, MIXED_LANE

from laneside.passage.answers import Done, Rejected


def test_only_an_administrator_enables_lanes(station) -> None:
    before = station.lane_setup.enabled()
    refused = station.lane_setup.enable(frozenset({ETC_LANE}))
    assert isinstance(refused, Rejected)
    assert refused.text.zh == "只有管理员可以修改系统配置"
    assert station.lane_setup.enabled() == before == {ETC_LANE, MIXED_LANE}


def test_the_choice_outlives_a_restart_and_names_who_made_it(station) -> None:
    station.login("620001")
    assert station.lane_setup.enable(frozenset({MIXED_LANE})) == Done()
    station.restart()
    assert station.lane_setup.enabled() == {MIXED_LANE}
    assert station.journal.latest("setup").subject == "620001"
