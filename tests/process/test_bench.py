"""The measurements run, measure what they say, and print it for people and programs. Their values are no test."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

pytestmark = [pytest.mark.process]

ROOT = Path(__file__).parents[2]


def test_the_bench_measures_start_memory_pages_and_passages() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tools.bench", "--json", "--starts", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    told = json.loads(ended.stdout)
    figures = {figure["name"]: figure for figure in told["figures"]}
    assert set(told["machine"]) >= {"cpu", "memory", "system", "python", "file system"}
    assert all(0 < f["min"] <= f["median"] <= f["max"] and f["n"] == len(f["samples"]) for f in told["figures"])
    assert [f["target_max"] for f in told["figures"] if f["target_max"] is not None] == [1.5, 80, 80, 120, 120, 250]
    fonts = sum(len(font.read_bytes()) for font in (files("laneside.terminal") / "static" / "fonts").iterdir()
                if font.name.endswith(".woff2"))  # fmt: skip
    assert next(f["samples"] for name, f in figures.items() if name.startswith("font")) == [fonts / 1000]
    assert told["notes"] == ["font cache-control: public, max-age=31536000, immutable"]
