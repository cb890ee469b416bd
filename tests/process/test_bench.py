"""The measurements run, measure what they say, and print it for people and programs. Their values are no test."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from timeouts import scaled

pytestmark = [pytest.mark.process]

ROOT = Path(__file__).parents[2]


def told_by(*options: str) -> dict:
    ended = subprocess.run(
        [sys.executable, "-m", "tools.bench", "--json", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=scaled(300),
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return json.loads(ended.stdout)


def test_the_bench_measures_start_memory_pages_and_passages() -> None:
    told = told_by("--starts", "1")
    figures = {figure["name"]: figure for figure in told["figures"]}
    assert set(told["machine"]) >= {"cpu", "memory", "system", "python", "file system"}
    assert all(0 < f["min"] <= f["median"] <= f["max"] and f["n"] == len(f["samples"]) for f in told["figures"])
    assert [f["target_max"] for f in told["figures"] if f["target_max"] is not None] == [1.5, 80, 80, 120, 120, 250]
    fonts = sum(len(font.read_bytes()) for font in (files("laneside.terminal") / "static" / "fonts").iterdir()
                if font.name.endswith(".woff2"))  # fmt: skip
    assert next(f["samples"] for name, f in figures.items() if name.startswith("font")) == [fonts / 1000]
    assert told["notes"] == ["font cache-control: public, max-age=31536000, immutable"]
    apdus = {name: f for name, f in figures.items() if "needed)" in name}
    assert [min(f["samples"]) >= int(name.split("(")[1].split()[0]) for name, f in apdus.items()] == [True] * 4


def test_the_bench_measures_the_terminal_beside_a_paced_reader() -> None:
    figures = {figure["name"]: figure for figure in told_by("link", "--passages", "2")["figures"]}
    reader_ms = figures["the reader's own time, both sessions"]["samples"]
    assert len(reader_ms) == 2
    assert min(reader_ms) > 250, "a real link is not faster"
    assert all(figures[f"frames from the {side}"]["min"] >= 5 for side in ("host", "reader"))
    assert all(0 < share < 100 for share in figures["both taps → page and record, share of the whole"]["samples"])
