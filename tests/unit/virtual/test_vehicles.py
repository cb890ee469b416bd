"""The named vehicles: the list that the docs, the demo and the status list rely on."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from laneside.cli.virtual import virtual
from laneside.errors import SettingError
from laneside.virtual.vehicles import VEHICLES, listed_keys, vehicle_named

EXPECTED = {
    "car-3des": ("completed", []),
    "car-sm4": ("completed", []),
    "car-new-energy": ("completed", []),
    "coach-3": ("completed", []),
    "truck-6": ("completed", []),
    "container-tractor": ("completed", []),
    "green-truck": ("completed", []),
    "charge-card": ("completed", []),
    "low-balance": ("refused", [27]),
    "plates-differ": ("refused", [41]),
    "card-listed": ("refused", [24]),
    "tag-listed": ("refused", [6]),
    "tag-removed": ("refused", [2]),
    "card-expired": ("refused", [21]),
    "tag-without-card": ("refused", [5]),
    "unknown-issuer": ("refused", [25]),
    "just-passed": ("refused", [141]),
    "lane-left-unfinished": ("completed", []),
    "trip-running": ("refused", ["running-trip"]),
}


def test_the_command_lists_every_vehicle_with_its_expected_end() -> None:
    result = CliRunner().invoke(virtual, ["vehicles", "--json"])
    assert result.exit_code == 0
    listed = {row["name"]: (row["outcome"], row["codes"]) for row in json.loads(result.stdout)}
    assert listed == EXPECTED


def test_the_table_for_people_has_a_line_for_each() -> None:
    result = CliRunner().invoke(virtual, ["vehicles"])
    assert [line.split()[0] for line in result.stdout.splitlines()] == list(listed_names())


def listed_names() -> tuple[str, ...]:
    return tuple(vehicle.name for vehicle in VEHICLES)


def test_each_has_a_line_in_both_languages() -> None:
    assert all(vehicle.words.zh and vehicle.words.en for vehicle in VEHICLES)


def test_the_keys_for_the_status_list_are_those_of_the_listed_vehicles_alone() -> None:
    keys = listed_keys()
    assert [vehicle.name for vehicle in VEHICLES if vehicle.card_id == keys["card"]] == ["card-listed"]
    assert [vehicle.name for vehicle in VEHICLES if vehicle.tag.contract_serial == keys["obu"]] == ["tag-listed"]


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(SettingError, match="trip-running"):
        vehicle_named("car-4des")
