"""Write docs/glossary.md: ``python tools/glossary.py`` (``--check`` only compares).

The tables are those of laneside.vocab, which code reads, and of tools/glossary.toml, which only people read.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from laneside.vocab import media, vehicle
from laneside.vocab.events import EventStatus, SpecialEvent, special_event_rows
from laneside.vocab.provinces import PROVINCES
from laneside.vocab.words import Coded

PAGE = Path(__file__).parents[1] / "docs" / "glossary.md"
DATA = Path(__file__).with_suffix(".toml")

HEAD = """\
# Glossary

The words and numbers of the field as Laneside knows them: code, Chinese, English. This page is made by
`python tools/glossary.py` from `src/laneside/vocab` and, for tables that no code reads, from `tools/glossary.toml`;
change the words there.

A number that a table lacks is kept and shown as 未知 n / unknown n.
Trap: in a record `vehicleType` is the class (车型, `TollClass`) and `vehicleClass` the kind (车种, `VehicleKind`).
"""


class CodeTable(NamedTuple):
    """One code table: its name, what it is, and its rows of code, name, Chinese and English."""

    name: str
    summary: str
    rows: list[tuple[int, str, str, str]]


def code_tables(*, provincial: bool) -> list[CodeTable]:
    """Return the tables of the whole field, or those that hold in one province or make only, by name."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))["table"]
    tables = [
        CodeTable(each["name"], each["summary"], [tuple(row) for row in each["rows"]])
        for each in data
        if each.get("provincial", False) is provincial
    ]
    if not provincial:
        named = (*vars(media).values(), *vars(vehicle).values())
        coded = (each for each in named if isinstance(each, type) and issubclass(each, Coded))
        tables += [
            CodeTable(each.__name__, " ".join((each.__doc__ or "").split()), [_row(member) for member in each])
            for each in coded
            if each is not Coded
        ]
    return sorted(tables)


def page() -> str:
    """Return the whole page."""
    parts = [HEAD, "## Code tables\n"]
    parts.extend(_sections(code_tables(provincial=False)))
    parts.append("## Texts of the lane program\n")
    parts.extend(_text_sections())
    parts.append("## Provinces\n")
    parts.append(_table(("code", "中文", "English", "issuer bytes", "initial", "GBK"), _province_rows()))
    parts.append("## Special events (特情)\n")
    parts.append(
        _table(("code", "lane", "vehicle", "type", "operator screen", "fee display", "meaning"), _event_rows())
    )
    parts.append("## What the collector does next\n")
    parts.append(_table(("code", "中文", "English"), _remedy_rows()))
    parts.append("## Numberings of single provinces and makers\n\nNone of these holds anywhere else.\n")
    parts.extend(_sections(code_tables(provincial=True)))
    return "\n".join(parts)


def _row(member: Coded) -> tuple[int, str, str, str]:
    return int(member), member.name, member.zh, member.en


def _sections(tables: Iterable[CodeTable]) -> Iterator[str]:
    for table in tables:
        yield f"### {table.name}\n\n{table.summary}\n"
        yield _table(("code", "name", "中文", "English"), (tuple(map(str, row)) for row in table.rows))


def _text_sections() -> Iterator[str]:
    for table in tomllib.loads(DATA.read_text(encoding="utf-8"))["texts"]:
        yield f"### {table['name']}\n\n{table['summary']}\n"
        yield _table(("name", "中文"), (tuple(row) for row in table["rows"]))


def _province_rows() -> Iterator[tuple[str, ...]]:
    for each in PROVINCES:
        issuer, initial = each.issuer.hex().upper(), each.initial.encode("gbk").hex().upper()
        yield str(each.code), each.name_zh, each.name_en, f"`{issuer}`", each.initial, f"`{initial}`"


def _event_rows() -> Iterator[tuple[str, ...]]:
    for row in special_event_rows():
        yield (
            _code(row),
            "/".join(row.lanes),
            "/".join(row.vehicles),
            f"{row.type_zh}<br>{row.type_en}",
            f"{row.screen_zh}<br>{row.screen_en}",
            row.fee_display_zh,
            f"{row.condition_zh}<br>{row.condition_en}",
        )


def _remedy_rows() -> Iterator[tuple[str, ...]]:
    seen: set[int] = set()
    for row in special_event_rows():
        if row.code not in seen:
            seen.add(row.code)
            yield _code(row), row.remedy_zh, row.remedy_en


def _code(row: SpecialEvent) -> str:
    return str(row.code) if row.status is EventStatus.NATIONAL else f"{row.code} ({row.status})"


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, ("---",) * len(head), *rows)]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page, or return 1 if it is out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if the page is out of date; write nothing")
    if parser.parse_args().check:
        return 0 if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page() else 1
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
