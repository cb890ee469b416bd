"""The old framing byte by byte: escapes, check byte, limits, and finding the next frame after damage."""

import pytest

from laneside.errors import CodecError
from laneside.rsu import (
    POWER_UP_RSCTL,
    READER_RSCTL,
    SERIAL,
    BadFrame,
    Direction,
    Flaw,
    RsctlMode,
    SerialDecoder,
    SerialFrame,
    bcc,
    kinds,
)

HEARTBEAT = bytes.fromhex("FFFF18B200000000802AFF")


def flaws(found):
    return [(each.flaw, each.dropped) for each in found if isinstance(each, BadFrame)]


def bodies(found):
    return [each.body.hex().upper() for each in found if not isinstance(each, BadFrame)]


def test_a_receivers_xor_over_the_content_is_zero():
    assert bcc(HEARTBEAT[2:-1]) == 0


@pytest.mark.parametrize("special", [0xFE, 0xFF])
@pytest.mark.parametrize("place", range(7))
def test_escapes_at_every_position(special, place):
    body = bytearray.fromhex("C2010203040507")
    body[place] = special
    frame = SerialFrame(rsctl=0x10, body=bytes(body))
    data = bytes(frame)
    assert data[2:-1].count(b"\xff") == 0
    assert bytes((0xFE, special - 0xFE)) in data
    assert SerialDecoder().feed(data) == (frame,)


@pytest.mark.parametrize("special", [0xFE, 0xFF])
def test_escapes_of_rsctl_and_bcc(special):
    of_rsctl = SerialFrame(rsctl=special, body=b"\xc1\x01")
    of_bcc = SerialFrame(rsctl=0x10, body=bytes((0xC1, 0x10 ^ 0xC1 ^ special)))
    assert bytes(of_rsctl)[2:4] == bytes(of_bcc)[-3:-1] == bytes((0xFE, special - 0xFE))
    assert SerialDecoder().feed(bytes(of_rsctl) + bytes(of_bcc)) == (of_rsctl, of_bcc)


def test_all_of_it_escaped_at_full_size():
    frame = SerialFrame(rsctl=0xFF, body=b"\xff" * 251)
    assert SerialDecoder().feed(bytes(frame)) == (frame,)
    with pytest.raises(CodecError, match="exceeds the buffer"):
        SerialFrame(rsctl=0, body=bytes(252))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("FFFF 18 B2 AA FF", [(Flaw.TOO_SHORT, 5)]),
        ("FFFF 18 B2 00 00 AB FF", [(Flaw.CHECK, 7)]),
        ("FFFF 18 FE 02 00 AB FF", [(Flaw.ESCAPE, 7)]),
        ("FFFF 18 B2 00 AA FE FF", [(Flaw.ESCAPE, 7)]),
        ("01 02 03 FF 04", []),
    ],
)
def test_bad_frames_are_values(data, expected):
    found = SerialDecoder().feed(bytes.fromhex(data))
    assert flaws(found) == expected
    assert bodies(found) == []


def test_six_bytes_or_fewer_are_rejected():
    assert flaws(SerialDecoder().feed(bytes.fromhex("FFFF 18 18 FF"))) == [(Flaw.TOO_SHORT, 4)]
    assert bodies(SerialDecoder().feed(bytes.fromhex("FFFF 18 B2 AA FF"))) == []
    assert bodies(SerialDecoder().feed(bytes.fromhex("FFFF 18 B2 00 AA FF"))) == ["B200"]


@pytest.mark.parametrize(
    "before",
    ["", "00", "FF", "FFFF", "FFFFFF", "FFFF18B2", "FFFF18B200FF", "FFFFFE", "FFFFFEFE", "18B22AFF", "AB" * 300],
)
def test_the_next_frame_is_found_after_any_damage(before):
    data = bytes.fromhex(before) + HEARTBEAT
    decoder = SerialDecoder()
    found = decoder.feed(data) + decoder.idle()
    assert bodies(found) == ["B20000000080"]
    assert sum(dropped for _, dropped in flaws(found)) == len(bytes.fromhex(before))


def test_a_frame_that_never_ends_is_dropped_at_the_buffers_end():
    decoder = SerialDecoder()
    found = decoder.feed(b"\xff\xff" + bytes(300))
    assert flaws(found)[0] == (Flaw.TOO_LONG, 256)
    assert bodies(decoder.feed(HEARTBEAT)) == ["B20000000080"]
    endless = SerialDecoder()
    found = endless.feed(b"\xff\xff" + b"\xfe" * 5000)
    assert flaws(found)[0][0] is Flaw.ESCAPE
    assert endless.pending < 600


def test_silence_gives_up_an_unfinished_frame():
    decoder = SerialDecoder()
    assert decoder.feed(HEARTBEAT[:-1]) == ()
    assert decoder.idle() == (BadFrame(flaw=Flaw.CUT, dropped=10, head=HEARTBEAT[:-1]),)
    assert decoder.idle() == ()
    assert decoder.pending == 0


def test_the_host_mirrors_the_sequence():
    assert RsctlMode.SWAP.answer(0x98) == 0x89
    assert RsctlMode.SWAP.answer(0x18) == 0x81
    assert RsctlMode.SEQUENCE.answer(0x18) == 0x10
    assert RsctlMode.ECHO.answer(0x18) == 0x18


def test_what_a_reader_sends_comes_from_the_reader():
    assert {sequence & 0x0F for sequence in (*READER_RSCTL.values(), POWER_UP_RSCTL)} == {8}
    assert set(READER_RSCTL) == set(kinds(SERIAL, Direction.FROM_READER))
    assert SerialFrame(rsctl=READER_RSCTL[0xB2], body=HEARTBEAT[3:9]) == SerialDecoder().feed(HEARTBEAT)[0]


@pytest.mark.parametrize("wrong", [{"rsctl": 256, "body": b"\xc1\x01"}, {"rsctl": 0, "body": b"\xd2"}])
def test_what_the_framing_cannot_say_is_refused(wrong):
    with pytest.raises(CodecError):
        SerialFrame(**wrong)
