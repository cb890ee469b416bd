"""Software's share of a passage: the paced integrated reader takes a real link's time, all else is the terminal's own.

Terminal, centre and reader are processes of their own; a relay between terminal and reader notes when bytes pass.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.bench import machine, passages
from tools.bench.figures import Figure
from tools.bench.relay import Passed, Relay, Side, readers_s

from laneside.cli.browserless import Browserless
from laneside.cli.demo_data import DEMO, publish_policy, seed_centre
from laneside.cli.fleet import Fleet
from laneside.cli.once import enable_lanes
from laneside.clock import BEIJING
from laneside.devices import RoadsidePanel
from laneside.rsu import TcpDecoder, TcpFrame

PASSAGES = 1000
SHARE_TARGET_PERCENT = 5.0
B4, B5 = 0xB4, 0xB5
"""The reader's last word of a session: card and tag as they are, and the debit (spec/rsu-frames.md)."""
READER_PORT = "reader.port"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One radio session: how long the reader had the terminal wait, how long the terminal took, what passed."""

    reader_ms: float
    software_ms: float
    last_byte_ms: float
    passed: tuple[Passed, ...]


def measure(folder: Path, *, count: int) -> dict[str, Any]:
    """Work so many passages with a reader at a real link's pace."""
    where = machine.describe(folder) | {"load before": machine.load()}
    seed_centre(folder / "centre", DEMO)
    publish_policy(folder / "centre", duplicate_window_s=0)
    relay = Relay(lambda: ("127.0.0.1", int((folder / READER_PORT).read_text(encoding="ascii"))))
    options = ("--reader-address", relay.address)
    with Fleet(data=folder, reader="tcp", demo_panel=False, terminal_options=options) as fleet:
        enable_lanes(fleet.terminal.url)
        sessions = _worked(fleet, relay, count)
    relay.close()
    fsync = passages.fsync_ms(folder / "terminal")
    return {"machine": where, "figures": [one.as_json() for one in _figures(sessions, fsync)], "notes": []}


def _worked(fleet: Fleet, relay: Relay, count: int) -> list[tuple[Session, Session]]:
    panel = RoadsidePanel("127.0.0.1", fleet.roadside.port)
    sessions = []
    with Browserless(fleet.terminal.url) as collector:
        collector.login(*DEMO.collector, work_date=datetime.now(UTC).astimezone(BEIJING).date())
        for number in range(count):
            vehicle = panel.place(passages.PAYING[number % len(passages.PAYING)], fresh=True)["vehicle"]
            journal = fleet.data / "terminal" / "journal.sqlite3"
            sessions.append(_passage(collector, relay, vehicle, panel.picture(), journal))
    return sessions


def _passage(
    collector: Browserless, relay: Relay, vehicle: dict[str, Any], picture: bytes, journal: Path
) -> tuple[Session, Session]:
    collector.post("/linkage", lane_hex=passages.LANE)
    view = collector.view()
    assert view is not None, "the lane was just taken"
    passage_id = str(view["passage_id"])
    begun_s = _tapped(collector, "read")
    passages.await_entry(journal, passage_id, "read")
    view = passages.quiet(collector)
    read = _session(relay, begun_s, B4)
    passages.expect(view["clean"], f"{vehicle['name']} was stopped")
    passages.confirmed(collector, vehicle, picture)
    begun_s = _tapped(collector, "submit")
    passages.await_entry(journal, passage_id, "record")
    submitted = _session(relay, begun_s, B5)
    view = passages.quiet(collector)
    passages.expect(view["result"]["ending"] == "completed", f"{vehicle['name']} was not paid")
    passages.sent(collector, "leave")
    return read, submitted


def _tapped(collector: Browserless, action: str) -> float:
    """Tap as a page does that shows the newest revision; return when."""
    view = collector.view()
    assert view is not None, "a passage is in work"
    begun_s = time.perf_counter()
    collector.post(f"/linkage/{action}", revision=str(view["revision"]))
    return begun_s


def _session(relay: Relay, begun_s: float, last: int) -> Session:
    """Split the time from a tap until now; what the reader says after its ``last`` message is not waited for."""
    ended_s = time.perf_counter()
    passed = relay.between(begun_s, ended_s)
    last_s = _last_s(passed, last)
    reader_s = readers_s([each for each in passed if each.at_s <= last_s], begun_s)
    return Session(
        reader_ms=reader_s * 1e3,
        software_ms=(ended_s - begun_s - reader_s) * 1e3,
        last_byte_ms=(ended_s - last_s) * 1e3,
        passed=tuple(passed),
    )


def _last_s(passed: list[Passed], message: int) -> float:
    """Return when the last message of a kind was whole. Raises OSError where there was none."""
    decoder, found_s = TcpDecoder(), None
    for each in passed:
        if each.side is Side.READER and any(
            isinstance(frame, TcpFrame) and frame.body[0] == message for frame in decoder.feed(each.data)
        ):
            found_s = each.at_s
    if found_s is None:
        raise OSError(f"the reader said no {message:02X}")
    return found_s


def _figures(sessions: list[tuple[Session, Session]], fsync: list[float]) -> list[Figure]:
    reads, submits = [read for read, _ in sessions], [submit for _, submit in sessions]
    one_fsync = Figure(name="· one fsync beside it", unit="ms", samples=fsync)
    reader_ms = [read.reader_ms + submit.reader_ms for read, submit in sessions]
    software_ms = [read.software_ms + submit.software_ms for read, submit in sessions]
    shares = [100 * mine / theirs for mine, theirs in zip(software_ms, reader_ms, strict=True)]
    totals = [100 * mine / (mine + theirs) for mine, theirs in zip(software_ms, reader_ms, strict=True)]
    return [
        Figure(name="读卡: last reader byte → verdict", unit="ms", samples=[each.last_byte_ms for each in reads]),
        Figure(name="读卡 → verdict without the reader", unit="ms", samples=[each.software_ms for each in reads]),
        Figure(
            name="提交数据 → record on disk without the reader", unit="ms", samples=[e.software_ms for e in submits]
        ),
        one_fsync,
        Figure(name="· in fsyncs", unit="×", samples=[each.software_ms / one_fsync.median for each in submits]),
        Figure(name="the reader's own time, both sessions", unit="ms", samples=reader_ms),
        Figure(name="software beside the reader's time", unit="%", samples=shares, target_max=SHARE_TARGET_PERCENT),
        Figure(name="software's share of the whole", unit="%", samples=totals),
        *(figure for side in Side for figure in _traffic(side, sessions)),
    ]


def _traffic(side: Side, sessions: list[tuple[Session, Session]]) -> list[Figure]:
    """Count what one side sent in both sessions."""
    sent = [[each.data for one in pair for each in one.passed if each.side is side] for pair in sessions]
    return [
        Figure(name=f"frames from the {side}", unit="", samples=[_frames(chunks) for chunks in sent]),
        Figure(name=f"bytes from the {side}", unit="B", samples=[sum(map(len, chunks)) for chunks in sent]),
    ]


def _frames(chunks: list[bytes]) -> int:
    """Count the whole frames in what one side sent."""
    decoder = TcpDecoder()
    return sum(isinstance(frame, TcpFrame) for chunk in chunks for frame in decoder.feed(chunk))
