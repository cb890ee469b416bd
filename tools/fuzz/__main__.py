"""``python -m tools.fuzz``: run every target for some seconds. Exit status 1: something crashed, hung or swelled."""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from tools.fuzz.targets import REFUSED, TARGETS

GRACE_S = 60
"""How much longer than asked a worker may live: it imports, instruments and ends."""
_UNITS = re.compile(r"number_of_executed_units:\s+(\d+)")


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What one target came to; ``trouble`` is empty where nothing happened."""

    target: str
    tried: int
    became: dict[str, int]
    crash: bytes | None
    trouble: str


def main() -> int:
    """Run, print, and tell by the exit status."""
    arguments = _arguments()
    engine = _engine(arguments.engine)
    chosen = arguments.target or list(TARGETS)
    print(f"{engine}: {len(chosen)} targets, {arguments.seconds} s each, {arguments.jobs} at a time", flush=True)
    started = time.monotonic()
    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = []
        for result in pool.map(lambda target: run(engine, target, arguments.seconds), chosen):
            print(_line(result), flush=True)
            results.append(result)
    crashed = [result for result in results if result.trouble]
    for result in crashed:
        print(_report(result), file=sys.stderr)
    tried = sum(result.tried for result in results)
    print(f"{tried} inputs tried in {time.monotonic() - started:.0f} s, {len(crashed)} crashes ({engine})")
    return 1 if crashed else 0


def run(engine: str, target: str, seconds: int) -> Result:
    """Run one target in a process of its own, which a hang or a swelling can't spread from."""
    with tempfile.TemporaryDirectory(prefix="laneside-fuzz-") as name:
        folder = Path(name)
        command = [sys.executable, "-m", "tools.fuzz.worker", engine, target, str(seconds), name]
        trouble, said = "", ""
        try:
            ended = subprocess.run(command, capture_output=True, timeout=seconds + GRACE_S, check=False)
            said = ended.stderr.decode(errors="replace") + ended.stdout.decode(errors="replace")
            if ended.returncode:
                trouble = f"exit status {ended.returncode}"
        except subprocess.TimeoutExpired:
            trouble = f"still running {GRACE_S} s after its time"
        crashes = sorted(folder.glob("*-*"))
        told = json.loads((folder / "told.json").read_text("utf-8")) if (folder / "told.json").exists() else {}
        units = _UNITS.search(said)
        return Result(
            target=target,
            tried=int(units.group(1)) if units else told.get("tried", 0),
            became=told.get("became", {}),
            crash=crashes[0].read_bytes() if crashes else None,
            trouble=f"{trouble}\n{said[-4000:]}" if trouble else "",
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./lane fuzz", description="Search for bytes that crash a decoder.")
    parser.add_argument("--seconds", type=int, default=30, help="how long each target runs (default 30)")
    parser.add_argument("--target", action="append", choices=sorted(TARGETS), help="only this one; may be repeated")
    parser.add_argument("--engine", choices=("auto", "atheris", "hypothesis"), default="auto")
    parser.add_argument("--jobs", type=int, default=2, help="targets at a time (default 2)")
    return parser.parse_args()


def _engine(asked: str) -> str:
    """Take atheris where it is installed; say loudly where it is not."""
    if asked != "auto":
        return asked
    if importlib.util.find_spec("atheris") is not None:
        return "atheris"
    version = ".".join(map(str, sys.version_info[:2]))
    print(
        f"**** NOT COVERAGE-GUIDED: there is no atheris for Python {version} on this system ({sys.platform}). ****\n"
        "**** Running the hypothesis search instead, which is blind to coverage. ****",
        file=sys.stderr,
    )
    return "hypothesis"


def _line(result: Result) -> str:
    became = sorted(result.became.items(), key=lambda item: (item[0] == REFUSED, -item[1]))
    kinds = ", ".join(f"{name} {count}" for name, count in became)
    state = "CRASH" if result.trouble else "ok"
    return f"{result.target:<24} {result.tried:>9} inputs  {state:<5}  {kinds}"


def _report(result: Result) -> str:
    crash = "no input was kept" if result.crash is None else f"input: {result.crash.hex()}"
    return f"\n---- {result.target}: {crash}\n{result.trouble}"


if __name__ == "__main__":
    sys.exit(main())
