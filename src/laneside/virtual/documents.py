"""The files that a vehicle's chips are personalised with, written from its story by the codec."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from laneside.clock import BEIJING
from laneside.codec import CappRecord, IssueInfo, PassengerVehicle, SystemInfo, TruckVehicle, VehicleInfo
from laneside.virtual.stories import CLOSED_ETC_ENTRY, GANSU, Trip, Vehicle
from laneside.vocab import VehicleKind

NETWORK = "6201"
_FIRST_TRUCK = 11

# spec/codes.md section 4: the flag that a kind leaves in byte 38 of 0019; every other kind leaves FF.
_STATUS_FLAGS: dict[int, int] = {
    VehicleKind.OVERSIZE: 0x00,
    VehicleKind.GREEN: 0x02,
    VehicleKind.HARVESTER: 0x03,
    VehicleKind.CONTAINER_J1: 0x04,
    VehicleKind.CONTAINER_J2: 0x04,
}


def issue_info(vehicle: Vehicle, now: datetime) -> IssueInfo:
    """Write 0015 (50 bytes); validity counts from the Beijing day of ``now``."""
    story = vehicle.card
    return IssueInfo(
        issuer=story.issuer,
        card_type=story.card_type,
        version=story.version,
        network=NETWORK,
        internal_number=story.internal_number,
        start=_day(now, story.starts_day),
        expiry=_day(now, story.expires_day),
        plate=story.plate,
        user_type=vehicle.user_type,
        plate_colour=vehicle.colour,
        toll_class=vehicle.toll_class,
        reserved=bytes(7),
    )


def passage_record(vehicle: Vehicle, trip: Trip, at: datetime) -> CappRecord:
    """Write 0019 record 1 as the antenna of that trip left it."""
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
    story = vehicle.tag
    return SystemInfo(
        issuer=GANSU,
        contract_type=0x00,
        contract_version=story.version,
        contract_serial=story.contract_serial,
        signed=_day(now, story.signed_day),
        expiry=_day(now, story.expires_day),
        removal_flag=story.removal_flag,
        reserved=bytes(72),
    )


def vehicle_file(vehicle: Vehicle) -> VehicleInfo:
    """Write the tag's vehicle file, 79 bytes, in the form that its class asks for."""
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
