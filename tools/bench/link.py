"""Software's share of a passage: the paced integrated reader takes a real link's time, all else is the terminal's own.

Terminal, centre and reader are processes of their own; a relay between terminal and reader notes when bytes pass.
"""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from tools.bench import machine, passages
from tools.bench.figures import Figure
from tools.bench.relay import Passed, Relay, Side, readers_s

from laneside.cli.browserless import Browserless, Json
from laneside.cli.demo_data import DEMO, publish_policy, seed_centre
from laneside.cli.fleet import Fleet
from laneside.cli.once import enable_lanes
from laneside.clock import BEIJING
from laneside.rsu import TcpDecoder, TcpFrame
from laneside.virtual.client import RoadsidePanel

PASSAGES = 1000
SHARE_TARGET_PERCENT = 5.0
B4, B5 = 0xB4, 0xB5
"""The reader's last word of a session: card and tag as they are, and the debit (spec/rsu-frames.md)."""
READER_PORT = "reader.port"
PLATE_POLL_S = 0.05


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One radio session: how long the reader had the terminal wait, how long the terminal took, what passed.

    ``software_ms`` is from the tap, ``last_byte_ms`` from the reader's last word: both until the result is on disk.
    """

    reader_ms: float
    software_ms: float
    last_byte_ms: float
    passed: tuple[Passed, ...]


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """Both sessions of a vehicle; ``page_ms`` is from 读卡 until its page can show the verdict, without the reader."""

    read: Session
    page_ms: float
    submitted: Session

    @property
    def reader_ms(self) -> float:
        """What both sessions waited for the reader."""
        return self.read.reader_ms + self.submitted.reader_ms

    @property
    def software_ms(self) -> float:
        """From the last reader byte to the verdict, and from 提交数据 to the record on disk without the reader."""
        return self.read.last_byte_ms + self.submitted.software_ms

    @property
    def from_taps_ms(self) -> float:
        """From both taps to the page's verdict and the record on disk, without the reader."""
        return self.page_ms + self.submitted.software_ms


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


def _worked(fleet: Fleet, relay: Relay, count: int) -> list[Passage]:
    panel = RoadsidePanel("127.0.0.1", fleet.roadside.port)
    sessions = []
    with Browserless(fleet.terminal.url) as collector, passages.opened(fleet.data / "terminal") as journal:
        collector.login(*DEMO.collector, work_date=datetime.now(UTC).astimezone(BEIJING).date())
        for number in range(count):
            vehicle = panel.place(passages.PAYING[number % len(passages.PAYING)], fresh=True)["vehicle"]
            sessions.append(_passage(collector, relay, vehicle, panel.picture(), journal))
    return sessions


def _passage(
    collector: Browserless, relay: Relay, vehicle: Json, picture: bytes, journal: sqlite3.Connection
) -> Passage:
    collector.post("/linkage", lane_hex=passages.LANE)
    view = collector.view()
    assert view is not None, "the lane was just taken"
    passage_id = str(view["passage_id"])
    begun_s = _tapped(collector, "read")
    last_s = relay.await_word(B4, begun_s=begun_s, wait_s=passages.WAIT_S_MAX)
    passages.await_entry(journal, passage_id, "pair-read")
    read = _session(relay, begun_s, last_s)
    view = passages.quiet(collector)
    page_ms = (time.perf_counter() - begun_s) * 1e3 - read.reader_ms
    passages.expect(view["clean"], f"{vehicle['name']} was stopped")
    passages.confirmed(collector, vehicle, picture)
    _await_plate(collector)
    begun_s = _tapped(collector, "submit")
    last_s = relay.await_word(B5, begun_s=begun_s, wait_s=passages.WAIT_S_MAX)
    passages.await_entry(journal, passage_id, "record")
    submitted = _session(relay, begun_s, last_s)
    view = passages.quiet(collector)
    passages.expect(view["result"]["ending"] == "completed", f"{vehicle['name']} was not paid")
    passages.sent(collector, "leave")
    return Passage(read=read, page_ms=page_ms, submitted=submitted)


def _await_plate(collector: Browserless) -> None:
    """Wait until the photo's plate is read: a collector takes longer than that to press the next button."""
    deadline_s = time.perf_counter() + passages.WAIT_S_MAX
    while _reads_plate(collector.view()):
        if time.perf_counter() > deadline_s:
            raise OSError("the photo's plate is not read to the end")
        time.sleep(PLATE_POLL_S)


def _reads_plate(view: Json | None) -> bool:
    reading = None if view is None else view["picture"]["reading"]
    return reading is not None and reading["sight"] == "reading"


def _tapped(collector: Browserless, action: str) -> float:
    """Tap as a page does that shows the newest revision; return when."""
    view = collector.view()
    assert view is not None, "a passage is in work"
    begun_s = time.perf_counter()
    collector.post(f"/linkage/{action}", revision=str(view["revision"]))
    return begun_s


def _session(relay: Relay, begun_s: float, last_s: float) -> Session:
    """Split the time from a tap until now; what the reader says after its last word is not waited for."""
    ended_s = time.perf_counter()
    passed = relay.between(begun_s, ended_s)
    reader_s = readers_s([each for each in passed if each.at_s <= last_s], begun_s)
    return Session(
        reader_ms=reader_s * 1e3,
        software_ms=(ended_s - begun_s - reader_s) * 1e3,
        last_byte_ms=(ended_s - last_s) * 1e3,
        passed=tuple(passed),
    )


def _figures(worked: list[Passage], fsync: list[float]) -> list[Figure]:
    one_fsync = Figure(name="· one fsync beside it", unit="ms", samples=fsync)
    submitted_ms = [each.submitted.software_ms for each in worked]
    shares = [100 * each.software_ms / each.reader_ms for each in worked]
    wholes = [100 * each.from_taps_ms / (each.from_taps_ms + each.reader_ms) for each in worked]
    return [
        Figure(
            name="读卡: last reader byte → verdict on disk", unit="ms", samples=[e.read.last_byte_ms for e in worked]
        ),
        Figure(name="提交数据 → record on disk without the reader", unit="ms", samples=submitted_ms),
        one_fsync,
        Figure(name="· in fsyncs", unit="×", samples=[each / one_fsync.median for each in submitted_ms]),
        Figure(name="the reader's own time, both sessions", unit="ms", samples=[each.reader_ms for each in worked]),
        Figure(name="software beside the reader's time", unit="%", samples=shares, target_max=SHARE_TARGET_PERCENT),
        Figure(name="读卡 → page without the reader", unit="ms", samples=[each.page_ms for each in worked]),
        Figure(name="both taps → page and record, share of the whole", unit="%", samples=wholes),
        *(figure for side in Side for figure in _traffic(side, worked)),
    ]


def _traffic(side: Side, worked: list[Passage]) -> list[Figure]:
    """Count what one side sent in both sessions."""
    sent = [[each.data for one in (of.read, of.submitted) for each in one.passed if each.side is side] for of in worked]
    return [
        Figure(name=f"frames from the {side}", unit="", samples=[_frames(chunks) for chunks in sent]),
        Figure(name=f"bytes from the {side}", unit="B", samples=[sum(map(len, chunks)) for chunks in sent]),
    ]


def _frames(chunks: list[bytes]) -> int:
    """Count the whole frames in what one side sent."""
    decoder = TcpDecoder()
    return sum(isinstance(frame, TcpFrame) for chunk in chunks for frame in decoder.feed(chunk))
