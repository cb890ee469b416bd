"""Verification of what was read and confirmed: facts in, findings out, one pure function per rule.

No rule reads, asks or remembers anything: the passage hands the facts in. No sibling room is imported here.
"""

from laneside.rules.finding import Finding, Severity
from laneside.rules.finding_texts import FindingText, describe
from laneside.rules.rule_table import CONFIRMED_RULES, PRESENTED_RULES, check_amount, check_confirmed, check_presented
from laneside.rules.vehicle_facts import (
    CappFacts,
    CardFacts,
    Facts,
    IssuedVehicle,
    ReadPlate,
    Repeat,
    RepeatBy,
    SeenVehicle,
    TagFacts,
)

__all__ = [
    "CONFIRMED_RULES",
    "PRESENTED_RULES",
    "CappFacts",
    "CardFacts",
    "Facts",
    "Finding",
    "FindingText",
    "IssuedVehicle",
    "ReadPlate",
    "Repeat",
    "RepeatBy",
    "SeenVehicle",
    "Severity",
    "TagFacts",
    "check_amount",
    "check_confirmed",
    "check_presented",
    "describe",
]
