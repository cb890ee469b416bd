"""The state of the roadside: which vehicle is at the lane, its chips, the terminal's PSAM, and the lane itself.

All of it is kept in a store and outlives the process. Not thread-safe: one loop, or one test, owns a world.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from laneside.clock import Clock
from laneside.errors import SettingError
from laneside.virtual.chip_store import ChipStore
from laneside.virtual.chips.apdu import OK
from laneside.virtual.chips.card import VirtualCard
from laneside.virtual.chips.chip import Chip
from laneside.virtual.chips.psam import VirtualPsam
from laneside.virtual.chips.tag import VirtualTag
from laneside.virtual.issuing import Issuer
from laneside.virtual.lane import LaneState
from laneside.virtual.picture import draw_empty_lane, draw_vehicle
from laneside.virtual.vehicles import ETC_LANE, HOME_STATION, MIXED_LANE, Vehicle, describe, vehicle_named

LANES = (HOME_STATION + ETC_LANE, HOME_STATION + MIXED_LANE)
NOTE = "world"
EMPTY_LANE_SEED = 0x1A9E


class Notes(Struct, frozen=True, kw_only=True):
    """What is stored of the world beside the chips."""

    lane: LaneState
    vehicle: str | None = None
    card_inserted: bool = False


class World:
    """One roadside. ``store`` keeps it; ``psam_required`` asks for a PSAM that wants its authorisation first."""

    def __init__(
        self,
        *,
        store: ChipStore,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
        psam_required: bool = False,
        lanes: tuple[str, ...] = LANES,
    ) -> None:
        self._store = store
        self._issuer = Issuer(store=store, clock=clock, random_bytes=random_bytes)
        self._psam_required = psam_required
        self._gone: list[Callable[[str], None]] = []
        kept = store.read_note(NOTE)
        self._notes = Notes(lane=LaneState(lanes=lanes)) if kept is None else msgspec.json.decode(kept, type=Notes)
        self._psam = self._issuer.psam(required=psam_required)
        self._card, self._tag = self._chips()

    # --- what is here

    @property
    def vehicle(self) -> Vehicle | None:
        """The vehicle at the lane."""
        return None if self._notes.vehicle is None else vehicle_named(self._notes.vehicle)

    @property
    def card_inserted(self) -> bool:
        """Whether the vehicle's card is in its tag."""
        return self._notes.card_inserted

    @property
    def lane(self) -> LaneState:
        """The lane as it is now."""
        return self._notes.lane

    def keep_lane(self, lane: LaneState) -> None:
        """Replace the lane's value, durably."""
        if lane is not self._notes.lane:
            self._keep(lane=lane)

    def chip(self, channel: str) -> Chip | None:
        """Return the chip of a channel; None when nothing is there to power."""
        match channel:
            case "card":
                return self._card if self.card_inserted else None
            case "tag":
                return self._tag
            case "psam":
                return self._psam
            case _:
                raise AssertionError(f"no chip has a channel {channel}")

    def greeting(self, channel: str) -> dict[str, Any]:
        """Return what a client receives when it opens a chip's channel."""
        chip = self.chip(channel)
        if chip is None:
            return {"present": False}
        if isinstance(chip, VirtualTag):
            presence = chip.presence(self.card_inserted)
            return {"present": True, "mac_id": presence.mac_id.hex().upper(), "status": presence.status}
        return {"present": True, "atr": chip.atr.hex().upper()}

    def on_gone(self, tell: Callable[[str], None]) -> None:
        """Register a callback for a channel whose chip is leaving; the chip still has power when it is called."""
        self._gone.append(tell)

    # --- what happens here

    def place(self, name: str, *, fresh: bool = False) -> None:
        """Let a vehicle come to the lane, with chips that are issued when they are missing or their scenario needs it.

        Raises SettingError for a name that no vehicle has.
        """
        vehicle = vehicle_named(name)
        self._leave()
        left = self._issuer.issue(vehicle) if fresh or self._issuer.must_issue(vehicle) else None
        lane = self.lane.arrive(plate=vehicle.plate, lane_event=122 if vehicle.left_by_lane else None, open_trade=left)
        self._keep(vehicle=name, card_inserted=vehicle.card_inserted, lane=lane)
        self._card, self._tag = self._chips()

    def remove(self) -> None:
        """Let the vehicle drive away; twice is harmless."""
        self._leave()
        self._keep(vehicle=None, card_inserted=False, lane=self.lane.leave())
        self._card, self._tag = None, None

    def insert_card(self) -> None:
        """Push the vehicle's card into its tag. Raises SettingError when no vehicle is here."""
        self._move_card(inserted=True)

    def withdraw_card(self) -> None:
        """Pull the vehicle's card. Raises SettingError when no vehicle is here."""
        self._move_card(inserted=False)

    def picture(self) -> bytes:
        """Return the lane's picture, JPEG 1280×960. It only reads which vehicle is here, so any thread may call it."""
        vehicle = self.vehicle
        if vehicle is None:
            return draw_empty_lane(EMPTY_LANE_SEED)
        return draw_vehicle(vehicle.plate, vehicle.colour, vehicle.toll_class, vehicle.seed, vehicle.name)

    def state(self) -> dict[str, Any]:
        """Return everything that can be seen here, read from the chips' memories without touching their sessions."""
        vehicle = self.vehicle
        return {
            "vehicle": None if vehicle is None else describe(vehicle),
            "card": self.card_state(),
            "tag": self.tag_state(),
            "psam": psam_contents(self._issuer.psam(required=self._psam_required)),
            "lane": msgspec.to_builtins(self.lane),
        }

    def card_state(self) -> dict[str, Any] | None:
        """Return what the vehicle's card holds; None without a vehicle."""
        return (
            None
            if self.vehicle is None
            else card_contents(self._issuer.card(self.vehicle), inserted=self.card_inserted)
        )

    def tag_state(self) -> dict[str, Any] | None:
        """Return what the vehicle's tag holds; None without a vehicle."""
        return (
            None
            if self.vehicle is None
            else tag_contents(self._issuer.tag(self.vehicle), card_inserted=self.card_inserted)
        )

    def _move_card(self, *, inserted: bool) -> None:
        if self.vehicle is None:
            raise SettingError("no vehicle is at the lane")
        if not inserted:
            self._tell_gone("card")
        self._keep(card_inserted=inserted)

    def _leave(self) -> None:
        self._tell_gone("card")
        self._tell_gone("tag")

    def _tell_gone(self, channel: str) -> None:
        for tell in self._gone:
            tell(channel)

    def _keep(self, **changes: Any) -> None:
        """Store the notes before they are seen changed."""
        notes = msgspec.structs.replace(self._notes, **changes)
        self._store.write_note(NOTE, msgspec.json.encode(notes))
        self._notes = notes

    def _chips(self) -> tuple[Chip | None, VirtualTag | None]:
        vehicle = self.vehicle
        if vehicle is None:
            return None, None
        return self._issuer.card(vehicle), self._issuer.tag(vehicle)


# --- what a chip holds, read by APDU from a second load of its memory, so that no open session is disturbed


def card_contents(card: VirtualCard, *, inserted: bool) -> dict[str, Any]:
    """Return what a user card holds, as JSON. ``counter`` is that of the newest logged purchase (its N+1)."""
    card.power_on()
    _read(card, "00A40000021001")
    issue = _read(card, "00B0950032") or _read(card, "00B095002B")
    newest = _read(card, "00B201C417")
    return {
        "inserted": inserted,
        "card_id": issue[10:20].hex(),
        "card_type": issue[8],
        "balance_fen": int.from_bytes(_read(card, "805C000204"), "big"),
        "counter": int.from_bytes(newest[:2], "big"),
        "file_0015": issue.hex().upper(),
        "file_0019": _read(card, "00B201CC2B").hex().upper(),
        "newest_0018": newest.hex().upper(),
    }


def tag_contents(tag: VirtualTag, *, card_inserted: bool) -> dict[str, Any]:
    """Return what a tag holds, as JSON; ``copy_0019`` are the 39 bytes of EF04 from offset 319 (spec/obu.md 5.1)."""
    tag.power_on()
    _read(tag, "00A40000023F00")
    system = _read(tag, "00B0810063")
    _read(tag, "00A4000002DF01")
    _read(tag, "00A4000002EF04")
    presence = tag.presence(card_inserted)
    return {
        "contract_serial": system[10:18].hex(),
        "mac_id": presence.mac_id.hex().upper(),
        "status": presence.status,
        "removal_flag": system[26],
        "copy_0019": _read(tag, "00B0013F27").hex().upper(),
        "copy_0015": _read(tag, "00B0016614").hex().upper(),
    }


def psam_contents(psam: VirtualPsam) -> dict[str, Any]:
    """Return the numbers of a PSAM, as JSON."""
    psam.power_on()
    _read(psam, "00A40000023F00")
    return {
        "terminal_number": _read(psam, "00B0960006").hex().upper(),
        "serial": _read(psam, "00B095000E")[:10].hex().upper(),
    }


def _read(chip: Chip, command: str) -> bytes:
    """Send a command given in hex and return its data, empty where the chip refuses."""
    answer = chip.transmit(bytes.fromhex(command))
    return answer[:-2] if answer[-2:] == OK else b""
