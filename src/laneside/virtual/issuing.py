"""From a vehicle's scenario to its chips: files are built, chips personalised, and the card's past is bought on it.

A past is real: each former trip is a composite purchase by a fixed antenna with a PSAM of its own. So balance, counter,
0018, 0019 and the proof agree by themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import msgspec

from laneside.clock import BEIJING, Clock, beijing_digits
from laneside.codec.bcd import purchase_time
from laneside.codec.card import CappRecord, IssueInfo
from laneside.codec.tag import PassengerVehicle, SystemInfo, TruckVehicle, VehicleInfo
from laneside.virtual.chip_store import ChipStore
from laneside.virtual.chips.card import VirtualCard
from laneside.virtual.chips.chip import Chip
from laneside.virtual.chips.memory import ChipMemory
from laneside.virtual.chips.profiles import (
    RESET_CAPP,
    AuthorisationNeed,
    CardProfile,
    PsamProfile,
    TagProfile,
    passage_file,
)
from laneside.virtual.chips.psam import VirtualPsam
from laneside.virtual.chips.tag import VirtualTag
from laneside.virtual.lane import UnfinishedTrade
from laneside.virtual.vehicles import CLOSED_ETC_ENTRY, GANSU, Trip, Vehicle
from laneside.vocab.vehicle import VehicleKind

NETWORK = "6201"

_COMPOSITE = 0x09
_SELECT_CARD_APPLICATION = bytes.fromhex("00A40000021001")
_SELECT_PSAM_APPLICATION = bytes.fromhex("00A4000002DF01")
_NEWEST_0018 = bytes.fromhex("00B201C417")

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

# A card that is issued again counts on, so that card and counter never name two purchases; below FFFF it starts over.
COUNTER_MAX = 0xF000

_FIRST_TRUCK = 11

# spec/codes.md section 4: the flag that a kind leaves in byte 38 of 0019; every other kind leaves FF.
_STATUS_FLAGS: dict[int, int] = {
    VehicleKind.OVERSIZE: 0x00,
    VehicleKind.GREEN: 0x02,
    VehicleKind.HARVESTER: 0x03,
    VehicleKind.CONTAINER_J1: 0x04,
    VehicleKind.CONTAINER_J2: 0x04,
}


class Issuer:
    """Issues the roadside's chips and finds them again in its store."""

    def __init__(self, *, store: ChipStore, clock: Clock, random_bytes: Callable[[int], bytes]) -> None:
        self._store = store
        self._clock = clock
        self._random_bytes = random_bytes

    def must_issue(self, vehicle: Vehicle) -> bool:
        """Return whether the vehicle has no chips yet, or chips whose dates must follow the clock."""
        names = (_card_name(vehicle), _tag_name(vehicle))
        return vehicle.follows_clock or any(self._store.memory(name) is None for name in names)

    def issue(self, vehicle: Vehicle) -> UnfinishedTrade | None:
        """Issue new chips; return the trade that the lane left unfinished where the scenario has one."""
        issue = issue_info(vehicle, self._clock.now())
        card = self._new_card(vehicle, issue)
        card.power_on()
        capp, bought = self._buy_trips(vehicle, issue, card)
        card.power_off()
        self._new_tag(vehicle, bytes(issue), capp)
        self._store.install_spare(_card_name(vehicle))
        self._store.install_spare(_tag_name(vehicle))
        return _unfinished(issue, bought) if vehicle.left_by_lane and bought is not None else None

    def card(self, vehicle: Vehicle) -> VirtualCard:
        """Return a vehicle's card."""
        return VirtualCard.load(self._issued(_card_name(vehicle)), random_bytes=self._random_bytes)

    def tag(self, vehicle: Vehicle) -> VirtualTag:
        """Return a vehicle's tag."""
        return VirtualTag.load(self._issued(_tag_name(vehicle)), random_bytes=self._random_bytes)

    def psam(self, *, required: bool) -> VirtualPsam:
        """Return the terminal's PSAM, issued when needed; the two variants are two modules with their own numbers."""
        if not required:
            return self._psam("psam", TERMINAL)
        authorised = PsamProfile(
            serial=bytes.fromhex("62010000000000001002"),
            terminal_number=bytes.fromhex("620100001002"),
            issuer=GANSU,
            authorisation=AuthorisationNeed.REQUIRED,
        )
        return self._psam("psam-required", authorised)

    def _new_card(self, vehicle: Vehicle, issue: IssueInfo) -> VirtualCard:
        """Personalise a card that will hold the scenario's balance after its trips."""
        setup = vehicle.card
        profile = CardProfile(
            issue_info=bytes(issue),
            balance_fen=setup.balance_fen + sum(trip.amount_fen for trip in vehicle.trips),
            counter=self._next_counter(vehicle),
        )
        memory = self._store.spare(_card_name(vehicle))
        return VirtualCard.personalise(profile, memory=memory, random_bytes=self._random_bytes)

    def _buy_trips(self, vehicle: Vehicle, issue: IssueInfo, card: VirtualCard) -> tuple[bytes, Bought | None]:
        """Buy every trip; return 0019 as it then is and the last purchase."""
        capp, bought = RESET_CAPP, None
        psam = self._psam("antenna", ANTENNA)
        psam.power_on()
        antenna = FixedAntenna(psam=psam, terminal_number=ANTENNA.terminal_number)
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
        counter = _logged_counter(self.card(vehicle))
        return counter if vehicle.card.counter <= counter < COUNTER_MAX else vehicle.card.counter

    def _psam(self, name: str, profile: PsamProfile) -> VirtualPsam:
        if self._store.memory(name) is None:
            VirtualPsam.personalise(profile, memory=self._store.spare(name), random_bytes=self._random_bytes)
            self._store.install_spare(name)
        return VirtualPsam.load(self._issued(name), random_bytes=self._random_bytes)

    def _issued(self, name: str) -> ChipMemory:
        memory = self._store.memory(name)
        assert memory is not None, f"{name} was never issued"
        return memory


def _unfinished(issue: IssueInfo, bought: Bought) -> UnfinishedTrade:
    """Return what the lane knows of its own unfinished purchase."""
    return UnfinishedTrade(
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


# --- the files of the chips


def issue_info(vehicle: Vehicle, now: datetime) -> IssueInfo:
    """Write 0015 (50 bytes); validity counts from the Beijing day of ``now``."""
    setup = vehicle.card
    return IssueInfo(
        issuer=setup.issuer,
        card_type=setup.card_type,
        version=setup.version,
        network=NETWORK,
        internal_number=setup.internal_number,
        start=_day(now, setup.starts_day),
        expiry=_day(now, setup.expires_day),
        plate=setup.plate,
        user_type=vehicle.user_type,
        plate_colour=vehicle.colour,
        toll_class=vehicle.toll_class,
        reserved=bytes(7),
    )


def passage_record(vehicle: Vehicle, trip: Trip, at: datetime) -> CappRecord:
    """Write 0019 record 1 as the antenna of that trip wrote it."""
    truck = vehicle.toll_class >= _FIRST_TRUCK
    return CappRecord(
        network=trip.station_hex[:4],
        station=trip.station_hex[4:],
        lane=trip.lane,
        unix_time_s=int(at.timestamp()),
        toll_class=vehicle.toll_class,
        status=trip.status,
        plate=vehicle.plate,
        plate_colour=vehicle.colour,
        axle_count=vehicle.bodywork.axles if truck else 0,
        gross_weight_kg=vehicle.bodywork.gross_kg if truck else 0,
        vehicle_status_flag=_STATUS_FLAGS.get(vehicle.kind, 0xFF),
        accumulated_fen=0 if trip.status == CLOSED_ETC_ENTRY else trip.amount_fen,
    )


def system_file(vehicle: Vehicle, now: datetime) -> SystemInfo:
    """Write the tag's EF01, 99 bytes."""
    setup = vehicle.tag
    return SystemInfo(
        issuer=GANSU,
        contract_type=0x00,
        contract_version=setup.version,
        contract_serial=setup.contract_serial,
        signed=_day(now, setup.signed_day),
        expiry=_day(now, setup.expires_day),
        removal_flag=setup.removal_flag,
        reserved=bytes(72),
    )


def vehicle_file(vehicle: Vehicle) -> VehicleInfo:
    """Write the tag's vehicle file, 79 bytes, in the form of its class (spec/obu.md 4)."""
    return _truck_file(vehicle) if vehicle.toll_class >= _FIRST_TRUCK else _passenger_file(vehicle)


def _passenger_file(vehicle: Vehicle) -> PassengerVehicle:
    body = vehicle.bodywork
    return PassengerVehicle(
        plate=vehicle.tag.plate,
        plate_colour=vehicle.colour,
        toll_class=vehicle.toll_class,
        user_type=vehicle.user_type,
        length_dm=body.length_mm // 100,
        width_dm=body.width_mm // 100,
        height_dm=body.height_mm // 100,
        wheel_count=body.wheels,
        axle_count=body.axles,
        wheelbase_dm=body.wheelbase_mm // 100,
        seats=body.seats,
        description="客车".encode("gb2312").ljust(16, b"\x00"),
        engine_number=f"LS{vehicle.seed:06d}".encode("ascii").ljust(16, b"\x00"),
        reserved=bytes(20),
    )


def _truck_file(vehicle: Vehicle) -> TruckVehicle:
    body = vehicle.bodywork
    return TruckVehicle(
        plate=vehicle.tag.plate,
        plate_colour=vehicle.colour,
        toll_class=vehicle.toll_class,
        user_type=vehicle.user_type,
        length_mm=body.length_mm,
        width_mm=body.width_mm,
        height_mm=body.height_mm,
        rated_load_kg=body.load_kg,
        curb_weight_kg=body.curb_kg,
        gross_mass_kg=body.gross_kg,
        seats=body.seats,
        vin=f"LANESIDE0{vehicle.seed:08d}".encode("ascii"),
        description="货车".encode("gb2312").ljust(16, b"\x00"),
    )


def _day(now: datetime, days: int) -> date:
    return (now.astimezone(BEIJING) + timedelta(days=days)).date()


# --- the card's past


class Bought(msgspec.Struct, frozen=True, kw_only=True):
    """What the antenna knows after a purchase whose answer it never used."""

    terminal_number: bytes
    transaction_number: bytes
    amount_fen: int
    at: datetime


class FixedAntenna(msgspec.Struct, frozen=True, kw_only=True):
    """The fixed antenna of a lane with its powered PSAM, as far as a card's past needs one: it keeps no TAC.

    Commands are written out here and not taken from ``laneside.card``, because that room is tested against the roadside
    (spec/icc.md section 8.2).
    """

    psam: Chip
    terminal_number: bytes

    def buy(self, card: Chip, issue: IssueInfo, *, amount_fen: int, at: datetime, capp: bytes) -> Bought:
        """Debit a powered card and write 0019. The chips are our own, so a refusal is a programmer's error."""
        amount, moment = amount_fen.to_bytes(4, "big"), purchase_time(at)
        _sent(card, _SELECT_CARD_APPLICATION)
        key_index = 0x41 if issue.is_sm4 else 0x01
        opened = _sent(
            card, bytes.fromhex("805003020B") + bytes((key_index,)) + amount + self.terminal_number + b"\x0f"
        )
        number, mac1 = self._mac1(opened, issue, amount, moment)
        _sent(card, bytes.fromhex("80DCAAC82B") + capp)
        _sent(card, bytes.fromhex("805401000F") + number + moment + mac1 + b"\x08")
        return Bought(terminal_number=self.terminal_number, transaction_number=number, amount_fen=amount_fen, at=at)

    def _mac1(self, opened: bytes, issue: IssueInfo, amount: bytes, moment: bytes) -> tuple[bytes, bytes]:
        """Return the PSAM's number and MAC1 for a purchase that the card has opened."""
        counter, key_version, algorithm, challenge = opened[4:6], opened[9:10], opened[10:11], opened[11:15]
        _sent(self.psam, _SELECT_PSAM_APPLICATION)
        parts = (
            challenge,
            counter,
            amount,
            bytes((_COMPOSITE,)),
            moment,
            key_version,
            algorithm,
            issue.factor,
            issue.region,
            b"\x08",
        )
        answer = _sent(self.psam, bytes.fromhex("8070000024") + b"".join(parts))
        return answer[:4], answer[4:8]


def _sent(chip: Chip, command: bytes) -> bytes:
    """Send a command that must succeed, and return its data."""
    answer = chip.transmit(command)
    assert answer[-2:] == b"\x90\x00", f"{command.hex()} was answered {answer.hex()}"
    return answer[:-2]


def _logged_counter(card: VirtualCard) -> int:
    """Return the counter of the newest logged purchase, 0 where the log is empty."""
    card.power_on()
    _sent(card, _SELECT_CARD_APPLICATION)
    newest = card.transmit(_NEWEST_0018)
    return int.from_bytes(newest[:2], "big") if newest[-2:] == b"\x90\x00" else 0
