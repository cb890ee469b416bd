"""Files inside messages."""

import pytest

from laneside.codec.tag import SystemInfo
from laneside.errors import CodecError
from laneside.rsu import SERIAL, TCP, Direction, parse, replies

OBU = bytes.fromhex("01A2B3C4")


def test_files_inside_are_decoded_where_they_are_asked_for():
    tag = parse(
        TCP,
        Direction.FROM_READER,
        bytes.fromhex("B201A2B3C40001B8CACBE062010001004162012301000000012023010120330101112001"),
    )
    assert isinstance(tag.system_info, SystemInfo)
    assert tag.system_info.contract_serial == "6201230100000001"
    vehicle = replies.Vehicle(
        obu_id=OBU, error=0, vehicle=bytes.fromhex("B8CA4131323334350000000000000100") + bytes(63)
    )
    assert {row.field: row.value for row in vehicle.rows(TCP)}["vehicle.plate"] == "甘A12345"


def test_a_broken_file_does_not_cost_the_frame():
    broken = replies.SerialTag(
        obu_id=OBU, error=0, system=b"\xff" * 26, cpu_card_id=bytes(10), equipment_version=0, obu_status=b"\x82\x00"
    )
    again = parse(SERIAL, Direction.FROM_READER, broken.body(SERIAL))
    assert again == broken
    assert again.status == 0x82
    with pytest.raises(CodecError):
        _ = again.system_info
    shown = {row.field: row.value for row in again.rows(SERIAL)}
    assert shown["system"] == "FF" * 26
