"""The lane that is cut: the kit's desk, journal and reader over real chips, each link through the script."""

from __future__ import annotations

import copy
import functools
import hashlib
import shutil
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

from lane_kit import ChipLink, LaneKit, Name, WorldLane

from laneside.card import CardChannel, TagPresence
from laneside.errors import LinkLostError
from laneside.passage import Conclusion, Waiting, duty
from laneside.virtual import vehicles
from laneside.virtual.stories import CHARGE, car
from suite.script import Kind, Script

hashlib.scrypt = functools.lru_cache(hashlib.scrypt)  # the same login thousands of times
_sm4 = car(90, "甘A7C521", sm4=True)
vehicles._BY_NAME["tear-charge-sm4"] = replace(
    _sm4, name="tear-charge-sm4", card=replace(_sm4.card, card_type=CHARGE, balance_fen=1_999_000_000)
)
OTHER = "car-new-energy"
assert duty.verifier, "logins go through scrypt"


@dataclass(frozen=True, slots=True)
class Cell:
    """One corner of the matrix."""

    name: str
    vehicle: str
    kind: int
    fee_fen: int


_VEHICLES = {"3des": "car-3des", "sm4": "car-sm4", "3des-charge": "charge-card", "sm4-charge": "tear-charge-sm4"}
_AMOUNTS = {"paid": (0, 1045), "free": (21, 0)}
CELLS = {
    f"apdu-{who}-{what}": Cell(f"apdu-{who}-{what}", vehicle, kind, fee_fen)
    for who, vehicle in _VEHICLES.items()
    for what, (kind, fee_fen) in _AMOUNTS.items()
}


class TornLink(ChipLink):
    def __init__(self, world, script: Script) -> None:
        super().__init__(world)
        self.script = script

    def open_card(self) -> CardChannel:
        return self._torn("card", super().open_card)

    def open_psam(self) -> CardChannel:
        return self._torn("psam", super().open_psam)

    def open_tag(self) -> tuple[TagPresence, CardChannel]:
        if self.script.is_broken("tag"):
            raise LinkLostError("the link is gone")
        presence, channel = super().open_tag()
        return presence, _Torn(channel, "tag", self.script)

    def _torn(self, name: str, opener) -> CardChannel:
        if self.script.is_broken(name):
            raise LinkLostError("the link is gone")
        return _Torn(opener(), name, self.script)


class _Torn:
    def __init__(self, below: CardChannel, name: str, script: Script) -> None:
        self._below, self._name, self._script = below, name, script

    def transmit(self, command: bytes) -> bytes:
        return self._script.exchange(self._name, lambda: self._below.transmit(command))

    def close(self) -> None:
        self._below.close()


class TornLane(WorldLane):
    def __init__(self, world, script: Script) -> None:
        super().__init__(world)
        self._script = script

    def _call(self, act):
        return self._script.call("lane", act, LinkLostError("the lane is mute"))

    def occupy(self, lane_hex: str) -> None:
        self._call(lambda: WorldLane.occupy(self, lane_hex))

    def waiting(self) -> Waiting:
        return self._call(lambda: WorldLane.waiting(self))

    def conclude(self, conclusion: Conclusion) -> None:
        self._call(lambda: WorldLane.conclude(self, conclusion))

    def release(self) -> None:
        self._call(lambda: WorldLane.release(self))


class TornDisk(sqlite3.Connection):
    """A connection whose commits fail as a disk makes them fail."""

    script: Script

    def execute(self, sql: str, *values):
        if sql != "COMMIT":
            return super().execute(sql, *values)
        kind = self.script.next("journal")
        if kind is Kind.POWER_BEFORE:
            self.script.die()
        if kind is Kind.FULL_STAYS:
            self.script.full = True
        if kind is Kind.FULL or self.script.full:
            super().execute("ROLLBACK")
            raise sqlite3.OperationalError("database or disk is full")
        if kind is Kind.EIO:
            raise sqlite3.OperationalError("disk I/O error")
        done = super().execute(sql)
        if kind is Kind.POWER_AFTER:
            self.script.die()
        if kind is Kind.EIO_SYNCED:
            raise sqlite3.OperationalError("disk I/O error")
        return done


class Site(LaneKit):
    """A lane of one cell. ``lose_power`` leaves only what is on the disk and in the chips."""

    def __init__(self, folder: Path, script: Script) -> None:
        self.script = script
        self._folder = folder
        self._boots = 0
        super().__init__(folder / "journal-0.sqlite3")
        self.lane = TornLane(self.world, script)
        self.link = TornLink(self.world, script)

    def connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, check_same_thread=False, factory=TornDisk)
        connection.script = self.script
        return connection

    def ready(self) -> None:
        self.stop()
        self.start()
        self.open_for_work()

    def lose_power(self) -> None:
        """Take the disk as it is at this moment, and begin again with nothing else."""
        before, self._boots = self._path, self._boots + 1
        self._path = self._folder / f"journal-{self._boots}.sqlite3"
        for end in ("", "-wal"):
            source = before.with_name(before.name + end)
            if source.exists():
                shutil.copyfile(source, self._path.with_name(self._path.name + end))
        assert self.connection is not None
        self.connection.close()
        for name in ("card", "tag", "psam"):
            chip = self.world.chip(name)
            if chip is not None:
                chip.power_off()

    def snapshot(self) -> object:
        return copy.deepcopy(self.world._shelf)


TERMINAL_ID = Name().terminal_id
