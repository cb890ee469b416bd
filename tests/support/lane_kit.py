"""A whole lane in one process: the real desk, journal, reader and rules over the real virtual chips, clock by hand."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from laneside.card.channel import CardChannel, TagPresence
from laneside.contract.parameters import (
    KindRule,
    Lane,
    LaneUse,
    ListedObject,
    Operator,
    Parameters,
    Policy,
    Role,
    ShiftPlan,
    Station,
    StatusListFull,
    StatusListRow,
    TariffRow,
    TariffTable,
    VirtualEntry,
)
from laneside.contract.records import ImageRecord, PassageEvent, RecordUpload
from laneside.contract.signing import digest
from laneside.errors import LinkLostError, NothingPresentedError
from laneside.journal import schema
from laneside.journal.journal import Journal
from laneside.passage.answers import Answer, Done
from laneside.passage.desk import Desk
from laneside.passage.duty.duty import Duty, verifier
from laneside.passage.duty.lane_setup import LaneSetup
from laneside.passage.flows.open_exit import OPEN_EXIT
from laneside.passage.lane import Conclusion, Waiting
from laneside.passage.passage_journal import PassageJournal
from laneside.passage.passage_steps import Equipment
from laneside.passage.ports import PlateReader
from laneside.passage.views.history import PassageHistory
from laneside.passage.views.views import PassageView
from laneside.reader.apdu import ApduReader
from laneside.statuslist.index import StatusListIndex
from laneside.tariff.lines import half_up_95
from laneside.virtual.chip_store import RamChipStore
from laneside.virtual.chips.chip import Chip
from laneside.virtual.requests import LaneRequests
from laneside.virtual.vehicles import listed_keys, vehicle_named
from laneside.virtual.world import World

NOON = datetime(2026, 5, 6, 4, 0, 0, tzinfo=UTC)
PASSWORD = "over-the-hills"
ETC_LANE, MIXED_LANE = "62010A0B11", "62010A0B12"
FEES_FEN = {1: 1100, 2: 1600, 3: 2200, 4: 2700, 11: 1300, 12: 2000, 13: 3100, 14: 3900, 15: 4700, 16: 5500}
FREE_KINDS = {8: None, 10: None, 12: None, 21: 1, 22: 2, 23: None, 26: None}


class HandClock:
    """Time that moves only when told, or while somebody sleeps."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._running_s = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic_s(self) -> float:
        return self._running_s

    def sleep(self, seconds: float) -> None:
        self.forward(seconds)

    def forward(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._running_s += seconds

    def set_back(self, seconds: float) -> None:
        self._now -= timedelta(seconds=seconds)


class ChipLink:
    """The three chips of a world as a reader opens them; ``cut_before``/``cut_after`` lose the link at one exchange."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cut: Callable[[str, bytes, bool], bool] = lambda _channel, _command, _acted: False

    def open_card(self) -> CardChannel:
        return self._open("card")

    def open_psam(self) -> CardChannel:
        return self._open("psam")

    def open_tag(self) -> tuple[TagPresence, CardChannel]:
        channel = self._open("tag")
        greeting = self.world.greeting("tag")
        return TagPresence(mac_id=bytes.fromhex(greeting["mac_id"]), status=greeting["status"]), channel

    def _open(self, name: str) -> CardChannel:
        chip = self.world.chip(name)
        if chip is None:
            raise NothingPresentedError(f"no {name}")
        return _Channel(self, name, chip)


class _Channel:
    def __init__(self, link: ChipLink, name: str, chip: Chip) -> None:
        self._link, self._name, self._chip = link, name, chip
        chip.power_on()

    def transmit(self, command: bytes) -> bytes:
        if self._link.cut(self._name, command, False):
            raise LinkLostError("cut before")
        answer = self._chip.transmit(command)
        if self._link.cut(self._name, command, True):
            raise LinkLostError("cut after")
        return answer

    def close(self) -> None:
        self._chip.power_off()


class WorldLane:
    """The virtual lane without a socket between."""

    def __init__(self, world: World) -> None:
        self._lane = LaneRequests(world)
        self.attached = True

    def occupy(self, lane_hex: str) -> None:
        self._ask(op="occupy", lane_hex=lane_hex)

    def waiting(self) -> Waiting:
        return msgspec.convert(self._ask(op="waiting")["waiting"], Waiting)

    def conclude(self, conclusion: Conclusion) -> None:
        self._ask(op="conclude", conclusion=conclusion)

    def release(self) -> None:
        self._ask(op="release")

    def _ask(self, **request: object) -> dict[str, object]:
        return self._lane.answer(msgspec.json.encode(request))


class Album:
    """Photos in memory: what is put comes back; anything that begins like a JPEG is a picture."""

    def __init__(self) -> None:
        self.photos: dict[str, bytes] = {}

    def develop(self, image: bytes, *, side_px_max: int) -> bytes:
        if not image.startswith(b"\xff\xd8"):
            raise ValueError("no picture")
        return image

    def put(self, jpeg: bytes) -> str:
        self.photos[digest(jpeg)] = jpeg
        return digest(jpeg)

    def get(self, sha256: str) -> bytes | None:
        return self.photos.get(sha256)


@dataclass
class Decisions:
    """The centre's documents, to be changed by a test."""

    held: Parameters | None
    table: TariffTable | None
    listed: StatusListIndex | None

    def parameters(self, now: datetime) -> Parameters | None:
        return self.held

    def parameters_start(self, now: datetime) -> datetime | None:
        return None

    def await_contact(self) -> None:
        """Wait for nothing: what is held here is what the centre has."""

    def tariff(self, now: datetime) -> TariffTable | None:
        return self.table

    def status_list(self, now: datetime) -> StatusListIndex | None:
        return self.listed


@dataclass(frozen=True)
class Name:
    """Who the terminal is."""

    terminal_id: str = "T-620100A0B-07"
    slot: int = 7


def _operator(number: str, role: Role) -> Operator:
    salt = number.encode().ljust(16, b".")
    return Operator(
        operator_id=number, name=f"员{number[-2:]}", role=role, station_hex="62010A0B", salt=salt,
        verifier=verifier(PASSWORD, salt),
    )  # fmt: skip


_OPERATORS = (
    _operator("620101", Role.COLLECTOR),
    _operator("620100", Role.SHIFT_LEADER),
    _operator("620001", Role.ADMINISTRATOR),
)


def parameters(policy: Policy | None = None) -> Parameters:
    lanes = (
        Lane(lane_id="G002262001000100010011"[:21], lane_hex=ETC_LANE, name="11 道", use=LaneUse.ETC_EXIT),
        Lane(lane_id="G002262001000100010012"[:20] + "2", lane_hex=MIXED_LANE, name="12 道", use=LaneUse.MIXED_EXIT),
        Lane(lane_id="G00226200100010001001"[:20] + "9", lane_hex="62010A0B01", name="01 道", use=LaneUse.ETC_ENTRY),
    )
    entry = VirtualEntry(lane_id="G00226200100010000000", lane_hex="62010AFF00", station_name="虚拟入口站")
    return Parameters(
        station=Station(station_hex="62010A0B", name="兰州东", lanes=lanes, virtual_entry=entry),
        operators=_OPERATORS,
        shifts=(
            ShiftPlan(number=1, name="早班", starts_minute=450),
            ShiftPlan(number=2, name="中班", starts_minute=930),
            ShiftPlan(number=3, name="夜班", starts_minute=1410),
        ),
        policy=policy or Policy(),
    )


def tariff() -> TariffTable:
    return TariffTable(
        rate_version="6220260101001",
        rows=tuple(
            TariffRow(station_hex="62010A0B", toll_class=code, fee_fen=fee, fee95_fen=half_up_95(fee))
            for code, fee in FEES_FEN.items()
        ),
        kinds=tuple(KindRule(vehicle_kind=k, off_percent=100, discount_type=d) for k, d in FREE_KINDS.items()),
    )


def status_list(now: datetime) -> StatusListIndex:
    keys = listed_keys()
    rows = (
        StatusListRow(listed=ListedObject.CARD, key=keys["card"], type_code=1),
        StatusListRow(listed=ListedObject.OBU, key=keys["obu"], type_code=2),
    )
    return StatusListIndex.build(StatusListFull(list_version="202605060355", made_at=now, rows=rows))


def tap(desk: Desk, action: str, revision: int, **given: object) -> Answer:
    """Carry out an action with what is given by name, as a page posts it."""
    found = desk.action(action)
    assert found is not None, action
    return desk.act(action, revision, found.given(**given))


class LaneKit:
    """One terminal at one lane. ``restart`` forgets everything that is not on disk; jobs run at once."""

    def __init__(self, path: Path, store: RamChipStore | None = None) -> None:
        self._path = path
        self.clock = HandClock(NOON)
        numbers = itertools.count(1)
        self.random_bytes: Callable[[int], bytes] = lambda count: next(numbers).to_bytes(count, "big")
        self.world = World(store=store or RamChipStore(), clock=self.clock, random_bytes=self.random_bytes)
        self.album = Album()
        self.decisions = Decisions(parameters(), tariff(), status_list(NOON))
        self.plate_reader: PlateReader | None = None
        self.connection: sqlite3.Connection | None = None
        self.furnish()
        self.start()

    def furnish(self) -> None:
        """Put up what stands between the terminal and the world."""
        self.link = ChipLink(self.world)
        self.lane = WorldLane(self.world)

    def start(self) -> None:
        self.connection = self.connect()
        schema.prepare(self.connection)
        self.journal = Journal(self.connection, clock=self.clock, terminal_id=Name().terminal_id)
        self.passages = PassageJournal(journal=self.journal, clock=self.journal.clock, slot=Name().slot)
        self.reader = self.make_reader()
        self.duty = Duty(journal=self.journal, documents=self.decisions, identity=Name(), clock=self.journal.clock)
        self.lane_setup = LaneSetup(journal=self.journal, duty=self.duty)
        self.desk = Desk(
            Equipment(
                reader=self.reader, lane=self.lane, passages=self.passages, documents=self.decisions,
                photos=self.album, identity=Name(), duty=self.duty, lane_setup=self.lane_setup,
                clock=self.journal.clock,
                random_bytes=self.random_bytes, worker=lambda job: job(),
                plates=self.plate_reader, flows=(OPEN_EXIT,),
            )
        )  # fmt: skip
        self.history = PassageHistory(passages=self.passages, duty=self.duty)

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, check_same_thread=False)

    def make_reader(self) -> ApduReader:
        return ApduReader(
            open_card=self.link.open_card,
            open_tag=self.link.open_tag,
            open_psam=self.link.open_psam,
            clock=self.journal.clock,
            random_bytes=self.random_bytes,
        )

    def stop(self) -> None:
        assert self.connection is not None
        self.reader.close()
        self.connection.close()
        self.connection = None

    def restart(self) -> None:
        self.stop()
        self.start()
        self.login()

    def login(self, number: str = "620101") -> None:
        assert self.duty.login(number, PASSWORD, 1, date(2026, 5, 6)) == Done()

    def open_for_work(self) -> None:
        self.login("620001")
        assert self.lane_setup.enable(frozenset({ETC_LANE, MIXED_LANE})) == Done()
        self.login()

    # --- acting as the collector does

    @property
    def view(self) -> PassageView:
        view = self.desk.view()
        assert view is not None
        return view

    def tries(self, action: str, revision: int | None = None, **given: object) -> Answer:
        """Tap an action of the page, as it is drawn now or was at ``revision``."""
        return tap(self.desk, action, self.view.revision if revision is None else revision, **given)

    def does(self, action: str, **given: object) -> PassageView:
        answer = self.tries(action, **given)
        assert answer == Done(), answer
        return self.view

    def arrive(self, name: str, lane: str = ETC_LANE) -> PassageView:
        """Let a vehicle come, take the lane and read."""
        self.world.place(name)
        assert self.desk.open(lane) == Done()
        return self.does("read")

    def confirm(self, name: str) -> PassageView:
        """Photo, plate, colour, class and kind as they really are."""
        vehicle = vehicle_named(name)
        assert self.desk.take_photo(b"\xff\xd8 " + name.encode(), live=True) == Done()
        self.does("submit-picture", plate=vehicle.plate, colour=vehicle.colour)
        return self.does("select", toll_class=vehicle.toll_class, vehicle_kind=vehicle.kind)

    def pay(self, name: str) -> PassageView:
        self.confirm(name)
        self.does("quote")
        self.clock.forward(30)
        return self.does("submit")

    def home(self) -> None:
        assert self.tries("leave") == Done()
        assert self.desk.view() is None

    # --- facts on the outside

    @property
    def card(self) -> dict[str, object]:
        return dict(self.world.card_state())

    @property
    def tag(self) -> dict[str, object]:
        return dict(self.world.tag_state())

    def records(self) -> list[RecordUpload]:
        return [msgspec.json.decode(e.payload, type=RecordUpload) for e in self.journal.of_kind("record")]

    def events(self, kind: str = "") -> list[PassageEvent]:
        found = [msgspec.json.decode(e.payload, type=PassageEvent) for e in self.journal.of_kind("event")]
        return [event for event in found if event.passage_id and kind in ("", event.kind)]

    def images(self) -> list[ImageRecord]:
        return [msgspec.json.decode(e.payload, type=ImageRecord) for e in self.journal.of_kind("image")]
