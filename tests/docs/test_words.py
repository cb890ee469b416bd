"""The documents are finished, and neither they nor the lock files name another machine."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob(".github/**/*.*")])
LOCKS = sorted(ROOT.glob("requirements/*.txt"))
UNFINISHED = re.compile(r"\b(TODO|FIXME|TBD|XXX|lorem|WIP)\b")
ADDRESS = re.compile(r"\w+://(?!127\.0\.0\.1|localhost)\S+|www\.\S+|\S+@[\w-]+\.[a-z]+\b")


def found(words: re.Pattern[str], pages: list[Path]) -> dict[str, list[str]]:
    """What was found, by page."""
    each = {str(page.relative_to(ROOT)): words.findall(page.read_text(encoding="utf-8")) for page in pages}
    return {name: hits for name, hits in each.items() if hits}


def test_no_document_has_words_of_unfinished_work():
    assert found(UNFINISHED, DOCUMENTS) == {}


def test_no_document_and_no_lock_file_has_an_address_outside_of_this_machine():
    assert found(ADDRESS, [*DOCUMENTS, *LOCKS, ROOT / ".pre-commit-config.yaml"]) == {}
