"""The clocks of a whole street run ahead and are put right again: the right time counts at once."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from timeouts import scaled

from laneside.clock import from_beijing_digits
from laneside.devices.machine import SystemClock
from laneside.journal.journal import Journal

pytestmark = [pytest.mark.process, pytest.mark.faketime]


def served(data: Path, scenario: str, *before: str) -> dict[str, Any]:
    """Serve one vehicle with centre, roadside and terminal, all of them under one clock."""
    command = [*before, sys.executable, "-m", "laneside", "demo", "--once", "--scenario", scenario, "--json"]
    ran = subprocess.run(
        [*command, "--data", str(data)], capture_output=True, text=True, check=False, timeout=scaled(120)
    )
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


def entries(data: Path, kind: str) -> list[tuple[str, dict[str, Any]]]:
    with closing(sqlite3.connect(data / "terminal" / "journal.sqlite3")) as journal:
        rows = journal.execute("SELECT at, payload FROM entry WHERE kind = ? ORDER BY seq", (kind,)).fetchall()
    return [(at, json.loads(payload)) for at, payload in rows]


def test_after_a_clock_that_ran_400_days_ahead_the_right_time_counts(tmp_path: Path) -> None:
    if shutil.which("faketime") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("faketime is missing")
        pytest.skip("faketime is missing: no clock runs ahead")
    ahead = served(tmp_path, "car-3des", "faketime", "-f", "+400d")
    assert ahead["outcome"] == "completed"
    right = served(tmp_path, "car-sm4")
    assert (right["outcome"], right["findings"]) == ("completed", [])
    now = datetime.now(UTC)
    sealed = [from_beijing_digits(payload["record"]["exTime"]) for _, payload in entries(tmp_path, "record")]
    assert sealed[0] > now + timedelta(days=399)
    assert abs(sealed[1] - now) < timedelta(minutes=5)
    ((at, anchored),) = entries(tmp_path, "clock-anchored")
    assert abs(datetime.fromisoformat(at) - now) < timedelta(minutes=5)
    assert (anchored["by"], anchored["ahead_s"] > 399 * 86400) == ("centre", True)
    with closing(sqlite3.connect(tmp_path / "terminal" / "journal.sqlite3")) as journal:
        journal.isolation_level = None
        Journal(journal, clock=SystemClock(), terminal_id="-").verify()
