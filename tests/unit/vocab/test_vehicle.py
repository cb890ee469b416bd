"""The code tables of vehicles and plates against spec/codes.md 1 to 5."""

from laneside.vocab.vehicle import EntryExitStatus, PlateColour, TollClass, UserType, VehicleKind, VehicleStatusFlag

CODES = {
    TollClass: [*range(1, 5), *range(11, 17), *range(21, 27)],
    VehicleKind: [0, 6, 8, 10, 12, 14, *range(21, 29)],
    UserType: [0, 6, 8, 10, 12, 14, 24, 26, 27],
    VehicleStatusFlag: [0, 1, 2, 3, 4, 0xFF],
    PlateColour: [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 0xFF],
    EntryExitStatus: [0, 1, 2, 3, 4, 5, 6, 0x10],
}


def test_codes():
    assert {table: sorted(table) for table in CODES} == CODES


def test_axles_follow_from_the_class():
    assert [TollClass(code).axle_count for code in (1, 4, 11, 12, 13, 16, 21, 26)] == [None, None, 2, 2, 3, 6, 2, 6]
