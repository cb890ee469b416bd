"""The lane that is cut: the kit's desk and journal over real chips, each link and each commit through the script."""

from __future__ import annotations

import copy
import functools
import hashlib
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lane_kit import ChipLink, LaneKit, Name, WorldLane, parameters
from msgspec.structs import replace

from laneside.card.channel import CardChannel, TagPresence
from laneside.contract.parameters import Policy
from laneside.errors import LinkLostError
from laneside.passage.duty import duty
from laneside.passage.lane import Conclusion, Waiting
from laneside.virtual import vehicles
from laneside.virtual.chip_store import RamChipStore
from laneside.virtual.vehicles import CHARGE, car
from suite.script import Kind, Script

hashlib.scrypt = functools.lru_cache(hashlib.scrypt)  # the same login thousands of times
_sm4 = car(90, "甘A7C521", sm4=True)
vehicles._BY_NAME["tear-charge-sm4"] = replace(
    _sm4, name="tear-charge-sm4", card=replace(_sm4.card, card_type=CHARGE, balance_fen=1_999_000_000)
)
OTHER = "car-new-energy"
DEBIT = 0x54
WINDOW_S = 3600
"""A car that waits through two cuts for longer than five minutes is still the same passage."""
assert duty.verifier, "logins go through scrypt"


@dataclass(frozen=True, slots=True)
class Cell:
    """One corner of the matrix."""

    name: str
    reader: str
    vehicle: str
    kind: int
    fee_fen: int


_VEHICLES = {"3des": "car-3des", "sm4": "car-sm4", "3des-charge": "charge-card", "sm4-charge": "tear-charge-sm4"}
_AMOUNTS = {"paid": (0, 1045), "free": (21, 0)}
CELLS = {
    f"{reader}-{who}-{what}": Cell(f"{reader}-{who}-{what}", reader, vehicle, kind, fee_fen)
    for reader in ("apdu", "serial", "tcp")
    for who, vehicle in _VEHICLES.items()
    for what, (kind, fee_fen) in _AMOUNTS.items()
}


class TornLink(ChipLink):
    def __init__(self, site: ApduSite) -> None:
        super().__init__(site.world)
        self.script = site.script
        self._site = site

    def open_card(self) -> CardChannel:
        return self._torn("card", super().open_card)

    def open_psam(self) -> CardChannel:
        return self._torn("psam", super().open_psam)

    def open_tag(self) -> tuple[TagPresence, CardChannel]:
        if self.script.is_broken("tag"):
            raise LinkLostError("the link is gone")
        presence, channel = super().open_tag()
        return presence, _Torn(channel, "tag", self._site)

    def _torn(self, name: str, opener) -> CardChannel:
        if self.script.is_broken(name):
            raise LinkLostError("the link is gone")
        return _Torn(opener(), name, self._site)


class _Torn:
    def __init__(self, below: CardChannel, name: str, site: ApduSite) -> None:
        self._below, self._name, self._site = below, name, site

    def transmit(self, command: bytes) -> bytes:
        if self._name == "card" and command[1] == DEBIT:
            self._site.watch_debit()
        return self._site.script.exchange(self._name, lambda: self._below.transmit(command))

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
    """A lane of one cell, open for work. ``lose_power`` leaves only what is on the disk and in the chips."""

    def __init__(self, folder: Path, script: Script, cell: Cell) -> None:
        self.script = script
        self._folder = folder
        self._boots = 0
        self._commanded: set[str] = set()
        prepared = _prepared(cell.vehicle)
        path = folder / "journal-0.sqlite3"
        path.write_bytes(prepared.journal)
        super().__init__(path, copy.deepcopy(prepared.store))
        self.decisions.held = parameters(Policy(duplicate_window_s=WINDOW_S))
        self.login()

    def furnish(self) -> None:
        self.lane = TornLane(self.world, self.script)

    def connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, check_same_thread=False, factory=TornDisk)
        connection.script = self.script
        return connection

    def mend(self) -> None:
        """Let everything work again."""

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
        self.drop_chips()

    def drop_chips(self) -> None:
        """Take the power from chips that had it from the terminal."""

    def watch_debit(self) -> None:
        """Hold each command to debit to its one intent: no second one for it, none while another is open."""
        card_id = str(self.card["card_id"])
        intents = [debit.intent for debit in self.passages.open_debits()]
        waiting = [intent.record_id for intent in intents if intent.card_id == card_id]
        assert len(waiting) == 1, f"a debit is commanded with {len(waiting)} open ones"
        assert waiting[0] not in self._commanded, "a debit is commanded twice"
        self._commanded.add(waiting[0])


class ApduSite(Site):
    """Card, tag and SAM behind channels of their own, powered by the terminal."""

    def furnish(self) -> None:
        super().furnish()
        self.link = TornLink(self)

    def drop_chips(self) -> None:
        for name in ("card", "tag", "psam"):
            chip = self.world.chip(name)
            if chip is not None:
                chip.power_off()


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What all stories of a vehicle begin with, made once: issued chips, and the journal of a lane that was opened."""

    store: RamChipStore
    journal: bytes


@functools.cache
def _prepared(vehicle: str) -> _Prepared:
    with tempfile.TemporaryDirectory() as folder:
        path, store = Path(folder) / "journal.sqlite3", RamChipStore()
        kit = LaneKit(path, store)
        kit.open_for_work()
        for name in (OTHER, vehicle):
            kit.world.place(name)
        kit.stop()
        return _Prepared(store, path.read_bytes())


TERMINAL_ID = Name().terminal_id
