"""``laneside demo`` as people start it: what it prints, that it stays on this machine, ends whole and goes on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from street import work_until
from timeouts import DEMO_END_S, scaled, until

from laneside.cli.browserless import Browserless
from laneside.cli.demo_data import DEMO
from laneside.clock import BEIJING
from laneside.devices.machine import SystemClock
from laneside.virtual.client import RoadsidePanel

pytestmark = [pytest.mark.process]

DEMO_COMMAND = [sys.executable, "-m", "laneside", "demo"]
LAST_LINE = "Ctrl-C ends all three processes."


@dataclass
class Running:
    process: subprocess.Popen[str]
    printed: str

    def url(self, which: str) -> str:
        found = re.search(rf"^  {which} .*?(http://\S+)$", self.printed, re.MULTILINE)
        assert found is not None, self.printed
        return found[1]

    def children(self) -> list[int]:
        """The processes below the demo, as the kernel knows them."""
        return [
            int(stat.parent.name)
            for stat in Path("/proc").glob("[0-9]*/stat")
            if (text := read(stat)) and int(text.rpartition(")")[2].split()[1]) == self.process.pid
        ]

    def end(self, *signals: signal.Signals) -> int:
        for each in signals:
            self.process.send_signal(each)
            time.sleep(0.1)
        return self.process.wait(DEMO_END_S)


def read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


@contextmanager
def demo(data: Path) -> Iterator[Running]:
    process = subprocess.Popen([*DEMO_COMMAND, "--data", str(data)], stdout=subprocess.PIPE, text=True, bufsize=1)
    assert process.stdout is not None
    printed = []
    try:
        for line in process.stdout:
            printed.append(line)
            if LAST_LINE in line:
                break
        yield Running(process=process, printed="".join(printed))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(DEMO_END_S)
        process.stdout.close()


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def listening(pid: int) -> set[str]:
    """The local addresses on which a process listens, as ``/proc`` writes them (hex)."""
    inodes = {str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir() if fd.is_symlink()}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                found.add(fields[1].partition(":")[0])
    return found


def collector_of(url: str) -> Browserless:
    collector = Browserless(url)
    collector.login(*DEMO.collector, work_date=SystemClock().now().astimezone(BEIJING).date())
    return collector


def test_it_prints_where_and_who_and_answers_on_loopback_only(tmp_path: Path) -> None:
    with demo(tmp_path / "data") as running:
        for _, number, password in DEMO.logins:
            assert f"{number}  {password}" in running.printed
        assert str(tmp_path / "data") in running.printed
        assert httpx2.get(f"{running.url('terminal')}/login").status_code == 200
        assert httpx2.get(f"{running.url('centre')}/login").status_code == 200
        children = running.children()
        assert len(children) == 3
        assert [listening(pid) for pid in children] == [{"0100007F"}] * 3
        assert running.end(signal.SIGINT) == 0
        assert alive(children) == []


@pytest.mark.parametrize(
    "signals",
    [(signal.SIGINT, signal.SIGINT), (signal.SIGTERM,), (signal.SIGHUP,)],
    ids=["impatient", "asked", "window closed"],
)
def test_however_it_ends_nothing_stays_behind(tmp_path: Path, signals: tuple[signal.Signals, ...]) -> None:
    with demo(tmp_path) as running:
        children = running.children()
        assert len(children) == 3
        running.end(*signals)
        assert alive(children) == []


def test_interrupted_while_it_starts_it_leaves_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen([*DEMO_COMMAND, "--data", str(tmp_path)], stdout=subprocess.DEVNULL)
    running = Running(process=process, printed="")
    assert until(running.children, within_s=20)
    children = running.children()
    assert running.end(signal.SIGINT) == 0
    assert alive(children) == []
    assert not (tmp_path / "terminal.port").exists()


def test_when_one_of_the_three_dies_the_demo_says_which_and_ends(tmp_path: Path) -> None:
    with demo(tmp_path) as running:
        children = running.children()
        victim = next(pid for pid in children if "roadside\0" in read(Path(f"/proc/{pid}/cmdline")))
        os.kill(victim, signal.SIGKILL)
        assert running.process.wait(DEMO_END_S) == 1
        assert alive(children) == []


def test_it_goes_on_where_it_was(tmp_path: Path) -> None:
    with demo(tmp_path) as running:
        panel = RoadsidePanel("127.0.0.1", int((tmp_path / "roadside.port").read_text()))
        vehicle = panel.place("car-3des")["vehicle"]
        with collector_of(running.url("terminal")) as collector:
            passage_id = work_until(collector, vehicle, "leave")["passage_id"]
            work_until(collector, vehicle, "never")
        paid = panel.state()["card"]
        running.end(signal.SIGINT)
    for name in ("centre", "roadside", "terminal"):
        (tmp_path / f"{name}.port").write_text("9\n")  # what an earlier run may have left must not be believed
    with demo(tmp_path) as running:
        panel = RoadsidePanel("127.0.0.1", int((tmp_path / "roadside.port").read_text()))
        assert panel.state()["card"] == paid
        with collector_of(running.url("terminal")) as collector:
            detail = collector.detail(passage_id)
        assert (detail["row"]["ending"], detail["card"]["balance_after_fen"]) == ("completed", paid["balance_fen"])
        (row,) = centre_records(running.url("centre"))
        assert vehicle["plate"] in row


def test_a_second_demo_on_the_same_folder_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    with demo(tmp_path) as running:
        second = subprocess.run(
            [*DEMO_COMMAND, "--data", str(tmp_path)], capture_output=True, text=True, check=False, timeout=scaled(60)
        )
        assert second.returncode == 1
        assert "another terminal is running" in second.stderr
        assert httpx2.get(f"{running.url('terminal')}/login").status_code == 200
        assert len(running.children()) == 3


def centre_records(url: str) -> list[str]:
    """The rows of the centre's page of records, as an account sees them."""
    with httpx2.Client(base_url=url, follow_redirects=True) as client:
        form = client.get("/login").text
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        name, password = DEMO.centre
        page = client.post("/login", data={**hidden, "name": name, "password": password}).text
        page = page if "<tbody" in page else client.get("/records").text
    return re.findall(r"<tr.*?</tr>", page.partition("<tbody")[2], re.DOTALL)
