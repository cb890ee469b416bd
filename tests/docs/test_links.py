"""Every link inside the documents leads somewhere: files, pictures and headings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)


def _headings(document: Path) -> set[str]:
    text = _CODE.sub("", document.read_text(encoding="utf-8"))
    return {_anchor(line.lstrip("#")) for line in text.splitlines() if re.match(r"#+ ", line)}


def _anchor(heading: str) -> str:
    """Make the anchor that a heading gets: small letters, blanks to hyphens, punctuation gone."""
    plain = heading.strip().lower().replace("`", "")
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def _targets(document: Path) -> list[str]:
    return _LINK.findall(_CODE.sub("", document.read_text(encoding="utf-8")))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_resolves(document):
    broken = []
    for target in _targets(document):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (document.parent / name).resolve() if name else document
        if not path.exists() or (anchor and anchor not in _headings(path)):
            broken.append(target)
    assert broken == []


def test_the_two_readmes_show_the_same_pictures_and_begin_with_the_two_commands():
    english, chinese = (ROOT / "README.md"), (ROOT / "README.zh-CN.md")
    assert [t for t in _targets(english) if t.endswith(".png")] == [t for t in _targets(chinese) if t.endswith(".png")]
    for readme in (english, chinese):
        assert readme.read_text(encoding="utf-8").startswith("# Laneside\n\n```sh\n./lane demo\n./lane test\n```\n")


def test_every_decision_is_listed_and_has_its_three_parts():
    folder = ROOT / "docs" / "adr"
    pages = sorted(folder.glob("0*.md"))
    assert [page.name for page in pages] == [t for t in _targets(folder / "README.md") if t.startswith("0")]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]} ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
