"""The figures as a table for people, and the misses as a page to look at."""

from __future__ import annotations

import html
from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Final

from tools.plates.bench_figures import Json, Outcome

from laneside.plates import cut_out

_COLUMNS: Final = (
    "n",
    "whole_string",
    "among_readings",
    "province",
    "colour",
    "offered",
    "offered_right",
    "p50_ms",
    "p95_ms",
)
_STYLE: Final = (
    "body{font:14px sans-serif;margin:16px}figure{display:inline-block;width:300px;margin:8px;vertical-align:top}"
    "img{width:300px}td,th{padding:2px 8px;text-align:right}"
)


def table_of(figures: Json) -> str:
    """Write the figures in lines."""
    lines = [_line("source", _COLUMNS)]
    lines += [_line(name, [row.get(column) for column in _COLUMNS]) for name, row in figures["sources"].items()]
    if figures["baseline"] is None:
        lines.append("stock pipeline: not installed (requirements/plates-baseline.txt)")
    else:
        rows = figures["baseline"].items()
        lines += [_line(f"stock: {name}", [row.get(column) for column in _COLUMNS]) for name, row in rows]
    lines += ["", _line("kind", ("n", "whole_string"))]
    lines += [_line(name, (row["n"], row["whole_string"])) for name, row in figures["by_kind"].items()]
    lines += ["", _line("confidence", ("n", "right"))]
    lines += [_line(f"{row['from']}-{row['to']}", (row["n"], row["right"])) for row in figures["reliability"]]
    lines += ["", f"last character of eight: {_shown(figures['last_of_eight'])}"]
    lines += [f"peak: {_shown(figures['peak_mib'])} MiB"]
    lines += ["confusions: " + "  ".join(f"{row['real']}>{row['read']} {row['n']}" for row in figures["confusions"])]
    return "\n".join(lines)


def sheet_of(figures: Json, outcomes: Sequence[Outcome]) -> str:
    """Write a page with the figures and every miss: its cut-out, or the whole picture where nothing was found."""
    misses = "".join(_miss(outcome) for outcome in outcomes if not outcome.right)
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Misses</title><style>{_STYLE}</style>"
        f"<pre>{html.escape(table_of(figures))}</pre>{misses}</html>\n"
    )


def _miss(outcome: Outcome) -> str:
    label, readings = outcome.label, outcome.measured.readings
    photo = label.path.read_bytes()
    picture = cut_out(photo, readings[0]) if readings else photo
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    sure = f" {readings[0].confidence:.2f}" if readings else ""
    words = f"{label.path.name}: {label.plate or 'no plate'}, read {outcome.measured.text or 'nothing'}{sure}"
    source = f"data:image/{kind};base64,{b64encode(picture).decode()}"
    return f'<figure><img alt="" src="{source}"><figcaption>{html.escape(words)}</figcaption></figure>'


def _line(name: str, values: Sequence[Any]) -> str:
    return f"{name:28}" + "".join(f"{_shown(value):>15}" for value in values)


def _shown(value: Any) -> str:
    return "-" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
