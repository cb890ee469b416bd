"""Every limit of real time in a test is scaled by the factor of which CONTRIBUTING speaks."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import timeouts

TESTS = Path(__file__).parents[1]
FACTOR = "LANESIDE_TEST_TIMEOUT_FACTOR"
CODE = """
import timeouts
from laneside.cli import fleet
timeouts.scale_the_product()
print(timeouts.scaled(2), fleet.START_S_MAX)
"""
WAITS = {"wait", "join", "settimeout", "set_default_timeout"}


def test_the_factor_stretches_the_tests_limits_and_the_products() -> None:
    environment = {**os.environ, FACTOR: "3", "PYTHONPATH": str(TESTS / "support")}
    told = subprocess.run([sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["6.0", "90.0"]


def test_contributors_are_told_of_it(root) -> None:
    assert FACTOR in (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert FACTOR in Path(timeouts.__file__).read_text(encoding="utf-8")


def test_no_test_has_a_limit_of_its_own() -> None:
    found = [
        f"{file.relative_to(TESTS)}:{node.lineno} {ast.unparse(node)}"
        for file in sorted(TESTS.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if _is_bare(node)
    ]
    assert found == [], "write scaled(...) around the number (tests/support/timeouts.py)"


def _is_bare(node: ast.AST) -> bool:
    """Return whether it waits for a plain number, or compares with one what has passed of the running clock."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name), args=[ast.Constant(value=int() | float()), *_]) if name in WAITS:
            return True
        case ast.Call(keywords=[*keywords]) if any(
            word.arg == "timeout" and isinstance(word.value, ast.Constant) for word in keywords
        ):
            return True
        case ast.BinOp(left=ast.Call(func=ast.Attribute(attr="monotonic")), op=ast.Add(), right=ast.Constant()):
            return True
        case ast.Compare(left=ast.BinOp(left=ast.Call(func=ast.Attribute(attr="monotonic"))), comparators=[*_, limit]):
            return isinstance(limit, ast.Constant)
        case _:
            return False
