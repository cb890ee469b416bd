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

TESTED_IN = {
    "card/channel.py": ("tests/contract/reader/test_port.py", "a port: whoever implements it is tested against it"),
    "centre/api/routes.py": ("tests/contract/centre/test_uploads.py", "each route by what it does"),
    "centre/app.py": ("tests/contract/centre/test_request_auth.py", "the whole application, by each of its pages"),
    "centre/demo.py": ("tests/unit/centre/test_document_parts.py", "the documents that the demonstration publishes"),
    "centre/ingest/intake.py": ("tests/contract/centre/test_uploads.py", "what is taken, over HTTP"),
    "centre/storage/tables.py": ("tests/unit/centre/test_database.py", "the schema against its migrations"),
    "centre/web/routes.py": ("tests/contract/centre/test_pages.py", "each page over HTTP"),
    "cli/browserless.py": ("tests/process/test_once.py", "a collector without a browser, before a real terminal"),
    "cli/plates.py": ("tests/unit/cli/test_commands.py", "one command"),
    "cli/virtual_pcsc.py": ("tests/pcsc/test_processes.py", "wants a real pcscd"),
    "devices/serial.py": ("tests/unit/devices/test_byte_links.py", "one contract for both links"),
    "devices/tcp.py": ("tests/unit/devices/test_byte_links.py", "one contract for both links"),
    "passage/lane.py": ("tests/unit/devices/test_lane.py", "a port: whoever implements it is tested"),
    "passage/ports.py": ("tests/unit/passage/test_desk.py", "ports: whoever implements them is tested"),
    "passage/views/views.py": ("tests/unit/terminal/test_rendering.py", "values alone: drawn by the pages"),
    "plates/models.py": ("tests/unit/plates/test_recogniser.py", "real models"),
    "plates/strip_reader.py": ("tests/unit/plates/test_recogniser.py", "real models"),
    "plates/worker.py": ("tests/unit/devices/test_plates.py", "the process, as its parent has it"),
    "reader/frames/connection_keeper.py": ("tests/unit/passage/test_frame_readers.py", "over a virtual reader's wire"),
    "reader/frames/conversation.py": ("tests/unit/reader/frames/test_tracing.py", "every frame of a conversation"),
    "reader/frames/found.py": ("tests/contract/reader/test_port.py", "what is found, of both dialects"),
    "reader/frames/reader.py": ("tests/contract/reader/test_port.py", "an EtcReader"),
    "reader/frames/tag_search.py": ("tests/contract/reader/test_port.py", "the search of an EtcReader"),
    "reader/purchase.py": ("tests/unit/reader/test_apdu.py", "the purchase of the APDU reader"),
    "reader/radio_session.py": ("tests/unit/reader/test_apdu.py", "the sessions of the APDU reader"),
    "reader/tag_copy.py": ("tests/unit/reader/test_apdu.py", "the tag's copy, written by the APDU reader"),
    "terminal/app.py": ("tests/unit/terminal/test_home.py", "the whole application, by each of its pages"),
    "terminal/services.py": ("tests/unit/terminal/test_root.py", "values alone: filled by the root"),
    "virtual/chips/card_files.py": ("tests/unit/virtual/chips/test_card.py", "the card's files"),
    "virtual/chips/chip.py": ("tests/unit/virtual/chips/test_card.py", "what all three chips share"),
    "virtual/connections.py": ("tests/unit/virtual/test_client.py", "the server's side of the client's wire"),
    "virtual/integrated/chip_jobs.py": ("tests/contract/reader/test_port.py", "what a reader does with its chips"),
    "virtual/integrated/controller.py": ("tests/contract/reader/test_port.py", "a reader before a host"),
    "virtual/integrated/field.py": ("tests/contract/reader/test_port.py", "tags that come and go"),
    "virtual/integrated/line.py": ("tests/unit/virtual/integrated/test_server.py", "faults on the wire"),
    "virtual/integrated/purchase.py": ("tests/unit/passage/test_frame_readers.py", "debits of a reader"),
    "virtual/integrated/reader.py": ("tests/unit/virtual/integrated/test_server.py", "a reader on a real wire"),
    "virtual/integrated/replies.py": ("tests/contract/reader/test_port.py", "both dialects before one host"),
    "virtual/integrated/session.py": ("tests/contract/reader/test_port.py", "a reader before a host"),
    "virtual/issuing.py": ("tests/unit/virtual/test_world.py", "the chips of every named vehicle"),
    "virtual/pcsc.py": ("tests/pcsc/test_passages.py", "wants a real pcscd"),
    "virtual/pcsc_daemon.py": ("tests/pcsc/test_processes.py", "wants a real pcscd"),
}
"""Modules without a test file of their name: where they are tested, and why there."""

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


def named_tests() -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in TESTS.rglob("test_*.py"):
        found.setdefault(path.stem.removeprefix("test_"), []).append(path)
    return found


def is_tested_by_name(module: Path, named: dict[str, list[Path]]) -> bool:
    """Whether a test of this module's name is in a folder of its room; commands may be tested as processes."""
    room = module.parts[0] if len(module.parts) > 1 else "unit"
    rooms = {room, "process"} if room == "cli" else {room}
    return any(rooms & set(path.relative_to(TESTS).parts) for path in named.get(module.stem, ()))


def modules() -> list[Path]:
    found = (path.relative_to(SOURCE) for path in sorted(SOURCE.rglob("*.py")))
    return [path for path in found if not path.stem.startswith("__") and "migrations" not in path.parts]


def test_every_module_has_a_test_of_its_name():
    named = named_tests()
    missing = [str(module) for module in modules() if not is_tested_by_name(module, named)]
    assert sorted(missing) == sorted(TESTED_IN)


def test_every_test_that_stands_in_exists():
    assert [test for test, _ in TESTED_IN.values() if not (ROOT / test).is_file()] == []
