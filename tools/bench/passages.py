"""A passage at the virtual roadside, which answers at once: what is left is the terminal's own time, and the disk's."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tools.bench.figures import Figure

from laneside.cli.browserless import Browserless, Json
from laneside.virtual.client import RoadsidePanel

POLL_S = 0.001
JOURNAL_POLL_S = 0.0001
"""What is seen late by the observer would count as the terminal's."""
WAIT_S_MAX = 30.0
FSYNCS = 100
PAYING = (
    "car-3des",
    "car-sm4",
    "car-new-energy",
    "coach-3",
    "truck-6",
    "container-tractor",
    "green-truck",
    "charge-card",
)
LANE = "62010A0B11"


def measure(collector: Browserless, panel: RoadsidePanel, terminal_data: Path) -> list[Figure]:
    """Take each paying vehicle through its passage once."""
    read_ms, submit_ms, whole_ms = [], [], []
    with opened(terminal_data) as journal:
        for name in PAYING:
            vehicle = panel.place(name)["vehicle"]
            picture = panel.picture()
            begun_s = time.perf_counter()
            read, submitted = _passage(collector, vehicle, picture, journal)
            whole_ms.append((time.perf_counter() - begun_s) * 1e3)
            read_ms.append(read)
            submit_ms.append(submitted)
    return [
        Figure(name="读卡 → verdict", unit="ms", samples=read_ms),
        Figure(name="提交数据 → record on disk", unit="ms", samples=submit_ms),
        Figure(name="· one fsync beside it", unit="ms", samples=fsync_ms(terminal_data)),
        Figure(name="home → home, no human", unit="ms", samples=whole_ms),
    ]


def fsync_ms(folder: Path) -> list[float]:
    """Append 4 KiB and fsync, again and again, on the journal's own file system."""
    file, taken = folder / "fsync.bench", []
    with file.open("wb", buffering=0) as out:
        for _ in range(FSYNCS):
            out.write(bytes(4096))
            begun_s = time.perf_counter()
            os.fsync(out.fileno())
            taken.append((time.perf_counter() - begun_s) * 1e3)
    file.unlink()
    return taken


def _passage(collector: Browserless, vehicle: Json, picture: bytes, journal: sqlite3.Connection) -> tuple[float, float]:
    collector.post("/linkage", lane_hex=LANE)
    begun_s = time.perf_counter()
    view = acted(collector, "read")
    read_ms = (time.perf_counter() - begun_s) * 1e3
    expect(view["clean"], f"{vehicle['name']} was stopped")
    confirmed(collector, vehicle, picture)
    begun_s = time.perf_counter()
    sent(collector, "submit")
    await_entry(journal, str(view["passage_id"]), "record")
    submit_ms = (time.perf_counter() - begun_s) * 1e3
    expect(quiet(collector)["result"]["ending"] == "completed", f"{vehicle['name']} was not paid")
    sent(collector, "leave")
    return read_ms, submit_ms


def confirmed(collector: Browserless, vehicle: Json, picture: bytes) -> None:
    """Photo, plate, class, kind and fee: what a collector does between the two sessions."""
    collector.photo(picture, live=True)
    acted(collector, "picture", plate=vehicle["plate"], colour=str(vehicle["plate_colour"]))
    acted(collector, "select", toll_class=str(vehicle["toll_class"]), vehicle_kind=str(vehicle["vehicle_kind"]))
    acted(collector, "quote")


def acted(collector: Browserless, action: str, **fields: str) -> Json:
    """Do one act and wait until the reader is quiet."""
    sent(collector, action, **fields)
    return quiet(collector)


def sent(collector: Browserless, action: str, **fields: str) -> None:
    """Tap, and wait for nothing."""
    view = collector.view()
    assert view is not None, "a passage is in work"
    collector.post(f"/linkage/{action}", revision=str(view["revision"]), **fields)


def quiet(collector: Browserless) -> Json:
    """Wait for the reader, looking more often than a page does, so that the looking costs little."""
    deadline_s = time.perf_counter() + WAIT_S_MAX
    while time.perf_counter() < deadline_s:
        view = collector.view()
        if view is not None and view["activity"] == "none":
            return view
        time.sleep(POLL_S)
    raise OSError("the reader does not come to an end")


def opened(terminal_data: Path) -> closing[sqlite3.Connection]:
    """Open the journal's file as another process, for reading."""
    return closing(sqlite3.connect(f"file:{terminal_data / 'journal.sqlite3'}?mode=ro", uri=True))


def await_entry(journal: sqlite3.Connection, passage_id: str, kind: str) -> None:
    """Wait until another process sees an entry of a passage in the journal's file: it is committed then.

    The question is one that the index of passages answers: looking must not take longer with every passage worked.
    """
    wanted = "SELECT 1 FROM entry WHERE passage = ? AND passage <> '' AND +kind = ?"
    deadline_s = time.perf_counter() + WAIT_S_MAX
    while journal.execute(wanted, (passage_id, kind)).fetchone() is None:
        if time.perf_counter() > deadline_s:
            raise OSError(f"no {kind} came into the journal")
        time.sleep(JOURNAL_POLL_S)


def expect(true: bool, otherwise: str) -> None:  # noqa: FBT001 - the one thing that it is about
    """End the measurement with a sentence where a vehicle did not go through as it should. Raises OSError."""
    if not true:
        raise OSError(otherwise)
