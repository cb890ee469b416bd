"""Write docs/glossary.md from the words in laneside.vocab: ``python tools/glossary.py`` (``--check`` only compares)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from laneside import vocab
from laneside.vocab import Coded, SpecialEvent, provincial, special_event_rows

PAGE = Path(__file__).parents[1] / "docs" / "glossary.md"

HEAD = """\
# Glossary

The words and numbers of the field as Laneside knows them: code, Chinese, English. This page is made from
`src/laneside/vocab` by `python tools/glossary.py`; change the words there.

A number that a table lacks is kept and shown as 未知 n / unknown n.
Trap: in a record `vehicleType` is the class (车型, `TollClass`) and `vehicleClass` the kind (车种, `VehicleKind`).
"""


def page() -> str:
    """Return the whole page."""
    parts = [HEAD, "## Code tables\n"]
    parts.extend(_tables(vocab))
    parts.append("## Provinces\n")
    parts.append(_table(("code", "中文", "English", "issuer bytes", "initial", "GBK"), _province_rows()))
    parts.append("## Special events (特情)\n")
    parts.append(
        _table(("code", "lane", "vehicle", "type", "operator screen", "fee display", "meaning"), _event_rows())
    )
    parts.append("## What the collector does next\n")
    parts.append(_table(("code", "中文", "English"), _remedy_rows()))
    parts.append("## Numberings of single provinces and makers\n\nNone of these holds anywhere else.\n")
    parts.extend(_tables(provincial))
    return "\n".join(parts)


def _tables(module: ModuleType) -> Iterator[str]:
    for name, table in sorted(vars(module).items()):
        if isinstance(table, type) and issubclass(table, Coded) and table is not Coded:
            yield f"### {name}\n\n{_summary(table)}\n"
            rows = ((str(int(member)), member.name, member.zh, member.en) for member in table)
            yield _table(("code", "name", "中文", "English"), rows)


def _summary(table: type[Coded]) -> str:
    return " ".join((table.__doc__ or "").split())


def _province_rows() -> Iterator[tuple[str, ...]]:
    for each in vocab.PROVINCES:
        issuer, initial = each.issuer.hex().upper(), each.initial_gbk.hex().upper()
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
    return str(row.code) if row.status is vocab.EventStatus.NATIONAL else f"{row.code} ({row.status})"


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, ("---",) * len(head), *rows)]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page, or say whether it is up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if the page is out of date; write nothing")
    if parser.parse_args().check:
        return 0 if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page() else 1
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
