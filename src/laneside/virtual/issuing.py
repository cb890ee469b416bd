"""From a vehicle's story to its chips: files are built, chips personalised, and the card's past is bought on it.

A past is real: each former trip is a composite purchase by a fixed antenna with a PSAM of its own, so that balance,
counter, 0018, 0019 and the proof agree without anybody having to make them agree.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from laneside.clock import Clock, beijing_digits
from laneside.codec import IssueInfo
from laneside.passage.lane import WaitingTrade
from laneside.virtual.antenna import Antenna, Bought
from laneside.virtual.chip_store import ChipStore
from laneside.virtual.chips.card import VirtualCard
from laneside.virtual.chips.contents import card_counter
from laneside.virtual.chips.memory import ChipMemory
from laneside.virtual.chips.profiles import (
    RESET_CAPP,
    Authorisation,
    CardProfile,
    PsamProfile,
    TagProfile,
    passage_file,
)
from laneside.virtual.chips.psam import VirtualPsam
from laneside.virtual.chips.tag import VirtualTag
from laneside.virtual.documents import issue_info, passage_record, system_file, vehicle_file
from laneside.virtual.stories import GANSU, Vehicle

TERMINAL = PsamProfile(
    serial=bytes.fromhex("62010000000000001001"),
    terminal_number=bytes.fromhex("620100001001"),
    issuer=GANSU,
)
ANTENNA = PsamProfile(
    serial=bytes.fromhex("62010000000000009911"),
    terminal_number=bytes.fromhex("620100009911"),
    issuer=GANSU,
)

# A card issued anew counts on, so that card and counter never name two purchases; below FFFF it starts over.
COUNTER_MAX = 0xF000


class Issuer:
    """Makes and finds the chips of the roadside in its store."""

    def __init__(self, *, store: ChipStore, clock: Clock, random_bytes: Callable[[int], bytes]) -> None:
        self._store = store
        self._clock = clock
        self._random_bytes = random_bytes

    def must_issue(self, vehicle: Vehicle) -> bool:
        """Say whether the vehicle has no chips yet, or chips whose story has gone stale."""
        names = (_card_name(vehicle), _tag_name(vehicle))
        return vehicle.follows_clock or any(self._store.memory(name) is None for name in names)

    def issue(self, vehicle: Vehicle) -> WaitingTrade | None:
        """Make new chips; the trade that the lane left open comes back where the story has one."""
        issue = issue_info(vehicle, self._clock.now())
        card = self._new_card(vehicle, issue)
        card.power_on()
        capp, bought = self._live_through(vehicle, issue, card)
        card.power_off()
        self._new_tag(vehicle, bytes(issue), capp)
        self._store.install_spare(_card_name(vehicle))
        self._store.install_spare(_tag_name(vehicle))
        return _left(issue, bought) if vehicle.left_by_lane and bought is not None else None

    def card(self, vehicle: Vehicle) -> VirtualCard:
        """Find a vehicle's card."""
        return VirtualCard.load(self._there(_card_name(vehicle)), random_bytes=self._random_bytes)

    def tag(self, vehicle: Vehicle) -> VirtualTag:
        """Find a vehicle's tag."""
        return VirtualTag.load(self._there(_tag_name(vehicle)), random_bytes=self._random_bytes)

    def psam(self, *, required: bool) -> VirtualPsam:
        """Find the terminal's PSAM, or make it; the two variants are two modules with numbers of their own."""
        if not required:
            return self._psam("psam", TERMINAL)
        authorised = PsamProfile(
            serial=bytes.fromhex("62010000000000001002"),
            terminal_number=bytes.fromhex("620100001002"),
            issuer=GANSU,
            authorisation=Authorisation.REQUIRED,
        )
        return self._psam("psam-required", authorised)

    def _new_card(self, vehicle: Vehicle, issue: IssueInfo) -> VirtualCard:
        """Personalise a card that will hold the story's balance after its trips."""
        story = vehicle.card
        profile = CardProfile(
            issue_info=bytes(issue),
            balance_fen=story.balance_fen + sum(trip.amount_fen for trip in vehicle.trips),
            counter=self._next_counter(vehicle),
        )
        memory = self._store.spare(_card_name(vehicle))
        return VirtualCard.personalise(profile, memory=memory, random_bytes=self._random_bytes)

    def _live_through(self, vehicle: Vehicle, issue: IssueInfo, card: VirtualCard) -> tuple[bytes, Bought | None]:
        """Buy every trip; return 0019 as it then is and the last purchase."""
        capp, bought = RESET_CAPP, None
        psam = self._psam("antenna", ANTENNA)
        psam.power_on()
        antenna = Antenna(psam=psam, terminal_number=ANTENNA.terminal_number)
        now = self._clock.now().replace(microsecond=0)
        for trip in vehicle.trips:
            at = now - timedelta(seconds=trip.ago_s)
            capp = bytes(passage_record(vehicle, trip, at))
            bought = antenna.buy(card, issue, amount_fen=trip.amount_fen, at=at, capp=capp)
        psam.power_off()
        return capp, bought

    def _new_tag(self, vehicle: Vehicle, issue: bytes, capp: bytes) -> None:
        profile = TagProfile(
            system=bytes(system_file(vehicle, self._clock.now())),
            vehicle=bytes(vehicle_file(vehicle)),
            ef04=passage_file(issue, capp, user_type=vehicle.user_type),
            mac_id=vehicle.tag.mac_id,
            chip_serial=bytes.fromhex("4C53") + vehicle.tag.mac_id[2:],
            tampered=vehicle.tag.tampered,
        )
        memory = self._store.spare(_tag_name(vehicle))
        VirtualTag.personalise(profile, memory=memory, random_bytes=self._random_bytes)

    def _next_counter(self, vehicle: Vehicle) -> int:
        if self._store.memory(_card_name(vehicle)) is None:
            return vehicle.card.counter
        counter = card_counter(self.card(vehicle))
        return counter if vehicle.card.counter <= counter < COUNTER_MAX else vehicle.card.counter

    def _psam(self, name: str, profile: PsamProfile) -> VirtualPsam:
        if self._store.memory(name) is None:
            VirtualPsam.personalise(profile, memory=self._store.spare(name), random_bytes=self._random_bytes)
            self._store.install_spare(name)
        return VirtualPsam.load(self._there(name), random_bytes=self._random_bytes)

    def _there(self, name: str) -> ChipMemory:
        memory = self._store.memory(name)
        assert memory is not None, f"{name} was never issued"
        return memory


def _left(issue: IssueInfo, bought: Bought) -> WaitingTrade:
    """Write what the lane knows of its own unfinished purchase."""
    return WaitingTrade(
        card_id=issue.card_id,
        terminal_number=bought.terminal_number.hex().upper(),
        transaction_number=bought.transaction_number.hex().upper(),
        amount_fen=bought.amount_fen,
        sent_at=beijing_digits(bought.at),
    )


def _card_name(vehicle: Vehicle) -> str:
    return f"{vehicle.name}-card"


def _tag_name(vehicle: Vehicle) -> str:
    return f"{vehicle.name}-tag"
