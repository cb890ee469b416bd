"""``python -m tools.bench [link] [--json] …``: measure, print the table or JSON. Exit status 1: can't measure."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.bench import link, machine, pages, passages, start, traffic
from tools.bench.figures import Figure, table

from laneside.cli.browserless import Browserless
from laneside.cli.demo_data import DEMO
from laneside.cli.fleet import Fleet, FleetError
from laneside.cli.once import enable_lanes
from laneside.clock import BEIJING
from laneside.virtual.client import RoadsidePanel


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="./lane bench", description="Measure start, memory, pages and a passage.")
    parser.add_argument(
        "what", nargs="?", choices=("usual", "link"), default="usual", help="link: beside a real reader"
    )
    parser.add_argument("--passages", type=int, default=link.PASSAGES, help="how many passages beside a paced reader")
    parser.add_argument("--json", action="store_true", help="print JSON with every sample")
    parser.add_argument("--starts", type=int, default=start.STARTS, help="how many cold starts")
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            if arguments.what == "link":
                told = link.measure(Path(folder), count=arguments.passages)
            else:
                told = _measured(Path(folder), starts=arguments.starts)
    except (OSError, FleetError) as error:
        print(f"can't measure: {error}", file=sys.stderr)
        return 1
    print(json.dumps(told, ensure_ascii=False, indent=2) if arguments.json else _text(told))
    return 0


def _measured(folder: Path, *, starts: int) -> dict[str, Any]:
    where = machine.describe(folder) | {"load before": machine.load()}
    with Fleet(data=folder, demo_panel=False) as fleet:
        enable_lanes(fleet.terminal.url)
        fleet.end("terminal")  # its first start enrolled it; what is measured are the starts of every day.
        started = start.measure(fleet, starts=starts)
        fleet.start_terminal()
        worked, notes = _with_a_terminal(fleet)
    return {"machine": where, "figures": [figure.as_json() for figure in (*started, *worked)], "notes": notes}


def _with_a_terminal(fleet: Fleet) -> tuple[list[Figure], list[str]]:
    """Weigh the pages and work the vehicles on the running terminal."""
    panel = RoadsidePanel("127.0.0.1", fleet.roadside.port)
    with Browserless(fleet.terminal.url) as collector:
        weighed, notes = pages.measure(collector, ("/login",))
        collector.login(*DEMO.collector, work_date=datetime.now(UTC).astimezone(BEIJING).date())
        collector.post("/linkage", lane_hex=passages.LANE)
        linkage, _ = pages.measure(collector, ("/linkage",))
        collector.act("leave")
        worked = passages.measure(collector, panel, fleet.data / "terminal")
    worked += traffic.measure(fleet.data / "terminal" / "journal.sqlite3")
    after = start.resident_mb(fleet.terminal.child.pid)
    grown = Figure(
        name=f"resident after {len(passages.PAYING)} passages",
        unit="MB",
        samples=[after],
        target_max=start.MEMORY_TARGET_MB,
    )
    return [grown, weighed[0], linkage[0], *weighed[1:], *worked], notes


def _text(told: dict[str, Any]) -> str:
    lines = [f"{name}: {value}" for name, value in told["machine"].items()]
    figures = [
        Figure(name=each["name"], unit=each["unit"], samples=each["samples"], target_max=each["target_max"])
        for each in told["figures"]
    ]
    return "\n".join([*lines, "", table(figures), "", *told["notes"]])


if __name__ == "__main__":
    sys.exit(main())
