"""What an exit leaves in 0019, read back from the virtual card as literal bytes (virtual-and-defaults 4)."""

from __future__ import annotations

import pytest

from laneside.passage.record.exit_capp import axle_count, status_flag
from laneside.vocab.vehicle import TollClass, VehicleKind


def test_a_paid_car_carries_station_lane_time_class_status_plate_and_fee(station) -> None:
    station.arrive("car-3des")
    station.pay("car-3des")
    capp = bytes.fromhex(station.card["file_0019"])
    second = int(station.clock.now().timestamp()).to_bytes(4, "big").hex().upper()
    assert capp.hex().upper() == (
        "AA2900" "6201" "0A0B" "11" + second + "01" "06" "000000" "00000000" + "甘A12345".encode("gbk").hex().upper()
        + "00000000" "00" "00" "000000" "FF" "00000415"
    )  # fmt: skip
    assert len(capp) == 43


@pytest.mark.parametrize(
    ("kind", "flag"), [(VehicleKind.GREEN, 2), (VehicleKind.CONTAINER_J1, 4), (VehicleKind.CONTAINER_J2, 4)]
)
def test_a_kind_with_a_status_flag_of_its_own_has_it(kind: VehicleKind, flag: int) -> None:
    assert status_flag(int(kind)) == flag


def test_other_kinds_and_passenger_cars_have_neither_flag_nor_axles() -> None:
    assert (status_flag(0), axle_count(int(TollClass.PASSENGER_1)), axle_count(int(TollClass.TRUCK_6))) == (0xFF, 0, 6)
