"""The rules of the house that no linter has: one value per fact, a test by each module's name, plain words."""

from __future__ import annotations

import ast
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "laneside"
TESTS = ROOT / "tests"

MAY_LOOK_ALIKE = {
    frozenset({"SerialDebitResult", "TcpDebitResult"}): "B5 of two makes of reader: each class is a frame's layout",
    frozenset({"PsamChallenge", "Challenge"}): "what the port says of a PSAM, and the frame of one make that has it",
    frozenset(
        {"WaitingTrade", "UnfinishedTrade"}
    ): "the port's value, and the street's: the roadside knows no terminal",
    frozenset({"Conclusion", "LaneOrder"}): "the same: the roadside stands in for a lane's computer",
}
"""Pairs of value classes that are two facts though they have the same fields, with the reason."""

FIELDS_MIN = 5
SHARE_MAX = 0.8


class ValueClass(NamedTuple):
    where: str
    name: str
    fields: frozenset[str]


def value_classes() -> list[ValueClass]:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                annotated = [each.target for each in node.body if isinstance(each, ast.AnnAssign)]
                names = {target.id for target in annotated if isinstance(target, ast.Name)}
                if len(names) >= FIELDS_MIN:
                    found.append(ValueClass(f"{path.relative_to(ROOT)}:{node.lineno}", node.name, frozenset(names)))
    return found


def mirrors(classes: list[ValueClass]) -> list[str]:
    alike = []
    for one, other in combinations(classes, 2):
        same = len(one.fields & other.fields)
        mirrored = same >= FIELDS_MIN and same > SHARE_MAX * max(len(one.fields), len(other.fields))
        if mirrored and frozenset({one.name, other.name}) not in MAY_LOOK_ALIKE:
            alike.append(f"{one.where} {one.name} and {other.where} {other.name} share {same} fields")
    return alike


def test_no_fact_has_two_values():
    assert mirrors(value_classes()) == []


def test_a_second_value_with_the_same_fields_would_be_found():
    fields = frozenset("abcdef")
    twins = [ValueClass("x:1", "Intent", fields), ValueClass("y:1", "IntentNote", fields | {"g"})]
    assert mirrors(twins) == ["x:1 Intent and y:1 IntentNote share 6 fields"]
    assert mirrors([twins[0], ValueClass("y:1", "Other", frozenset("abcdxy"))]) == []


def test_every_pair_that_may_look_alike_still_does():
    named = {each.name: each for each in value_classes()}
    for pair in MAY_LOOK_ALIKE:
        one, other = (named[name] for name in pair)
        assert len(one.fields & other.fields) > SHARE_MAX * max(len(one.fields), len(other.fields)), pair
