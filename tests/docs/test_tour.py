"""The last step of the five-minute tour: the terminal is killed while the roadside holds the debit's answer."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from timeouts import DEMO_END_S, scaled

from laneside.cli.browserless import Browserless
from laneside.cli.demo_data import DEMO
from laneside.clock import BEIJING
from laneside.virtual.client import RoadsidePanel

pytestmark = pytest.mark.process


@contextmanager
def demo(data: Path) -> Iterator[subprocess.Popen[str]]:
    """Run `laneside demo` on a folder until the block ends."""
    command = [sys.executable, "-m", "laneside", "demo", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
        try:
            assert child.stdout is not None
            said = ""
            while "Ctrl-C" not in said:
                line = child.stdout.readline()
                said += line
                assert line, f"the demo ended:\n{said}"
            yield child
        finally:
            child.send_signal(signal.SIGINT)
            child.wait(DEMO_END_S)


def collector(data: Path) -> Browserless:
    browser = Browserless(f"http://127.0.0.1:{(data / 'terminal.port').read_text().strip()}")
    browser.login(*DEMO.collector, work_date=datetime.now(UTC).astimezone(BEIJING).date())
    return browser


def panel(data: Path) -> RoadsidePanel:
    return RoadsidePanel("127.0.0.1", int((data / "roadside.port").read_text()))


def up_to_the_fee(browser: Browserless) -> None:
    browser.post("/linkage", lane_hex="62010A0B11")
    browser.act("read")
    browser.photo(browser.picture(), live=True)
    browser.act("picture", plate="甘A12345", colour="0")
    browser.act("select", toll_class="1", vehicle_kind="0")
    browser.act("quote")


def kill_terminal(data: Path) -> None:
    """Kill the terminal of this folder and no other."""
    found = subprocess.run(
        ["pgrep", "-f", f"laneside terminal --data {data}/"], capture_output=True, text=True, check=True
    )
    for pid in map(int, found.stdout.split()):
        os.kill(pid, signal.SIGKILL)


def test_killed_with_the_debit_under_way_it_proves_it_after_the_restart(root, tmp_path):
    (hold,) = re.findall(r"-c \"(.+)\"$", (root / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    with demo(tmp_path):
        before = panel(tmp_path).place("car-3des")["card"]
        with collector(tmp_path) as browser:
            up_to_the_fee(browser)
            subprocess.run([sys.executable, "-c", hold.replace("data/demo", str(tmp_path))], check=True)
            browser.post("/linkage/submit", revision=str((browser.view() or {})["revision"]))
            panel(tmp_path).await_held("card", timeout_s=scaled(10))
            kill_terminal(tmp_path)
    with demo(tmp_path), collector(tmp_path) as browser:
        assert "prove" in (browser.view() or {})["actions"]
        result = browser.act("prove")["result"]
        assert (result["ending"], result["fee_fen"]) == ("completed", 1045)
        after = panel(tmp_path).state()["card"]
        assert (after["balance_fen"], after["counter"]) == (before["balance_fen"] - 1045, before["counter"] + 1)
        browser.act("leave")
