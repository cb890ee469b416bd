"""How many APDUs a passage takes, and their bytes, from the traces that the terminal keeps with it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import msgspec
from tools.bench.figures import Figure

from laneside.passage.trace import Trace

MINIMUM = {"card": 10, "tag": 9, "psam": 4}
"""What the flows of spec/icc.md 8, obu.md 7.2 and psam-and-crypto.md ask for, both sessions; docs/figures.md counts."""
_STATUS_BYTES = 2
_PAID = "SELECT subject, payload FROM entry AS t WHERE kind = 'trace' AND EXISTS (SELECT 1 FROM entry AS r"
_QUERY = f"{_PAID} WHERE r.kind = 'record' AND r.passage = t.subject) ORDER BY seq"


def measure(journal: Path) -> list[Figure]:
    """Count what went to card, tag and PSAM in each paid passage of a journal."""
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as connection:
        rows = connection.execute(_QUERY).fetchall()
    apdus: dict[str, Counter[str]] = {}
    octets: Counter[str] = Counter()
    for passage, payload in rows:
        for line in msgspec.json.decode(payload, type=Trace).lines:
            if line.channel in MINIMUM and line.sent:
                apdus.setdefault(passage, Counter())[line.channel] += 1
                octets[passage] += _length(line.sent) + _length(line.received) + _STATUS_BYTES
    least = sum(MINIMUM.values())
    return [
        Figure(name=f"APDUs of a passage ({least} needed)", unit="", samples=[one.total() for one in apdus.values()]),
        *(
            Figure(name=f"· {channel} ({count} needed)", unit="", samples=[one[channel] for one in apdus.values()])
            for channel, count in MINIMUM.items()
        ),
        Figure(name="bytes of these APDUs and their answers", unit="B", samples=list(octets.values())),
    ]


def _length(text: str) -> int:
    """Return the length of a command or answer as a trace spells it: hex, parts left out as stars or as a length."""
    total = 0
    for part in text.split():
        total += int(part[1:-1]) if part.startswith("[") else len(part) // 2
    return total
