"""Cold start: from the process's beginning to its first whole page, and what it then keeps in memory."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.bench.figures import Figure

from laneside.cli.fleet import Fleet

START_S_MAX = 30.0
STARTS = 10
START_TARGET_S = 1.5
MEMORY_TARGET_MB = 80.0
FIRST_PAGE = "/login"


def measure(fleet: Fleet, *, starts: int = STARTS) -> list[Figure]:
    """Start terminal and baseline by turns. The fleet's own terminal must not run meanwhile."""
    hello_s: list[float] = []
    hello_mb: list[float] = []
    terminal_s: list[float] = []
    terminal_mb: list[float] = []
    for _ in range(starts):
        for command, seconds, megabytes in (
            (_hello(fleet.data), hello_s, hello_mb),
            (_terminal(fleet), terminal_s, terminal_mb),
        ):
            with _first_page(command, fleet.data / "bench.port") as (process, taken_s):
                seconds.append(taken_s)
                megabytes.append(resident_mb(process.pid))
    ratios = [mine / bare for mine, bare in zip(terminal_s, hello_s, strict=True)]
    return [
        Figure(name="cold start to first page", unit="s", samples=terminal_s, target_max=START_TARGET_S),
        Figure(name="· baseline: bare Starlette + uvicorn", unit="s", samples=hello_s),
        Figure(name="· ratio, start by start", unit="×", samples=ratios),
        Figure(name="resident after first page", unit="MB", samples=terminal_mb, target_max=MEMORY_TARGET_MB),
        Figure(name="· baseline: bare Starlette + uvicorn", unit="MB", samples=hello_mb),
    ]


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process in 10⁶ bytes, as the kernel counts it (VmRSS)."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise OSError(f"process {pid} has no resident memory: it ended")


def _hello(folder: Path) -> list[str]:
    return [sys.executable, "-m", "tools.bench.hello", str(folder / "bench.port")]


def _terminal(fleet: Fleet) -> list[str]:
    links = ["--centre", fleet.centre.url, "--roadside", fleet.roadside.address]
    words = ["--data", str(fleet.data / "terminal"), *links, "--port-file", str(fleet.data / "bench.port")]
    return [sys.executable, "-m", "laneside", "terminal", *words]


@contextmanager
def _first_page(command: list[str], port_file: Path) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """Run a server until its first page has been read; the seconds until then come with the process."""
    port_file.unlink(missing_ok=True)
    begun_s = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        while not port_file.exists():
            if process.poll() is not None or time.perf_counter() - begun_s > START_S_MAX:
                raise OSError(f"did not start: {' '.join(command)}")
            time.sleep(0.002)
        page_length(int(port_file.read_text(encoding="ascii")))
        yield process, time.perf_counter() - begun_s
    finally:
        process.terminate()
        process.wait(START_S_MAX)


def page_length(port: int) -> int:
    """Read the first page whole."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_S_MAX)
    try:
        connection.request("GET", FIRST_PAGE)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.client.OK:
            raise OSError(f"the first page came with {answer.status}")
        return len(body)
    finally:
        connection.close()
