"""Derived values, odd tags and refusals of the tag's files."""

from dataclasses import replace

import pytest

from laneside.codec.tag import (
    PassageBlock,
    PassageFile,
    PassengerVehicle,
    ProvinceFee,
    SystemInfo,
    TruckVehicle,
    parse_passage_file,
    parse_vehicle,
)
from laneside.errors import CodecError

ISSUE = bytes.fromhex(
    "B8CACBE062010001 16 51 6201 2219230200000001 20240506 20340505 B8CA41313233343500000000 00 00 01 00000000000000"
)
NEW_CAPP = bytes.fromhex(
    "AA2900 6201 0A0B 11 663878F7 01 06 000000 00000000 B8CA41313233343500000000 00 00 000000 FF 000004E2"
)
SYSTEM = bytes.fromhex("B8CACBE062010001 00 51 6201011900000001 20240506 20340505 01")


def refused(make, *args):
    with pytest.raises(CodecError) as caught:
        make(*args)
    return caught.value.file, caught.value.offset


class TestSystemInfo:
    @pytest.mark.parametrize(
        ("version", "sm4"), [(0x40, False), (0x4F, False), (0x50, True), (0x51, True), (0xF0, True), (0xFF, False)]
    )
    def test_which_tags_are_sm4(self, version, sm4):
        assert SystemInfo.from_bytes(SYSTEM[:9] + bytes((version,)) + SYSTEM[10:]).is_sm4 is sm4

    def test_factors(self):
        system = SystemInfo.from_bytes(SYSTEM)
        assert system.region == bytes.fromhex("B8CACBE0B8CACBE0")
        assert system.factor == bytes.fromhex("6201011900000001")

    @pytest.mark.parametrize("size", [26, 27, 99])
    def test_sizes_of_the_field(self, size):
        data = SYSTEM.ljust(99, b"\xff")[:size]
        system = SystemInfo.from_bytes(data)
        assert bytes(system) == data
        assert (system.removal_flag is None) is (size == 26)
        assert len(system.reserved) == max(0, size - 27)

    @pytest.mark.parametrize("size", [0, 25, 28, 98, 100])
    def test_other_sizes(self, size):
        assert refused(SystemInfo.from_bytes, SYSTEM.ljust(100, b"\xff")[:size]) == ("obu-ef01", min(size, 99))

    def test_reserved_bytes_without_a_removal_flag(self):
        assert refused(lambda: replace(SystemInfo.from_bytes(SYSTEM), removal_flag=None, reserved=bytes(72)))


class TestVehicle:
    def car(self, toll_class=1, size=59):
        return PassengerVehicle(
            plate="甘A12345", plate_colour=0, toll_class=toll_class, user_type=0, axle_count=2, seats=5
        ).__bytes__() + bytes(size - 59)

    def test_the_class_chooses_the_form(self):
        assert isinstance(parse_vehicle(self.car()), PassengerVehicle)
        assert isinstance(parse_vehicle(self.car(9, 79)), PassengerVehicle)
        truck = bytearray(self.car(9, 79))
        truck[14] = 0x0A
        assert isinstance(parse_vehicle(bytes(truck)), TruckVehicle)

    def test_a_truck_read_with_59_bytes_is_refused(self):
        truck = bytearray(self.car())
        truck[14] = 0x0B
        assert refused(parse_vehicle, bytes(truck)) == ("obu-vehicle", 59)

    @pytest.mark.parametrize("size", [0, 14, 15, 16, 58, 60, 78, 80])
    def test_sizes(self, size):
        assert refused(parse_vehicle, self.car(1, 80)[:size]) == ("obu-vehicle", min(size, 79))

    def test_a_form_of_another_class_does_not_exist(self):
        assert refused(lambda: self.car(0x0B)) == ("obu-vehicle", 14)
        assert refused(
            lambda: TruckVehicle(plate="", plate_colour=0, toll_class=1, user_type=0)
        ) == ("obu-vehicle", 14)  # fmt: skip

    @pytest.mark.parametrize("blank", [b"\0\0\0", b"\xff\xff\xff"])
    def test_seats_that_were_never_written(self, blank):
        data = self.car()[:24] + blank + self.car()[27:]
        vehicle = parse_vehicle(data)
        assert vehicle.seats is None
        assert bytes(vehicle) == data


class TestPassageFile:
    block = PassageBlock(capp_copy=NEW_CAPP[:39], issue_copy=ISSUE[:20])

    def test_the_copies_are_where_obu_5_1_has_them(self):
        data = bytes(self.block)
        assert data[5:44] == NEW_CAPP[:39]
        assert data[44:64] == ISSUE[:20]
        assert self.block.capp_copy[:3] == bytes.fromhex("AA2900")

    def test_the_whole_file_holds_the_block_and_the_province_list(self):
        data = bytes(314) + bytes(self.block) + bytes.fromhex("62000384 61000028").ljust(80, b"\0") + b"\xff" * 27
        whole = parse_passage_file(data)
        assert isinstance(whole, PassageFile)
        assert whole.block == self.block
        assert whole.province_fees[:2] == (
            ProvinceFee(province=0x62, fee_fen=900),
            ProvinceFee(province=0x61, fee_fen=40),
        )
        assert bytes(whole) == data
        rows = whole.rows()
        assert [place for row in rows for place in range(row.offset, row.offset + row.length)] == list(range(512))
        by_name = {row.field: row for row in rows}
        assert by_name["copy_0019"].offset == 319
        assert by_name["province_1_code"].offset == 405
        assert (by_name["province_1_code"].value, by_name["province_1_code"].label.zh) == ("62", "甘肃")
        assert by_name["province_20_fee"].offset == 482

    def test_too_many_provinces_do_not_fit(self):
        fees = tuple(ProvinceFee(province=0x62, fee_fen=1) for _ in range(21))
        assert refused(lambda: PassageFile(block=self.block, province_fees=fees)) == ("obu-ef04", 405)

    @pytest.mark.parametrize("size", [0, 90, 92, 95, 511, 513])
    def test_sizes(self, size):
        expected = ("obu-ef04", min(512, size))
        assert refused(parse_passage_file, bytes(size)) == expected
