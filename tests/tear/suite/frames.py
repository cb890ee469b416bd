"""A lane whose reader runs the card logic itself: every frame, and every command inside the reader, is counted."""

from __future__ import annotations

from pathlib import Path

from frame_bench import BenchLink
from frame_lane import DIALECTS, is_debit
from msgspec.structs import replace

from laneside.reader.frames.connection_keeper import FrameReaderPolicy
from laneside.reader.frames.reader import FrameReader
from laneside.rsu import Direction, Trade, parse
from laneside.virtual.faults import Fault, FaultKind, FaultPlan, Place, When
from laneside.virtual.integrated.reader import IntegratedReader
from suite.script import Kind, Script
from suite.site import Cell, Site

SEARCH_S = 0.5
"""A reader that looks less often than on the road: nothing is cut between two looks that find nothing."""
LATE_S = 2.5
"""Longer than any answer is waited for."""
UNDER_WAY_S = 1.0
"""Longer than a command that the reader has begun takes, with the fault that strikes behind it."""
BACK_S = 3.0
"""A vehicle that left the field is back within the search."""
BOOT_S = 20.0
"""A terminal that lost its power is back after this; its reader has done by then what it was told."""
_CHANNELS = {
    Place.TO_READER: "to-reader",
    Place.FROM_READER: "from-reader",
    Place.CARD: "reader-card",
    Place.TAG: "reader-tag",
    Place.PSAM: "reader-psam",
}
_SPOILT = {
    Kind.LOST: FaultKind.LOSE,
    Kind.GARBLED: FaultKind.GARBLE,
    Kind.HALVED: FaultKind.HALF,
    Kind.DOUBLED: FaultKind.DOUBLE,
    Kind.FOREIGN: FaultKind.FOREIGN,
    Kind.LATE: FaultKind.DELAY,
    Kind.WRONG_SW: FaultKind.REFUSE,
}
_STRUCK = {
    "cut": (FaultKind.CUT, 0.0),
    "unplug": (FaultKind.UNPLUG, 0.0),
    "miss": (FaultKind.LOSE, 0.0),
    "gone": (FaultKind.LEAVE, BACK_S),
    "pulled": (FaultKind.WITHDRAW_CARD, 0.0),
    "power": (FaultKind.UNPLUG, 0.0),
}


class TornPlan(FaultPlan):
    """The reader's own faults, one of them on the script's word."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self._script = script

    def take(self, place: Place, code: str) -> dict[When, Fault]:
        """Count one passing; a reader whose terminal is dead goes on uncounted."""
        if self._script.dead:
            return {}
        kind = self._script.next(_CHANNELS[place])
        if kind in (Kind.POWER_BEFORE, Kind.POWER_AFTER):
            self._script.dead = True
            return _at_power_loss(kind, place)
        return {} if kind is None else _fault(kind, place)


def _fault(kind: Kind, place: Place) -> dict[When, Fault]:
    if kind in _SPOILT:
        fault = Fault(kind=_SPOILT[kind], place=place, delay_s=LATE_S, status_word="6F00")
        return {fault.when: fault}
    what, when = kind.value.split("-")
    struck, delay_s = _STRUCK[what]
    return {When(when): Fault(kind=struck, place=place, when=When(when), delay_s=delay_s)}


def _at_power_loss(kind: Kind, place: Place) -> dict[When, Fault]:
    """Kill the terminal alone at a frame, terminal and reader together at a command inside the reader."""
    if not place.is_frame:
        return _fault(kind, place)
    return _fault(Kind.LOST, place) if kind is Kind.POWER_BEFORE else {}


class TornBytes(BenchLink):
    """The bytes between terminal and reader; no C6 leaves here for a debit that is open already."""

    def __init__(self, site: FrameSite) -> None:
        self._site = site
        super().__init__(site.far, site.clock)  # type: ignore[arg-type]  # a clock by hand
        self._decoder = site.dialect.decoder()
        self._tag_alone = site.dialect.trade_number(Trade.EF04)
        site.script.live()

    def write(self, data: bytes) -> None:
        for frame in self._decoder.feed(data):
            message = parse(self._site.dialect, Direction.TO_READER, frame.body)
            if is_debit(message) and message.trade_mode != self._tag_alone:
                self._site.watch_debit()
        super().write(data)
        self._site.script.live()

    def read(self, *, timeout_s: float) -> bytes:
        heard = super().read(timeout_s=timeout_s)
        self._site.script.live()
        return heard


class FrameSite(Site):
    """One integrated reader before the lane's chips. It has a power supply of its own."""

    def __init__(self, folder: Path, script: Script, cell: Cell) -> None:
        settings, self.dialect = DIALECTS[cell.reader]
        self.settings = replace(settings, search_s=SEARCH_S)
        super().__init__(folder, script, cell)

    def furnish(self) -> None:
        super().furnish()
        self.far = IntegratedReader(
            self.world, settings=self.settings, random_bytes=self.random_bytes, now_s=self.clock.monotonic_s()
        )
        self.far.faults = self.far.line._faults = TornPlan(self.script)

    def make_reader(self) -> FrameReader:
        return FrameReader(
            open_link=lambda: TornBytes(self), clock=self.clock, policy=FrameReaderPolicy(dialect=self.dialect)
        )

    def drop_chips(self) -> None:
        """Leave them to the reader, which goes on without its host."""
        self.clock.forward(BOOT_S)
        self.far.tick(self.clock.monotonic_s())

    def mend(self) -> None:
        """Let what is under way strike first; then give the reader its power back, and its card to the tag."""
        self.clock.forward(UNDER_WAY_S)
        self.far.tick(self.clock.monotonic_s())
        if not self.far.reachable:
            self.far.plug(self.clock.monotonic_s())
        self.far.field.come_back()
        if self.world.vehicle is not None and not self.world.card_inserted:
            self.world.insert_card()
