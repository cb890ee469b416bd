"""What ``--once`` prints, and its exit status for each way in which a vehicle can end."""

from __future__ import annotations

import json

import pytest

from laneside.cli.once import EXIT_STATUS, OnceResult, table_of
from laneside.passage.notes import Ending


def result(**changes: object) -> OnceResult:
    usual = {
        "scenario": "plates-differ",
        "outcome": "refused",
        "findings": [{"code": 41, "text": "卡签车牌不符"}],
        "card": None,
        "tag": {"contract_serial": "6201011900000010", "write": "not-asked", "copy_0019": "AA29"},
        "fee": None,
        "record": None,
        "centre": {"stored": "created", "receipt": {"at": "x"}, "photo_sha256": None},
        "lane": {"barrier": "closed", "display": "人工处理"},
    }
    return OnceResult(**(usual | changes))


def test_every_ending_has_its_exit_status() -> None:
    assert set(EXIT_STATUS) == {ending.value for ending in Ending}
    assert (EXIT_STATUS["completed"], EXIT_STATUS["refused"], EXIT_STATUS["unknown"]) == (0, 3, 4)
    assert (EXIT_STATUS["transferred"], EXIT_STATUS["abandoned"]) == (5, 5)


def test_json_keeps_chinese_readable_and_nothing_out() -> None:
    told = result().as_json()
    assert "卡签车牌不符" in told
    assert list(json.loads(told)) == [
        "scenario", "outcome", "findings", "card", "tag", "fee", "record", "centre", "lane",
    ]  # fmt: skip
    assert json.loads(told)["card"] is None


def test_the_table_is_for_people() -> None:
    lines = table_of(result()).splitlines()
    assert lines[:2] == ["plates-differ: refused", "  41 卡签车牌不符"]
    assert "  lane   barrier=closed  display=人工处理" in lines
    assert not any("receipt" in line or line.startswith("  card") for line in lines)


@pytest.mark.parametrize("record", [{"id": "G0030620010010201001", "tac": "312D655D"}])
def test_a_record_shows_its_id_and_tac(record: dict[str, str]) -> None:
    assert table_of(result(record=record)).endswith("  record G0030620010010201001  TAC 312D655D")
