"""What an exit writes into 0019, and from there into the tag (spec/virtual-and-defaults.md section 4)."""

from __future__ import annotations

from datetime import datetime

from laneside.codec.card import CappRecord
from laneside.passage.state import Priced
from laneside.vocab.vehicle import EntryExitStatus, TollClass, VehicleKind, VehicleStatusFlag

_FLAG_OF_KIND = {
    VehicleKind.OVERSIZE: VehicleStatusFlag.OVERSIZE,
    VehicleKind.GREEN: VehicleStatusFlag.GREEN,
    VehicleKind.HARVESTER: VehicleStatusFlag.HARVESTER,
    VehicleKind.CONTAINER_J1: VehicleStatusFlag.CONTAINER,
    VehicleKind.CONTAINER_J2: VehicleStatusFlag.CONTAINER,
}
_AXLES_OF_CLASS = {
    TollClass.TRUCK_1: 2, TollClass.TRUCK_2: 2, TollClass.TRUCK_3: 3,
    TollClass.TRUCK_4: 4, TollClass.TRUCK_5: 5, TollClass.TRUCK_6: 6,
    TollClass.SPECIAL_1: 2, TollClass.SPECIAL_2: 2, TollClass.SPECIAL_3: 3,
    TollClass.SPECIAL_4: 4, TollClass.SPECIAL_5: 5, TollClass.SPECIAL_6: 6,
}  # fmt: skip


def status_flag(vehicle_kind: int) -> int:
    """Return 车辆状态标识 of a kind; FF where the kind has none of its own."""
    return next((int(flag) for kind, flag in _FLAG_OF_KIND.items() if kind == vehicle_kind), 0xFF)


def axle_count(toll_class: int) -> int:
    """Return the axles that follow from the class; 0 for passenger cars."""
    return next((axles for known, axles in _AXLES_OF_CLASS.items() if known == toll_class), 0)


def exit_capp(stage: Priced, *, at: datetime, status: EntryExitStatus) -> bytes:
    """Return the 43 bytes that an exit writes into record 1 of 0019 at a moment (spec/icc.md section 4)."""
    lane_hex = stage.state.opened.lane_hex
    record = CappRecord(
        network=lane_hex[:4],
        station=lane_hex[4:8],
        lane=lane_hex[8:],
        unix_time_s=int(at.timestamp()),
        toll_class=stage.toll_class,
        status=int(status),
        gantry="000000",
        gantry_unix_time_s=0,
        plate=stage.picture.plate,
        plate_colour=stage.picture.colour,
        axle_count=axle_count(stage.toll_class),
        gross_weight_kg=0,
        vehicle_status_flag=status_flag(stage.vehicle_kind),
        accumulated_fen=stage.quote.fee_fen,
    )
    return bytes(record)
