"""Derived values, odd cards and refusals of the user card's files."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from laneside.codec.bcd import moment_of
from laneside.codec.card import CappRecord, IssueInfo, OldCappRecord, WalletLogRecord, capp_layout, parse_capp
from laneside.errors import CodecError
from laneside.vocab.media import CardType

ISSUE = bytes.fromhex(
    "B8CACBE062010001 16 51 6201 2219230200000001 20240506 20340505 B8CA41313233343500000000 00 00 01 00000000000000"
)
NEW_CAPP = bytes.fromhex(
    "AA2900 6201 0A0B 11 663878F7 01 06 000000 00000000 B8CA41313233343500000000 00 00 000000 FF 000004E2"
)
OLD_CAPP = bytes.fromhex(
    "AA2900 6101 0203 04 5485BC00 01 02 112233445566778899 01E240 02 C9C241423132333400000000 DEADBEEF"
)
LOG = bytes.fromhex("0124 000000 000004E2 09 620100001234 20240506 143015")


def refused(make, *args):
    with pytest.raises(CodecError) as caught:
        make(*args)
    return caught.value.file, caught.value.offset


class TestIssueInfo:
    def test_derived_values_of_icc_2(self):
        issue = IssueInfo.from_bytes(ISSUE)
        assert issue.card_id == "62012219230200000001"
        assert issue.region == bytes.fromhex("B8CACBE0B8CACBE0")
        assert issue.factor == bytes.fromhex("2219230200000001")
        assert issue.is_sm4
        assert issue.is_stored_value
        assert not replace(issue, version=0x41).is_sm4
        assert not replace(issue, card_type=CardType.CHARGE).is_stored_value

    def test_codes_outside_the_tables_are_values_of_the_card(self):
        local = ISSUE[:40] + bytes.fromhex("13 20 63") + ISSUE[43:]
        issue = IssueInfo.from_bytes(local)
        assert (issue.user_type, issue.plate_colour, issue.toll_class) == (0x13, 0x20, 0x63)
        assert bytes(issue) == local

    @pytest.mark.parametrize(("at", "byte"), [(10, 0x6A), (11, 0xF1), (12, 0xFF), (19, 0x0A), (20, 0x2A), (27, 0xA0)])
    def test_a_nibble_above_nine_is_named_by_its_byte(self, at, byte):
        data = ISSUE[:at] + bytes((byte,)) + ISSUE[at + 1 :]
        assert refused(IssueInfo.from_bytes, data) == ("icc-0015", at)

    @pytest.mark.parametrize("day", ["20240230", "20241301", "20240500", "00000101", "99999999"])
    def test_a_day_that_no_calendar_has(self, day):
        assert refused(IssueInfo.from_bytes, ISSUE[:20] + bytes.fromhex(day) + ISSUE[24:]) == ("icc-0015", 20)

    @pytest.mark.parametrize("blank", ["00000000", "FFFFFFFF"])
    def test_blank_dates_keep_their_bytes(self, blank):
        data = ISSUE[:20] + bytes.fromhex(blank) * 2 + ISSUE[28:]
        issue = IssueInfo.from_bytes(data)
        assert (issue.start, issue.expiry) == (None, None)
        assert bytes(issue) == data

    def test_a_changed_value_leaves_the_spelling_of_the_others(self):
        data = ISSUE[:20] + b"\xff" * 8 + b"\x20" + ISSUE[28:39] + ISSUE[40:]
        issue = IssueInfo.from_bytes(data)
        changed = replace(issue, start=date(2020, 1, 1))
        assert bytes(changed) == data[:20] + bytes.fromhex("20200101") + data[24:]
        assert bytes(replace(issue, plate="京A00001"))[28:40] == bytes.fromhex("BEA941303030303100000000")

    def test_values_are_held_in_clean_form(self):
        issue = replace(IssueInfo.from_bytes(ISSUE), plate=" 甘a12345 ", card_type=CardType.CHARGE)
        assert issue.plate == "甘A12345"
        assert type(issue.card_type) is int
        assert IssueInfo.from_bytes(bytes(issue)) == issue

    @pytest.mark.parametrize("size", [0, 1, 42, 44, 49])
    def test_cut_short(self, size):
        assert refused(IssueInfo.from_bytes, ISSUE[:size]) == ("icc-0015", size)

    def test_too_long(self):
        assert refused(IssueInfo.from_bytes, ISSUE + b"\0") == ("icc-0015", 50)

    @pytest.mark.parametrize(
        "change",
        [
            {"issuer": b"1234567"},
            {"card_type": 256},
            {"network": "620"},
            {"network": "62A1"},
            {"internal_number": "٢" * 16},
            {"plate": "甘A12345678901"},
            {"toll_class": -1},
            {"toll_class": None},
            {"version": 0x10},
            {"reserved": b"123"},
        ],
    )
    def test_a_value_that_no_card_can_hold_does_not_exist(self, change):
        assert refused(lambda: replace(IssueInfo.from_bytes(ISSUE), **change))[0] == "icc-0015"


class TestCapp:
    def test_station_lane_and_moment(self):
        record = CappRecord.from_bytes(NEW_CAPP)
        assert (record.station_hex, record.lane_hex) == ("62010A0B", "62010A0B11")
        assert record.moment == datetime(2024, 5, 6, 6, 30, 15, tzinfo=UTC)

    def test_the_plain_constructor_builds_the_worked_image(self):
        record = CappRecord(
            network="6201",
            station="0a0b",
            lane="11",
            unix_time_s=0x663878F7,
            toll_class=1,
            status=6,
            plate="甘A12345",
            plate_colour=0,
            accumulated_fen=1250,
        )
        assert bytes(record) == NEW_CAPP
        assert record.lane_hex == "62010A0B11"

    def test_auto_tells_the_layouts(self):
        assert isinstance(parse_capp(NEW_CAPP, "auto"), CappRecord)
        old = parse_capp(OLD_CAPP, "auto")
        assert isinstance(old, OldCappRecord)
        assert (old.plate, old.station_hex, old.lane_hex) == ("陕AB1234", "61010203", "6101020304")
        assert old.moment == datetime(2014, 12, 8, 14, 56, tzinfo=UTC)

    def test_auto_takes_new_where_nothing_speaks(self):
        assert capp_layout(bytes(43)) == "new"
        assert capp_layout(b"\xff" * 43) == "new"
        assert capp_layout(NEW_CAPP[:33] + b"\x20" + NEW_CAPP[34:]) == "new"

    def test_the_default_is_new_and_an_old_record_is_not_read_as_one(self):
        assert refused(parse_capp, OLD_CAPP) == ("icc-0019", 23)

    @pytest.mark.parametrize("layout", ["new", "old", "auto"])
    def test_sizes(self, layout):
        for size in (0, 39, 42, 44, 63):
            assert refused(parse_capp, bytes(size), layout) == ("icc-0019", min(size, 43)), size

    def test_a_number_too_large_for_its_field(self):
        assert refused(lambda: replace(CappRecord.from_bytes(NEW_CAPP), gross_weight_kg=1 << 24)) == ("icc-0019", 35)


class TestWalletLog:
    def test_the_time_is_that_of_mac1(self):
        time = WalletLogRecord.from_bytes(LOG).purchase_time
        assert moment_of(time) == datetime(2024, 5, 6, 6, 30, 15, tzinfo=UTC)

    def test_a_record_never_written_has_no_moment(self):
        for blank in (bytes(23), b"\xff" * 23):
            record = WalletLogRecord.from_bytes(blank)
            assert moment_of(record.purchase_time) is None
            assert bytes(record) == blank

    @pytest.mark.parametrize("time", ["20240506 240000", "20240506 146015", "20240506 14301A", "00000000 143015"])
    def test_no_such_moment(self, time):
        file, offset = refused(WalletLogRecord.from_bytes, LOG[:16] + bytes.fromhex(time))
        assert (file, offset >= 16) == ("icc-0018", True)
