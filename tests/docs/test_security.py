"""Each promise of docs/security.md names a test that there is."""

from __future__ import annotations

import ast


def test_every_promise_has_its_test(root, rows):
    missing = []
    for row in rows("docs/security.md", "promise"):
        file, _, name = row["test"].strip("`").partition("::")
        path = root / file
        names = (
            {each.name for each in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(each, ast.FunctionDef)}
            if path.exists()
            else set()
        )
        if name not in names:
            missing.append(row["test"])
    assert missing == []


def test_the_threat_model_is_one_page(root):
    assert len((root / "docs/security.md").read_text(encoding="utf-8").splitlines()) <= 60
