"""The tables of the documents say what the code does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.resources import files
from operator import attrgetter

import msgspec

from laneside.card.outcome import Proof
from laneside.centre.api.answers import _STATUS
from laneside.centre.app import create_app
from laneside.centre.ingest.uploads import RECORD
from laneside.centre.settings import Settings
from laneside.contract.parameters import Policy
from laneside.contract.records import ExitRecord
from laneside.devices.machine import SystemClock
from laneside.passage import notes
from laneside.passage.notes import Ending
from laneside.reader.port import Capability, EtcReader
from laneside.rsu import DialectName

GUIDE = "docs/integrators-guide.md"
MANUAL = "docs/operator-manual.zh-CN.md"
EVENTS_OF_A_PASSAGE = {"refused", "transferred", "abandoned", "open-debit", "debit-settled"}


def bare(cell: str) -> str:
    return cell.strip("`")


def test_the_vehicles_are_those_of_the_command(rows):
    listed = subprocess.run(
        [sys.executable, "-m", "laneside", "virtual", "vehicles", "--json"], check=True, capture_output=True
    )
    told = [
        (v["name"], f"{v['plate']}_{v['plate_colour']}", v["description"]["zh"], v["description"]["en"],
         str(v["toll_class"]), str(v["vehicle_kind"]), v["outcome"], [str(code) for code in v["codes"]])
        for v in json.loads(listed.stdout)
    ]  # fmt: skip
    shown = [
        (row["vehicle"], row["plate"], row["车辆"], row["what it is"], row["class"].split()[0], row["kind"].split()[0],
         row["outcome"], row["codes"].split())
        for row in rows("docs/vehicles.md", "vehicle")
    ]  # fmt: skip
    assert shown == told
    assert len(shown) == 19


def test_the_settings_are_those_of_the_policy(rows):
    shown = [(bare(row["setting"]), json.loads(bare(row["default"]))) for row in rows(GUIDE, "setting")]
    assert sorted(shown) == sorted(json.loads(msgspec.json.encode(Policy())).items())


def test_the_collectors_remedies_are_those_of_the_rules(root):
    module = _tool(root, "remedies")
    manual = (root / MANUAL).read_text(encoding="utf-8")
    assert module.with_table(manual) == manual, "run: python tools/remedies.py --write"
    assert manual.count(module.BEGIN) == manual.count(module.END) == 1


def test_the_collector_finds_every_sound(root):
    sounds = tomllib.loads((files("laneside.terminal") / "locale" / "messages.toml").read_text(encoding="utf-8"))[
        "sound"
    ]
    manual = (root / MANUAL).read_text(encoding="utf-8")
    lines = [line for line in manual.splitlines() if line.startswith("|")]
    for name, (meaning, _) in sounds.items():
        if name.startswith("m_"):
            figure = sounds[name.removeprefix("m_")][0]
            assert any(line.startswith(f"| {figure} |") and meaning in line for line in lines), (figure, meaning)


def test_every_note_state_ending_and_proof_has_its_row(root, rows):
    text = (root / "docs" / "states.md").read_text(encoding="utf-8")
    table = rows("docs/states.md", "recovery state")
    named = " ".join(row["journal notes so far"] for row in table)
    assert {kind for kind in notes.KINDS if f"`{kind}" not in named} == set()
    states = {"PREPARED", "SENT", "DONE", "NOT_DONE", "UNCERTAIN", "ABANDONED"}
    assert {row["recovery state"] for row in table} - {"–"} == states
    assert {kind for kind in EVENTS_OF_A_PASSAGE if f"event `{kind}`" not in text} == set()
    assert {bare(row["`ended`"]) for row in rows("docs/states.md", "`ended`")} == set(Ending)
    assert {bare(row["`proof`"]) for row in rows("docs/states.md", "`proof`")} == set(Proof)


def test_the_centres_endpoints_and_refusals_are_all_told(rows, tmp_path):
    app = create_app(Settings(data=tmp_path / "centre"), SystemClock(), os.urandom)
    try:
        (api,) = [route for route in app.routes if getattr(route, "path", "") == "/api/v1"]
        served = {f"{method} /api/v1{route.path}" for route in api.routes for method in route.methods - {"HEAD"}}
    finally:
        app.state.centre.close()
    assert {bare(row["endpoint"]).partition("?")[0] for row in rows(GUIDE, "endpoint")} == served
    told = {bare(row["code"]): int(row["status"]) for row in rows(GUIDE, "code")}
    assert told == {**_STATUS, "any other": 400}


def test_the_three_constraints_are_those_of_the_database(rows):
    wire = {field.name: field.encode_name for field in msgspec.structs.fields(ExitRecord)}
    for row in rows(GUIDE, "constraint"):
        columns = RECORD.keys[bare(row["constraint"])]
        assert all(f"`{wire[column]}`" in row["columns"] for column in columns)
    assert {bare(row["constraint"]) for row in rows(GUIDE, "constraint")} == set(RECORD.keys)


def test_the_readers_calls_are_those_of_the_port(rows):
    calls = {bare(row["call"]).partition("(")[0] for row in rows(GUIDE, "call")}
    assert calls == {name for name in vars(EtcReader) if not name.startswith("_")}
    (capabilities,) = [row for row in rows(GUIDE, "call") if row["call"] == "`capabilities`"]
    assert all(f"`{capability}`" in capabilities["what it does"] for capability in Capability)


def test_every_room_has_its_line(root, rows):
    told = {room for row in rows("docs/architecture.md", "room") for room in row["room"].replace("`", "").split(", ")}
    package = root / "src" / "laneside"
    rooms = {path.parent.name for path in package.glob("*/__init__.py")}
    assert told == rooms | {path.stem for path in package.glob("*.py")} - {"__init__", "__main__"}


def _tool(root, name):
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location(f"tools.{name}", root / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_checks_are_those_of_the_doctor(rows):
    texts = (files("laneside.terminal.checkup") / "texts.toml").read_text(encoding="utf-8")
    table = {bare(row["check"]): row for row in rows(GUIDE, "check")}
    assert list(table) == list(tomllib.loads(texts))
    settings = {field.encode_name for field in msgspec.structs.fields(Policy) if field.encode_name.startswith("check")}
    told = " ".join(row["warns"] + row["stops"] for row in table.values())
    assert {name for name in settings if f"`{name}`" not in told} == set()


def test_the_tables_of_a_reader_settings_file_are_those_that_are_read(root, rows):
    from laneside.reader.frames import settings as host
    from laneside.virtual.integrated import settings as virtual_settings

    told = {bare(row["`reader`"]): float(bare(row["default"])) for row in rows("docs/frames.md", "`reader`")}
    policy = host.policy_of({}, DialectName.TCP)
    assert told == {name: getattr(policy, name) for name in host._READER}
    page = (root / "docs" / "frames.md").read_text(encoding="utf-8")
    paragraph = page.partition("`virtual`: ")[2].partition("; what they mean")[0]
    assert set(re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", paragraph))) == set(virtual_settings._VIRTUAL)


def test_the_limits_are_those_of_the_centre(rows, tmp_path):
    shown = {bare(row["limit"]): json.loads(bare(row["default"])) for row in rows(GUIDE, "limit")}
    settings = Settings(data=tmp_path)
    assert shown == {name: attrgetter(name)(settings) for name in shown}
    for part in ("connections", "login"):
        fields = getattr(settings, part).__struct_fields__
        assert {f"{part}.{field}" for field in fields} <= shown.keys() | {"login.of_person", "login.of_address"}
