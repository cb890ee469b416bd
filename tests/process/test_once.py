"""``laneside demo --once``: what it prints for programs, its exit statuses, and a folder that is used again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from street import Street, street
from timeouts import scaled

from laneside.cli.once import EXIT_STATUS, run_once

pytestmark = [pytest.mark.process]

KEYS = ["scenario", "outcome", "findings", "card", "tag", "fee", "record", "centre", "lane"]
CARD = ["number", "balance_before_fen", "balance_after_fen", "counter_before", "counter_after", "file_0019"]


def once(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "laneside", "demo", "--once", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=scaled(90))


def test_a_paid_vehicle_prints_exactly_the_agreed_keys_and_its_folder_goes_on(tmp_path: Path) -> None:
    first = once("--scenario", "car-sm4", "--data", str(tmp_path), "--json")
    assert (first.returncode, first.stderr) == (0, "")
    told = json.loads(first.stdout)
    assert list(told) == KEYS
    assert (told["scenario"], told["outcome"], told["findings"]) == ("car-sm4", "completed", [])
    assert list(told["card"]) == CARD
    assert list(told["tag"]) == ["contract_serial", "write", "copy_0019"]
    assert told["fee"] == {"pay_fen": 1100, "discount_fen": 55, "fee_fen": 1045}
    assert list(told["centre"]) == ["stored", "receipt", "photo_sha256"]
    assert list(told["lane"]) == ["barrier", "display"]
    assert told["record"]["transFee"] == 1045
    assert told["card"]["balance_before_fen"] - told["card"]["balance_after_fen"] == 1045
    again = once("--scenario", "car-sm4", "--data", str(tmp_path), "--json")
    assert again.returncode == 3
    refused = json.loads(again.stdout)
    assert list(refused) == KEYS
    assert (refused["outcome"], [f["code"] for f in refused["findings"]]) == ("refused", [141])
    assert refused["card"]["balance_before_fen"] == told["card"]["balance_after_fen"]
    assert refused["card"]["balance_after_fen"] == told["card"]["balance_after_fen"]
    assert refused["record"] is None


def test_a_refused_vehicle_tells_people_its_code() -> None:
    ended = once("--scenario", "plates-differ")
    assert ended.returncode == 3
    assert ended.stdout.startswith("plates-differ: refused\n  41 ")


def test_an_unknown_scenario_is_a_usage_error_that_names_the_known_ones() -> None:
    ended = once("--scenario", "car-4des", "--json")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "'car-4des'" in ended.stderr
    assert "car-3des" in ended.stderr


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with street(tmp_path_factory.mktemp("once"), search_s=1.0, plate_reading="off") as running:
        yield running


def test_a_card_pulled_after_its_debit_ends_unknown_with_an_open_debit_at_the_centre(lane: Street) -> None:
    lane.panel.withdraw_card_at("card", ins="54", when="after")
    result = run_once(lane.fleet, "car-3des")
    assert (result.outcome, EXIT_STATUS[result.outcome]) == ("unknown", 4)
    assert (result.card, result.record, result.centre["stored"]) == (None, None, "created")
    assert lane.card()["balance_fen"] == 50_000 - 1045
    assert result.lane["barrier"] == "closed"


def test_a_card_pulled_before_its_debit_is_handed_over(lane: Street) -> None:
    lane.panel.withdraw_card_at("card", ins="50", when="before")
    result = run_once(lane.fleet, "car-sm4")
    assert (result.outcome, EXIT_STATUS[result.outcome]) == ("transferred", 5)
    assert lane.card()["balance_fen"] == 50_000
    assert (result.record, result.centre["stored"]) == (None, "created")
