"""Hooks, workflow, templates and the pages for contributors name commands and files that exist."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
import typer

from laneside.cli import app
from laneside.virtual.vehicles import vehicle_named

ROOT = Path(__file__).parents[2]
HOOKS = ROOT / ".pre-commit-config.yaml"
WORKFLOW = ROOT / ".github" / "workflows" / "test.yml"
PAGES = [
    HOOKS,
    *sorted(ROOT.glob(".github/**/*.*")),
    *(ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "SECURITY.md")),
]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def values(path: Path, key: str) -> list[str]:
    """The values of one key of a YAML file, where each is on one line."""
    return re.findall(rf"^ *(?:- )?{key}: (.+)$", text_of(path), re.MULTILINE)


def commands_of_the_door() -> set[str]:
    """What ``./lane`` takes, by its own case."""
    (case,) = re.findall(r'^case "\$command" in\n(.*)^esac', text_of(ROOT / "lane"), re.MULTILINE | re.DOTALL)
    return {name for line in re.findall(r"^(\w[^)\n]*)\)$", case, re.MULTILINE) for name in line.split(" | ")}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_command_named_exists(page):
    laneside = set(typer.main.get_command(app).commands)
    assert set(re.findall(r"\./lane (\w+)", text_of(page))) <= commands_of_the_door()
    assert set(re.findall(r"`laneside (\w+)", text_of(page))) <= laneside


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_file_named_exists(page):
    named = re.findall(r"(?<![\w/])((?:tests|docs|tools|src|requirements)/[\w./-]+|[A-Z]{4,}\.md)", text_of(page))
    assert [name for name in named if not (ROOT / name.rstrip(".")).exists()] == []


def test_the_hooks_are_the_quick_checks_of_the_door_and_fetch_nothing():
    (checks,) = re.findall(r"^check_text\(\) \{\n(.*?)^\}", text_of(ROOT / "lane"), re.MULTILINE | re.DOTALL)
    told = [line.replace('"$venv/bin/', "").replace('"', "").split() for line in checks.splitlines()]
    entries = [entry.removeprefix(".venv/bin/").split() for entry in values(HOOKS, "entry")]
    assert entries == [[word for word in words if word != "."] for words in told]
    assert all(Path(sys.executable).with_name(entry[0]).exists() for entry in entries)
    assert set(values(HOOKS, "repo")) == {"local"}
    assert set(values(HOOKS, "language")) == {"system"}


def test_the_workflow_runs_the_two_commands_of_the_readme():
    ran = values(WORKFLOW, "run")
    demo, test = ran[-2:]
    (scenario,) = re.fullmatch(r"\./lane demo --once --scenario ([\w-]+)", demo).groups()
    assert vehicle_named(scenario).expected.outcome == "completed"
    assert demo in text_of(ROOT / "README.md")
    assert test == "./lane test"


def test_the_editors_lines_are_as_long_as_the_formatters():
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    (length,) = re.findall(r"^max_line_length = (\d+)$", text_of(ROOT / ".editorconfig"), re.MULTILINE)
    assert int(length) == project["tool"]["ruff"]["line-length"]
