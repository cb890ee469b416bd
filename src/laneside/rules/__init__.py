"""Verification of what was read and confirmed: facts in, findings out, one pure function per rule.

Nothing may enter that reads, asks or remembers: facts are handed in by the passage, and no sibling room is known here.
"""

from laneside.rules.facts import (
    CappFacts,
    CardFacts,
    Confirmed,
    Facts,
    IssuedVehicle,
    ReadPlate,
    Repeat,
    RepeatBy,
    TagFacts,
)
from laneside.rules.finding import Finding, Severity
from laneside.rules.order import CONFIRMED_RULES, PRESENTED_RULES, check_amount, check_confirmed, check_presented
from laneside.rules.texts import FindingText, describe, local_words

__all__ = [
    "CONFIRMED_RULES",
    "PRESENTED_RULES",
    "CappFacts",
    "CardFacts",
    "Confirmed",
    "Facts",
    "Finding",
    "FindingText",
    "IssuedVehicle",
    "ReadPlate",
    "Repeat",
    "RepeatBy",
    "Severity",
    "TagFacts",
    "check_amount",
    "check_confirmed",
    "check_presented",
    "describe",
    "local_words",
]
