"""Centre, roadside and terminal as real processes, worked as a collector would and looked at from the outside."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from timeouts import scaled, until

from laneside.cli.browserless import Browserless
from laneside.cli.demo_data import DEMO, opened_centre, publish_policy, seed_centre
from laneside.cli.fleet import Fleet
from laneside.cli.once import enable_lanes
from laneside.clock import BEIJING
from laneside.contract.records import ExitRecord
from laneside.devices.machine import SystemClock
from laneside.journal.journal import Journal
from laneside.virtual.client import ReaderPanel, RoadsidePanel

Json = dict[str, Any]
STATION: Final = "62010A0B"
LANE: Final = "62010A0B11"
DELIVERY_S: Final = 20.0
HELD_S: Final = scaled(10.0)

_STATUS_AND_TIME = slice(16, 26)  # of 0019 and of the tag's copy of it: what one passage changed.


class PatientPanel(RoadsidePanel):
    """The roadside's panel, with the tests' time to wait for an answer that is kept back."""

    def await_held(self, channel: str, *, timeout_s: float = HELD_S) -> None:
        super().await_held(channel, timeout_s=timeout_s)


class PatientReaderPanel(ReaderPanel):
    """The same of the integrated reader."""

    def await_held(self, *, timeout_s: float = HELD_S) -> Json:
        return super().await_held(timeout_s=timeout_s)


@dataclass(slots=True, kw_only=True)
class Street:
    """A fleet, and every fact of it that can be seen without asking the terminal."""

    fleet: Fleet

    # --- what is done

    @property
    def panel(self) -> RoadsidePanel:
        """The roadside's panel, wherever the roadside listens now."""
        return PatientPanel("127.0.0.1", self.fleet.roadside.port)

    @property
    def reader(self) -> ReaderPanel:
        """The panel of the integrated reader, where the terminal reads with one."""
        return PatientReaderPanel("127.0.0.1", self.fleet.roadside.port)

    @contextmanager
    def collector(self) -> Iterator[Browserless]:
        """Log the collector in."""
        with Browserless(self.fleet.terminal.url) as collector:
            collector.login(*DEMO.collector, work_date=datetime.now(UTC).astimezone(BEIJING).date())
            yield collector

    def arrive(self, name: str) -> Json:
        """Put a vehicle at the lane with new chips; its state comes back."""
        return self.panel.place(name, fresh=True)

    def kill(self, name: str) -> None:
        """End a process as a dead battery would."""
        self.fleet.kill(name)

    def centre_again(self, port: int) -> None:
        """Start the centre where the terminal looks for it."""
        self.fleet.start_centre(port=port)

    # --- what is seen

    def card(self) -> Json:
        """Return what the card at the lane holds."""
        return dict(self.panel.state()["card"])

    def tag_copy(self) -> str:
        """Return the tag's copy of 0019, 39 bytes."""
        return str(self.panel.state()["tag"]["copy_0019"])

    def records(self, card_id: str | None = None) -> list[ExitRecord]:
        """Return the records at the centre, all or those of one card, in the order of their arrival."""
        with opened_centre(self.fleet.data / "centre") as centre:
            kept = [one.upload.record for one in reversed(centre.kept.records(limit=1000))]
        return [record for record in kept if card_id in (None, record.card_id)]

    def photo_at_centre(self, sha256: str) -> bytes | None:
        """Return a photo as the centre keeps it."""
        with opened_centre(self.fleet.data / "centre") as centre:
            file = centre.photos.file(sha256)
            return None if file is None else Path(file).read_bytes()

    def journal(self, query: str, *values: object) -> list[Any]:
        """Ask the journal's file itself."""
        file = self.fleet.data / "terminal" / "journal.sqlite3"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()

    def notes(self, kind: str) -> list[Json]:
        """Return the payloads of one kind of entries, oldest first."""
        rows = self.journal("SELECT payload FROM entry WHERE kind = ? ORDER BY seq", kind)
        return [json.loads(payload) for (payload,) in rows]

    def receipts(self, record_id: str) -> list[str]:
        """Return what the centre answered to one record: ``created`` or ``exists``."""
        rows = self.journal(
            "SELECT payload FROM entry WHERE kind = 'receipt' AND settles = 'record' AND subject = ?", record_id
        )
        return [json.loads(payload)["stored"] for (payload,) in rows]

    def waiting(self) -> int:
        """Count what still waits for a receipt."""
        return len(self.journal("SELECT 1 FROM outbox"))

    def delivered(self, *, within_s: float = DELIVERY_S) -> bool:
        """Wait until the centre has everything."""
        return until(lambda: self.waiting() == 0, within_s=within_s)

    def verify_journal(self) -> None:
        """Walk the journal's whole chain."""
        file = self.fleet.data / "terminal" / "journal.sqlite3"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, check_same_thread=False)) as connection:
            connection.isolation_level = None
            Journal(connection, clock=SystemClock(), terminal_id="-").verify()


@contextmanager
def street(
    data: Path,
    *,
    psam: str = "none",
    reader: str = "roadside",
    reader_settings: Path | None = None,
    roadside_options: tuple[str, ...] = (),
    terminal_options: tuple[str, ...] = (),
    environment: dict[str, str] | None = None,
    **policy: object,
) -> Iterator[Street]:
    """Start the three processes, with a policy published at the centre and all exit lanes enabled."""
    seed_centre(data / "centre", DEMO)
    if policy:
        publish_policy(data / "centre", **policy)
    with Fleet(
        data=data,
        psam=psam,
        reader=reader,
        reader_settings=reader_settings,
        roadside_options=roadside_options,
        terminal_options=terminal_options,
        environment=environment or {},
    ) as fleet:
        enable_lanes(fleet.terminal.url)
        yield Street(fleet=fleet)


# --- a collector's hands


def next_act(view: Json, vehicle: Json) -> tuple[str, dict[str, str]]:
    """Return what a collector does next with a vehicle as its page stands; ``photo`` is handed in by other means."""
    actions, result = set(view["actions"]), view["result"]
    if result is not None and result["ending"] not in (None, "unknown"):
        return "leave", {}
    if any(finding["severity"] == "stop" and not finding["released"] for finding in view["findings"]):
        return "refuse", {"reason": "不符"}
    picture = {"plate": vehicle["plate"], "colour": str(vehicle["plate_colour"])}
    selection = {"toll_class": str(vehicle["toll_class"]), "vehicle_kind": str(vehicle["vehicle_kind"])}
    ways: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("prove", "prove", {}),
        ("submit", "submit", {}),
        ("quote", "quote", {}),
        ("select", "select", selection),
        ("submit-picture", "picture", picture),
        ("photo", "photo", {}),
        ("read", "read", {}),
    )
    return next((act, fields) for action, act, fields in ways if action in actions)


def do(collector: Browserless, act: str, fields: dict[str, str]) -> Json:
    """Do one act; the passage as it is then comes back, empty on the home page."""
    if act == "photo":
        return collector.photo(collector.picture(), live=True)
    return collector.act(act, **fields)


def work_until(collector: Browserless, vehicle: Json, last: str) -> Json:
    """Work the vehicle at the lane from home, or from where it stands, up to the moment before ``last`` is done."""
    if collector.view() is None:
        collector.post("/linkage", lane_hex=LANE)
    view = collector.quiet()
    for _ in range(20):
        act, fields = next_act(view, vehicle)
        if act == last:
            return view
        view = do(collector, act, fields)
        if not view:
            return view
    raise AssertionError(f"the passage does not end: {view['actions']}")


def send(collector: Browserless, act: str) -> None:
    """Tap an act without waiting for what the reader makes of it."""
    view = collector.view()
    assert view is not None
    collector.post(f"/linkage/{act}", revision=str(view["revision"]))


def copy_of(file_0019: str) -> str:
    """Return the tag's copy that belongs to a card's 0019."""
    return file_0019[: 2 * 39]
