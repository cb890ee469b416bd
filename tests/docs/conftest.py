"""Documents as data: which there are, their fenced blocks by mark, their tables by column names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n]*)\n(?P<body>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)

Blocks = Callable[[str, str], list[str]]
Tables = Callable[[str, str], list[dict[str, str]]]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def blocks() -> Blocks:
    """Return the fenced blocks of a document whose info line ends with a mark, without their indent."""

    def of(document: str, mark: str) -> list[str]:
        text = (ROOT / document).read_text(encoding="utf-8")
        found = [match for match in _FENCE.finditer(text) if match["info"].split()[-1:] == [mark]]
        assert found, f"{document} has no block marked {mark}"
        return [re.sub(f"^{match['indent']}", "", match["body"], flags=re.MULTILINE) for match in found]

    return of


@pytest.fixture(scope="session")
def rows() -> Tables:
    """Return the rows of the tables of a document whose first column has this name."""

    def of(document: str, first: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = []
        names: list[str] = []
        for line in (ROOT / document).read_text(encoding="utf-8").splitlines():
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
            if not cells:
                names = []
            elif not names:
                names = cells
            elif names[0] == first and not set(cells[0]) <= set("-:"):
                found.append(dict(zip(names, cells, strict=True)))
        assert found, f"{document} has no table that begins with {first}"
        return found

    return of
