"""The documents speak of the project alone, and are finished."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

# Words that must not stand in any document, as digests so that they do not stand here either.
FOREIGN = frozenset(
    {
        "00a7dc5a0cc38858",
        "053ea4804ef1bb33",
        "0dc11026ac75c015",
        "2960ad205cb64ff3",
        "386ebc0efd04339a",
        "3ca29e55be4befa4",
        "3ea125d0bff386e6",
        "487b91042c7cf27a",
        "5d72436256ada538",
        "60965168ce762e94",
        "68961e958f446498",
        "746d1113c358e1c9",
        "789e46d79514e280",
        "7b8208d11b1b6f48",
        "7d3194f79e645c42",
        "94a168d2da574b00",
        "a4aa2ac280bb8d1a",
        "ab7a428375435ad7",
        "c247e9808f5e81b8",
        "c70eca6b0f88f44d",
        "c857d09db23e6822",
        "c899567ee9068517",
        "cd88a6fb14237c16",
        "cf07194ee232eb53",
        "de2187af3fb01170",
        "eb7526362ee7678c",
    }
)
UNFINISHED = re.compile(r"\b(TODO|FIXME|TBD|XXX|lorem|WIP)\b")


def _words(text: str) -> set[str]:
    """Return all words, and all names with dots or hyphens as they stand and in their parts, in small letters."""
    whole = set(re.findall(r"[a-z0-9][a-z0-9.-]*[a-z0-9]", text.lower()))
    return whole | {part for word in whole for part in re.split(r"[.-]", word)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_says_nothing_foreign_and_nothing_unfinished(document):
    text = document.read_text(encoding="utf-8")
    assert [w for w in _words(text) if hashlib.sha256(w.encode()).hexdigest()[:16] in FOREIGN] == []
    assert UNFINISHED.findall(text) == []
    assert "www." not in text
