"""The command line itself: its commands, and usage errors that say what was expected."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from laneside.cli import app
from laneside.virtual.vehicles import VEHICLES


def run(*words: str) -> tuple[int, str, str]:
    ended = CliRunner().invoke(app, [*words], env={"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"})
    return ended.exit_code, ended.stdout, ended.stderr


@pytest.mark.parametrize(
    "command", ["demo", "terminal", "centre", "virtual roadside", "virtual vehicles", "decode", "sam"]
)
def test_every_command_explains_itself(command: str) -> None:
    status, told, _ = run(*command.split(), "--help")
    assert status == 0
    assert re.search(rf"Usage: .*{command}", told)


def test_the_vehicles_are_listed_for_people_and_programs() -> None:
    status, told, _ = run("virtual", "vehicles")
    assert (status, len(told.splitlines())) == (0, len(VEHICLES))
    assert re.search(r"^plates-differ +甘A5E264_0 .* refused +41 ", told, re.MULTILINE)
    listed = json.loads(run("virtual", "vehicles", "--json")[1])
    assert [vehicle["name"] for vehicle in listed] == [vehicle.name for vehicle in VEHICLES]
    assert listed[0] == {
        "name": "car-3des",
        "plate": "甘A12345",
        "plate_colour": 0,
        "toll_class": 1,
        "vehicle_kind": 0,
        "card_id": listed[0]["card_id"],
        "contract_serial": listed[0]["contract_serial"],
        "outcome": "completed",
        "codes": [],
        "description": {"zh": "客一，3DES 储值卡与标签", "en": "Passenger car, 3DES card and tag"},
    }


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["terminal", "--data", "x", "--centre", "http://127.0.0.1:9", "--roadside", "nowhere"], "HOST:PORT"),
        (["virtual", "roadside", "--data", "x", "--psam", "maybe"], "neither none nor required"),
        (["centre"], "say where the centre's folder is"),
    ],
)
def test_a_usage_error_says_what_was_expected(words: list[str], expected: str) -> None:
    status, told, complaint = run(*words)
    assert (status, told) == (2, "")
    assert expected in re.sub(r"[\s│]+", " ", complaint)
