"""Messages: sizes that no form has, values that no field holds, and files inside that are broken."""

import pytest
from typer.testing import CliRunner

from laneside import rsu
from laneside.cli import app
from laneside.codec import PassengerVehicle, SystemInfo
from laneside.errors import CodecError
from laneside.rsu import SERIAL, TCP, Direction, parse

OBU = bytes.fromhex("01A2B3C4")


def read(dialect, body):
    data = bytes.fromhex(body)
    return parse(dialect, rsu.direction_of(data[0]), data)


@pytest.mark.parametrize("dialect", [SERIAL, TCP], ids=lambda dialect: str(dialect.wire))
def test_a_size_that_no_form_has_names_command_and_offset(dialect):
    for direction in Direction:
        for command, kind in rsu.kinds(dialect, direction).items():
            with pytest.raises(CodecError, match=f"^rsu-{command:02X}: offset [0-9]+: "):
                parse(dialect, direction, bytes((command,)) + bytes(701))
            assert kind.__name__ in rsu.__all__


def test_an_empty_body():
    with pytest.raises(CodecError, match="no command byte"):
        parse(TCP, Direction.TO_READER, b"")


def test_a_frame_of_the_other_direction_is_opaque():
    body = bytes.fromhex("C101A2B3C4")
    assert parse(SERIAL, Direction.FROM_READER, body) == rsu.Opaque(number=0xC1, data=OBU)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (rsu.Continue, {"obu_id": b"\x01"}),
        (rsu.Continue, {"obu_id": OBU, "factor": bytes(7)}),
        (rsu.Stop, {"obu_id": OBU, "stop_type": 256}),
        (rsu.SerialTacRequest, {"obu_id": OBU, "ef04_length": 3, "ef04": b"\x01"}),
        (rsu.SerialAmounts, {"obu_id": OBU, "error": 0, "amounts": bytes(99)}),
        (rsu.TcpPsamAuthorise, {"psams": (rsu.Authorisation(channel=1, apdu=bytes(12)),)}),
        (rsu.TagPosition, {"obu_id": OBU, "place": bytes(3)}),
        (rsu.Opaque, {"number": 256}),
    ],
)
def test_a_message_that_could_not_be_sent_cannot_exist(kind, wrong):
    with pytest.raises(CodecError):
        kind(**wrong)


def test_the_forms_of_c6_do_not_mix():
    rest = {"obu_id": OBU, "factor": bytes(8), "amount_fen": 1, "purchase_time": bytes(7), "capp": bytes(43)}
    for wrong in (
        {"ef04": bytes(91)},
        {"trade_mode": 0},
        {"second_part": bytes(5)},
        {"trade_mode": 0, "ef04": bytes(90)},
        {"trade_mode": 0, "ef04": bytes(91), "second_part": bytes(6)},
    ):
        with pytest.raises(CodecError, match="rsu-C6"):
            rsu.TcpDebit(**rest, **wrong)


def test_a_b2_has_antenna_or_device():
    rest = {"obu_id": OBU, "error": 0, "system": bytes(26), "equipment_version": 0, "status": 0}
    with pytest.raises(CodecError, match="at least one"):
        rsu.TcpTag(**rest)
    assert not rsu.TcpTag(**rest, antenna_id=1).is_issuer_plausible
    assert rsu.TcpTag(**{**rest, "system": b"\xb8" + bytes(25)}, antenna_id=1).is_issuer_plausible


def test_files_inside_decode_on_demand():
    tag = read(TCP, "B201A2B3C40001B8CACBE06201000100416201230100000001202301012033010111" + "2001")
    assert isinstance(tag.system_info, SystemInfo)
    assert tag.system_info.contract_serial == "6201230100000001"
    vehicle = rsu.Vehicle(obu_id=OBU, error=0, vehicle=bytes.fromhex("B8CA4131323334350000000000000100") + bytes(63))
    assert isinstance(vehicle.vehicle_info, PassengerVehicle)
    assert vehicle.vehicle_info.plate == "甘A12345"


def test_a_broken_file_does_not_cost_the_frame():
    broken = rsu.SerialTag(
        obu_id=OBU, error=0, system=b"\xff" * 26, cpu_card_id=bytes(10), equipment_version=0, obu_status=b"\x82\x00"
    )
    again = parse(SERIAL, Direction.FROM_READER, broken.body(SERIAL))
    assert again == broken
    assert again.status == 0x82
    with pytest.raises(CodecError):
        _ = again.system_info
    shown = {row.field: row.value for row in again.rows(SERIAL)}
    assert shown["system"] == "FF" * 26


def test_the_count_of_psams_is_held():
    with pytest.raises(CodecError, match="rsu-B0"):
        read(TCP, "B0 00 02 01 05 00 620100001234 04 A1 000102 2001 00 000000 03040000")


class TestCommandLine:
    def decode(self, *arguments):
        return CliRunner().invoke(app, ["decode", "frame", *arguments])

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            ("", "rsu: offset 0: no command byte"),
            ("XY", "frame: offset 0"),
            ("FFF", "half a byte"),
            ("FFFF18B20000000080 2B FF", "rsu-serial: offset 0: the check bytes differ"),
            ("FFFF18B20000000080 2A", "rsu-serial: offset 0: cut short"),
            ("FFFF18B20000000080 2A FF 01", "rsu-serial: offset 11: bytes outside a frame"),
            ("FFFF18B200000000802AFF FFFF18B200000000802AFF", "rsu-serial: offset 11: a second frame"),
            ("FFFF 00 02 00000002 C401 BD34", "rsu-tcp: offset 0: the check bytes differ"),
            ("FFFF 00 02 00000003 C401 BD33", "rsu-tcp: offset 0: cut short"),
            ("FFFF 00 02 00000000 BD33", "rsu-tcp: offset 0: a frame without a command byte"),
            ("FFFF", "cut short"),
            ("C601", "rsu-C6: offset 2: cut short"),
        ],
    )
    def test_bad_input_ends_with_2_and_says_why(self, data, reason):
        result = self.decode(data)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert reason in result.stderr
        assert result.stderr.startswith("CodecError: ")

    def test_the_dialect_decides_where_bytes_do_not(self):
        assert "channel" in self.decode("CD01", "--dialect", "serial").stdout
        assert "data" in self.decode("CD01", "--dialect", "tcp").stdout
        assert "channel" in self.decode("CD01").stdout

    def test_a_table_for_people(self):
        lines = self.decode("FF FF 10 C2 01 FE 00 B3 FE 01 07 66 FF").stdout.splitlines()
        assert lines[0].split() == ["off", "len", "field", "value", "label"]
        assert lines[4].split() == ["4", "6", "obu_id", "01FEB3FF"]
        assert lines[5].split() == ["10", "1", "stop_type", "7", "上位机已接收", "/", "host", "received"]
        assert len(lines) == 8
