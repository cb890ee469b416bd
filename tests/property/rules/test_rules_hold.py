"""Whatever is read, the checks answer: no facts make them raise, and what they answer keeps its form."""

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from laneside.contract.parameters import Policy
from laneside.rules.finding import Severity
from laneside.rules.finding_texts import describe
from laneside.rules.rule_table import CONFIRMED_RULES, PRESENTED_RULES, check_amount, check_confirmed, check_presented
from laneside.rules.vehicle_facts import (
    CappFacts,
    CardFacts,
    Facts,
    IssuedVehicle,
    Repeat,
    RepeatBy,
    SeenVehicle,
    TagFacts,
)

GANSU = bytes.fromhex("B8CACBE062010001")
zones = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-11))])
moments = st.datetimes(min_value=datetime(1970, 1, 3), max_value=datetime(2106, 2, 1), timezones=zones)  # noqa: DTZ001 - hypothesis adds the zone
bytes_of_one = st.integers(0, 0xFF)
plates = st.sampled_from(["甘A12345", "甘AD12345", "", "甘a12345 "]) | st.text(max_size=9)
vehicles = st.builds(
    IssuedVehicle,
    plate=plates,
    colour=st.sampled_from([0, 1, 4, 0xFF]) | bytes_of_one,
    toll_class=st.sampled_from([None, 1, 2, 16]) | bytes_of_one,
)
issuers = st.just(GANSU) | st.binary(min_size=8, max_size=8)
listed = st.lists(st.integers(0, 70000), max_size=3).map(tuple)
days = st.none() | st.dates(min_value=date(1, 1, 1))
tags = st.builds(
    TagFacts,
    status=bytes_of_one,
    issuer=issuers,
    contract_serial=st.text(max_size=16),
    signed=days,
    expiry=days,
    removal_flag=st.none() | bytes_of_one,
    vehicle=st.none() | vehicles,
    copied_card_id=st.none() | st.text(max_size=20),
    listed=listed,
    single_chip=st.booleans(),
    trouble=st.text(max_size=5),
)
capps = st.builds(
    CappFacts,
    status=st.sampled_from([1, 3, 4, 5, 6, 0x10]) | bytes_of_one,
    station_hex=st.sampled_from(["62010A0B", "62010101"]),
    moment=moments,
)
cards = st.builds(
    CardFacts,
    card_id=st.text(max_size=20),
    issuer=issuers,
    card_type=st.sampled_from([22, 23]) | bytes_of_one,
    start=days,
    expiry=days,
    vehicle=vehicles,
    balance_fen=st.integers(0, 0xFFFFFFFF),
    capp=st.none() | capps,
    locked=st.booleans(),
    listed=listed,
)
policies = st.builds(
    Policy,
    duplicate_window_s=st.integers(0, 3600),
    running_trip=st.sampled_from(["refuse", "overwrite", "nonsense"]),
    running_trip_age_s_max=st.integers(0, 30 * 86400),
    status_list_age_s_max=st.integers(0, 86400),
    card_only=st.sampled_from(["refuse", "allow", "nonsense"]),
    removal_ok=bytes_of_one,
    removal_mask=bytes_of_one,
    foreign_issuers=st.lists(st.text(max_size=8), max_size=2).map(tuple),
)
repeats = st.builds(Repeat, by=st.sampled_from(RepeatBy), age_s=st.integers(-600, 10_000), this_terminal=st.booleans())
facts = st.builds(
    Facts,
    now=moments,
    station_hex=st.just("62010A0B"),
    tag=st.none() | tags,
    card=st.none() | cards,
    card_trouble=st.sampled_from(["", "absent", "mute"]),
    tag_trouble=st.sampled_from(["", "6A82"]),
    psam_present=st.booleans(),
    psam_authorised=st.booleans(),
    list_age_s=st.none() | st.integers(-10, 10**9),
    repeats=st.lists(repeats, max_size=3).map(tuple),
    lane_open_trade=st.booleans(),
    policy=policies,
)
confirmations = st.builds(
    SeenVehicle,
    plate=plates,
    colour=bytes_of_one,
    toll_class=st.none() | bytes_of_one,
    vehicle_kind=st.none() | bytes_of_one,
)
ORDER = [rule.code for rule in PRESENTED_RULES]


@settings(max_examples=150)
@given(facts=facts)
def test_presented_facts_never_raise_and_keep_the_order(facts):
    found = check_presented(facts)
    places = [ORDER.index(finding.code) for finding in found]
    assert places == sorted(set(places))
    for rule in PRESENTED_RULES:
        finding = rule.check(facts)
        assert finding is None or finding.code == rule.code
    assert check_presented(facts) == found


@settings(max_examples=100)
@given(facts=facts)
def test_no_debit_without_card_psam_or_tag_unless_the_policy_says_so(facts):
    stopped = any(finding.severity is Severity.STOP for finding in check_presented(facts))
    lacking = facts.card is None or not facts.psam_present or not facts.psam_authorised
    lacking = lacking or (facts.tag is None and facts.policy.card_only != "allow")
    assert stopped or not lacking


@settings(max_examples=60)
@given(facts=facts, amount_fen=st.integers(0, 0xFFFFFFFF))
def test_the_amount_stops_exactly_short_stored_value_cards(facts, amount_fen):
    short = facts.card is not None and facts.card.card_type == 22 and facts.card.balance_fen < amount_fen
    assert [finding.code for finding in check_amount(facts, amount_fen)] == ([27] if short else [])


@settings(max_examples=100)
@given(facts=facts, confirmed=confirmations)
def test_confirmations_never_raise(facts, confirmed):
    places = [[rule.code for rule in CONFIRMED_RULES].index(f.code) for f in check_confirmed(facts, confirmed)]
    assert places == sorted(set(places))


@settings(max_examples=80)
@given(facts=facts, confirmed=confirmations, amount_fen=st.integers(0, 0xFFFFFFFF))
def test_every_finding_can_be_said(facts, confirmed, amount_fen):
    for finding in (*check_presented(facts), *check_confirmed(facts, confirmed), *check_amount(facts, amount_fen)):
        said = describe(finding)
        assert all((said.text.zh, said.text.en, said.why.zh, said.why.en, said.remedy.zh, said.remedy.en))
