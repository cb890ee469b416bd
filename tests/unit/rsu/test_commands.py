"""Which message a command byte is, and reading it."""

import pytest

from laneside import rsu
from laneside.errors import CodecError
from laneside.rsu import SERIAL, TCP, Direction, parse


@pytest.mark.parametrize("dialect", [SERIAL, TCP], ids=lambda dialect: str(dialect.name))
def test_a_size_that_no_form_has_names_command_and_offset(dialect):
    for direction in Direction:
        for command in rsu.kinds(dialect, direction):
            with pytest.raises(CodecError, match=f"^rsu-{command:02X}: offset [0-9]+: "):
                parse(dialect, direction, bytes((command,)) + bytes(701))


def test_an_empty_body():
    with pytest.raises(CodecError, match="no command byte"):
        parse(TCP, Direction.TO_READER, b"")


def test_a_frame_of_the_other_direction_is_opaque():
    body = bytes.fromhex("C101A2B3C4")
    assert parse(SERIAL, Direction.FROM_READER, body) == rsu.Opaque(number=0xC1, data=body[1:])


def test_heartbeats():
    reader = Direction.FROM_READER
    assert rsu.is_heartbeat(parse(SERIAL, reader, bytes.fromhex("B20000000080")))
    assert rsu.is_heartbeat(parse(SERIAL, reader, bytes.fromhex("B20000000080") + bytes(39)))
    assert rsu.is_heartbeat(parse(TCP, reader, b"\xb1\x00\x00"))


def test_no_heartbeats():
    reader = Direction.FROM_READER
    assert not rsu.is_heartbeat(parse(SERIAL, reader, bytes.fromhex("B201A2B3C480")))
    assert not rsu.is_heartbeat(parse(SERIAL, reader, bytes.fromhex("B30000000080")))
    assert not rsu.is_heartbeat(parse(TCP, reader, bytes.fromhex("BE00")))
