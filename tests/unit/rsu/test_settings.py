"""A reader's dialect from the settings of a file."""

import pytest

from laneside import rsu
from laneside.errors import SettingError
from laneside.rsu import SERIAL, TCP


def test_defaults_are_those_of_the_list_of_unknowns():
    assert rsu.dialect_of({"dialect": "serial"}) == SERIAL
    assert rsu.dialect_of({"dialect": "tcp"}) == TCP
    assert (SERIAL.lane_mode, TCP.lane_mode) == (6, 4)
    assert (TCP.crc_mode, TCP.b2_form, TCP.c6_form) == ("strict", "antenna-id", 159)
    assert (SERIAL.rsctl_mode, SERIAL.antenna_command, TCP.antenna_command) == ("swap", 0x4C, 0xC4)
    assert (TCP.ef04_offset, TCP.ef04_len, TCP.devtype_swap) == (314, 91, False)
    assert (TCP.timeouts.step_ms, TCP.timeouts.debit_ms) == (1000, 2000)


def test_each_switch():
    dialect = rsu.dialect_of({
        "dialect": "tcp",
        "crc_mode": "log-only",
        "b2_form": "device-type",
        "c6_form": 174,
        "rsctl_mode": "echo",
        "error_table": "serial",
        "lane_mode": 3,
        "devtype_swap": True,
        "ef04_len": 95,
        "frame_set": {"antenna_command": 0x4C, "amounts": False},
        "timeouts": {"debit_ms": 3000},
    })  # fmt: skip
    assert dialect.antenna_command == 0x4C
    assert dialect.c6_form is rsu.C6Form.SECOND_PART_15
    assert [dialect.device_type(number) for number in (1, 2, 3)] == [2, 1, 3]
    assert dialect.timeouts == rsu.Timeouts(step_ms=1000, debit_ms=3000)
    assert 0xC9 not in rsu.kinds(dialect, rsu.Direction.TO_READER)
    assert 0xB9 not in rsu.kinds(dialect, rsu.Direction.FROM_READER)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"dialect": "udp"},
        {"dialect": "tcp", "c6_form": 160},
        {"dialect": "tcp", "crc": "strict"},
        {"dialect": "tcp", "lane_mode": 256},
        {"dialect": "tcp", "lane_mode": True},
        {"dialect": "tcp", "devtype_swap": 1},
        {"dialect": "tcp", "frame_set": "lane"},
        {"dialect": "tcp", "timeouts": {"debit_ms": 0}},
    ],
)
def test_a_setting_without_meaning(wrong):
    with pytest.raises(SettingError, match=r"^rsu\."):
        rsu.dialect_of(wrong)
