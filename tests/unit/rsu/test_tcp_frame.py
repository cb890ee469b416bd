"""The new framing byte by byte: length, CRC, limits, and finding the next frame after damage."""

import pytest

from laneside.errors import CodecError
from laneside.rsu import BadFrame, CrcMode, Flaw, TcpDecoder, TcpFrame, crc16_x25

ANTENNA_ON = bytes.fromhex("FFFF000200000002C401BD33")
ANSWER = bytes.fromhex("FFFF000100000002CF00E07C")


def flaws(found):
    return [(each.flaw, each.dropped) for each in found if isinstance(each, BadFrame)]


def bodies(found):
    return [each.body.hex().upper() for each in found if not isinstance(each, BadFrame)]


def test_the_check_value():
    assert crc16_x25(b"123456789") == 0x906E


def test_two_frames_in_one_chunk_and_one_in_many():
    assert bodies(TcpDecoder().feed(ANSWER + ANTENNA_ON)) == ["CF00", "C401"]
    decoder = TcpDecoder()
    found = [each for byte in ANSWER + ANTENNA_ON for each in decoder.feed(bytes((byte,)))]
    assert bodies(found) == ["CF00", "C401"]


def test_a_wrong_crc():
    wrong = ANTENNA_ON[:-1] + b"\x34"
    assert flaws(TcpDecoder().feed(wrong)) == [(Flaw.CHECK, len(wrong))]
    (frame,) = TcpDecoder(crc_mode=CrcMode.LOG_ONLY).feed(wrong)
    assert (frame.body, frame.crc_matches) == (b"\xc4\x01", False)
    assert bytes(frame) == ANTENNA_ON
    assert TcpDecoder(crc_mode=CrcMode.LOG_ONLY).feed(ANTENNA_ON)[0].crc_matches


@pytest.mark.parametrize(
    ("length", "flaw"), [("00000000", Flaw.EMPTY), ("00000401", Flaw.TOO_LONG), ("FFFFFFFE", Flaw.TOO_LONG)]
)
def test_a_length_without_meaning_is_given_up_at_once(length, flaw):
    decoder = TcpDecoder()
    found = decoder.feed(bytes.fromhex("FFFF0001" + length) + ANTENNA_ON)
    assert flaws(found)[0][0] is flaw
    assert bodies(found) == ["C401"]
    assert sum(dropped for _, dropped in flaws(found)) == 8


@pytest.mark.parametrize("before", ["", "00", "FF", "FFFF", "FFFF05", "FFFF0001", "AB" * 600, "FFFFFFFF0001"])
def test_the_next_frame_is_found_after_any_damage(before):
    decoder = TcpDecoder()
    found = decoder.feed(bytes.fromhex(before) + ANTENNA_ON) + decoder.idle()
    assert bodies(found) == ["C401"]
    assert sum(dropped for _, dropped in flaws(found)) == len(bytes.fromhex(before))


def test_a_false_start_does_not_swallow_the_frames_behind_it():
    false_start = bytes.fromhex("FFFF0009000001F4")
    decoder = TcpDecoder()
    found = decoder.feed(false_start + ANTENNA_ON + ANSWER)
    assert found == ()
    assert bodies(decoder.idle()) == ["C401", "CF00"]
    enough = TcpDecoder().feed(false_start + ANTENNA_ON * 60)
    assert len(bodies(enough)) == 60


def test_start_bytes_inside_data_are_data():
    frame = TcpFrame(sequence=3, body=b"\xd8" + ANTENNA_ON)
    assert TcpDecoder().feed(bytes(frame)) == (frame,)


def test_the_bound_is_a_setting():
    frame = TcpFrame(sequence=0, body=b"\xd8" + bytes(2000))
    assert bodies(TcpDecoder().feed(bytes(frame))) == []
    assert TcpDecoder(length_max=2001).feed(bytes(frame)) == (frame,)


@pytest.mark.parametrize("wrong", [{"sequence": -1, "body": b"\xc1"}, {"sequence": 0, "body": b""}])
def test_what_the_framing_cannot_say_is_refused(wrong):
    with pytest.raises(CodecError):
        TcpFrame(**wrong)
