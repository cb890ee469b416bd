"""The table in docs/vehicles.md holds: each vehicle ends as it says, on the card, at the lane and at the centre."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from street import Street, copy_of, street

from laneside.cli.once import OnceResult, run_once

pytestmark = [pytest.mark.process]

PAGE = Path(__file__).parents[2] / "docs" / "vehicles.md"
FEES_FEN = {"1": 1045, "3": 2090, "16": 5121}
"""What the demo's tariff takes of each class after its 95 %, in whole fen."""

UNCHARGED = {"green-truck": "free", "lane-left-unfinished": "debited before by the fixed antenna"}
NOTES = {"lane-left-unfinished": ["lane-open-trade"]}
"""Findings that stop nothing; the table's codes are those that do."""


def rows() -> list[dict[str, str]]:
    """Read the first table of the page that has a vehicle and an outcome."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("| vehicle |"))
    head, _, *body = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines[start : start + next(n for n, line in enumerate([*lines[start:], ""]) if not line)]
    )
    return [dict(zip(head, cells, strict=True)) for cells in body]


ROWS = rows()


def codes(row: dict[str, str]) -> list[str]:
    return row["codes"].replace(",", " ").split()


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with street(tmp_path_factory.mktemp("vehicles")) as running:
        yield running


def test_the_table_and_the_command_tell_the_same() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "laneside", "virtual", "vehicles", "--json"], capture_output=True, check=True
    )
    told = [
        (each["name"], each["outcome"], [str(code) for code in each["codes"]]) for each in json.loads(printed.stdout)
    ]
    assert [(row["vehicle"], row["outcome"], codes(row)) for row in ROWS] == told


@pytest.mark.parametrize("row", ROWS, ids=[row["vehicle"] for row in ROWS])
def test_each_vehicle_ends_as_the_table_says(lane: Street, row: dict[str, str]) -> None:
    result = run_once(lane.fleet, row["vehicle"])
    assert result.outcome == row["outcome"]
    assert [str(finding["code"]) for finding in result.findings] == codes(row) + NOTES.get(row["vehicle"], [])
    if row["outcome"] == "completed":
        paid_and_stored(lane, row, result)
    else:
        stopped_and_told(lane, result)
    lane.verify_journal()


def paid_and_stored(lane: Street, row: dict[str, str], result: OnceResult) -> None:
    fee_fen = 0 if row["vehicle"] in UNCHARGED else FEES_FEN[row["class"].split()[0]]
    debits = 0 if row["vehicle"] == "lane-left-unfinished" else 1
    card, tag, record = result.card, result.tag, result.record
    assert card is not None
    assert tag is not None
    assert record is not None
    assert card["balance_before_fen"] - card["balance_after_fen"] == fee_fen
    assert card["counter_after"] - card["counter_before"] == debits
    assert (tag["write"], tag["copy_0019"]) == ("written", copy_of(card["file_0019"]))
    assert (record["cardId"], record["postBalance"]) == (card["number"], card["balance_after_fen"])
    assert record["preBalance"] - record["transFee"] == record["postBalance"]
    assert [kept.icc_pay_serial for kept in lane.records(card["number"])] == [card["counter_after"] - 1]
    assert result.centre["stored"] == "created"
    assert result.centre["photo_sha256"] is not None
    assert result.lane["barrier"] == "open"


def stopped_and_told(lane: Street, result: OnceResult) -> None:
    if result.card is not None:
        assert result.card["balance_after_fen"] == result.card["balance_before_fen"]
        assert result.card["counter_after"] == result.card["counter_before"]
        assert lane.records(result.card["number"]) == []
    assert result.record is None
    assert result.centre["stored"] == "created", "the event with its reason is at the centre"
    assert result.centre["photo_sha256"] is not None, "and the picture"
    assert result.lane["barrier"] == "closed"
