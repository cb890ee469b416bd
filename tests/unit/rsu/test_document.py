"""docs/frames.md says what the code does."""

import json
import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner

from laneside import rsu
from laneside.cli import app
from laneside.rsu.settings import _FRAME_SET, _OWN, _TIMEOUTS

TEXT = (Path(__file__).parents[3] / "docs" / "frames.md").read_text("utf-8")
DIALECTS = {"serial": rsu.SERIAL, "tcp": rsu.TCP}
OTHERS = {"GantryInit", "Opaque", "ShortReply"}


def table(first):
    found, inside = [], False
    for line in TEXT.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if cells and not inside:
            inside = cells[0] == first
        elif cells and not set(cells[0]) <= set("-"):
            found.append(cells)
        elif not cells:
            inside = False
    assert found
    return found


def block(info):
    return re.search(rf"```{info}\n(.*?)```", TEXT, re.DOTALL)[1]


def test_the_commands_print_what_is_shown():
    for example in re.split(r"^\$ laneside ", block("console run"), flags=re.MULTILINE)[1:]:
        command, _, shown = example.partition("\n")
        assert CliRunner().invoke(app, command.split()).stdout == shown


def test_the_code_prints_what_is_shown():
    printed = StringIO()
    with redirect_stdout(printed):
        exec(compile(block("python run"), "frames.md", "exec"), {})
    assert printed.getvalue() == block("text shown")


def test_the_messages_are_those_of_the_catalogue():
    for dialect, direction, said in table("dialect"):
        told = dict(re.findall(r"([0-9A-F]{2}) `(\w+)`", said))
        found = rsu.kinds(DIALECTS[dialect], rsu.Direction(direction))
        assert told == {f"{command:02X}": kind.__name__ for command, kind in found.items()}
    assert all(f"`{name}" in TEXT for name in OTHERS)


@pytest.mark.parametrize("column", [1, 2])
def test_the_settings_and_their_defaults(column):
    dialect = list(DIALECTS.values())[column - 1]
    rows = {row[0].strip("`"): json.loads(row[column].strip("`")) for row in table("setting")}
    known = [*_OWN, *(f"frame_set.{name}" for name in _FRAME_SET), *(f"timeouts.{name}" for name in _TIMEOUTS)]
    assert list(rows) == known
    for name, default in rows.items():
        held = dialect
        for part in name.split("."):
            held = getattr(held, part)
        assert held == default, name


def test_the_states_of_a_debit():
    for state, *columns in table("state"):
        for dialect, said in zip(DIALECTS.values(), columns, strict=True):
            for code in said.split():
                answer = rsu.ShortReply(number=0xB5, obu_id=bytes(4), error=int(code, 16))
                if answer.error:
                    assert rsu.debit_state(dialect, answer, rsu.Trade.CARD) is rsu.DebitState[state.strip("`")]
