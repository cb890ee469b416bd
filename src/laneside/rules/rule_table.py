"""All rules in the order of the checks: spec/codes.md 10.1 without the entry events, which are off at an open exit."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from laneside.rules import card, confirmed, pair, tag, terminal, trip
from laneside.rules.finding import Finding
from laneside.rules.vehicle_facts import Facts, SeenVehicle


class Rule(NamedTuple):
    """One rule: the code that it may find and the pure function that finds it."""

    code: int | str
    check: Callable[[Facts], Finding | None]


class ConfirmedRule(NamedTuple):
    """One rule over facts and what the collector confirmed."""

    code: int | str
    check: Callable[[Facts, SeenVehicle], Finding | None]


PRESENTED_RULES: tuple[Rule, ...] = (
    Rule(1, tag.low_battery),
    Rule(2, tag.removed),
    Rule(3, tag.tag_expired),
    Rule(4, tag.tag_not_enabled),
    Rule("card-only", tag.no_tag),
    Rule("single-chip-tag", tag.single_chip),
    Rule(5, tag.no_card),
    Rule("card-unreadable", tag.card_unreadable),
    Rule(6, tag.tag_listed),
    Rule(7, tag.tag_locked),
    Rule(8, tag.tag_issuer),
    Rule("tag-unreadable", tag.tag_unreadable),
    Rule(9, tag.tag_class),
    Rule(21, card.card_expired),
    Rule(22, card.card_not_enabled),
    Rule(23, card.card_locked),
    Rule(24, card.card_listed),
    Rule(25, card.card_issuer),
    Rule(28, card.empty_wallet),
    Rule(31, card.card_type),
    Rule(41, pair.plates_differ),
    Rule(42, pair.classes_differ),
    Rule(43, pair.issuers_differ),
    Rule(44, pair.copied_card_differs),
    Rule(124, tag.several_tags),
    Rule("last-passage-unclear", trip.last_passage_unclear),
    Rule("clock-behind-card", trip.clock_behind_card),
    Rule("running-trip", trip.running_trip),
    Rule(141, trip.repeated),
    Rule("lane-open-trade", trip.lane_open_trade),
    Rule("psam-missing", terminal.psam_missing),
    Rule(97, terminal.psam_not_authorised),
    Rule("no-status-list", terminal.list_never_loaded),
    Rule("list-stale", terminal.list_stale),
)

CONFIRMED_RULES: tuple[ConfirmedRule, ...] = (
    ConfirmedRule(138, confirmed.actual_plate_differs),
    ConfirmedRule(138, confirmed.read_plate_differs),
    ConfirmedRule(140, confirmed.actual_class_differs),
    ConfirmedRule("kind-unlikely", confirmed.kind_unlikely),
    ConfirmedRule("plate-form", confirmed.plate_form),
)


def check_presented(facts: Facts) -> tuple[Finding, ...]:
    """Return the findings of one radio session; no finding is 一致·有效·不在名单. Never raises, whatever the facts."""
    return tuple(finding for rule in PRESENTED_RULES if (finding := rule.check(facts)) is not None)


def check_confirmed(facts: Facts, confirmed: SeenVehicle) -> tuple[Finding, ...]:
    """Return what differs between the collector's input and tag and card; what was not chosen yet is not checked."""
    found = (rule.check(facts, confirmed) for rule in CONFIRMED_RULES)
    return tuple(finding for finding in found if finding is not None)


def check_amount(facts: Facts, amount_fen: int) -> tuple[Finding, ...]:
    """Return event 27 if the card can't pay the amount."""
    finding = card.balance_short(facts, amount_fen)
    return () if finding is None else (finding,)
