"""Any frames come through any chunks and any noise; no bytes make a decoder raise, hang or grow."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laneside.errors import CodecError
from laneside.rsu import (
    SERIAL,
    TCP,
    BadFrame,
    CrcMode,
    Direction,
    SerialDecoder,
    SerialFrame,
    ShortReply,
    TcpDecoder,
    TcpFrame,
    kinds,
    parse,
)
from laneside.rsu.requests import TcpAmountsRequest
from laneside.rsu.serial_frame import RsctlMode

BYTE = st.integers(0, 255)
TELLING = st.sampled_from([b"\xff", b"\xff\xff", b"\xfe", b"\xfe\x00", b"\xff\xff\x00", b"\0\0\0\x02", b"\0", b"\x18"])
SPECIAL = st.lists(TELLING | st.binary(max_size=6), max_size=60).map(b"".join)
"""Bytes that often look like the beginning of something."""
SERIAL_FRAME = st.builds(SerialFrame, rsctl=BYTE, body=st.binary(min_size=2, max_size=251) | SPECIAL.filter(
    lambda body: 2 <= len(body) <= 251
))  # fmt: skip
TCP_FRAME = st.builds(TcpFrame, sequence=BYTE, body=st.binary(min_size=1, max_size=400))
QUIET = st.binary(max_size=40).map(lambda noise: noise.replace(b"\xff", b"\x7f"))
"""Noise without FF can't look like a frame of either framing."""
DECODERS = {
    "serial": SerialDecoder,
    "tcp": TcpDecoder,
    "tcp, log only": lambda: TcpDecoder(crc_mode=CrcMode.LOG_ONLY),
}
HELD_MAX = 8 + 1024 + 2 + 4096


def chunked(data, cuts):
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    return [data[start:end] for start, end in itertools.pairwise(places)]


def frames(found):
    return [each for each in found if not isinstance(each, BadFrame)]


def dropped(found):
    return sum(each.dropped for each in found if isinstance(each, BadFrame))


def feed(decoder, chunks):
    return [each for chunk in chunks for each in decoder.feed(chunk)] + list(decoder.idle())


@pytest.mark.parametrize(("decoder", "frame"), [(SerialDecoder, SERIAL_FRAME), (TcpDecoder, TCP_FRAME)])
class TestStream:
    def test_frames_between_noise_in_any_chunks(self, decoder, frame):
        @given(st.lists(st.tuples(QUIET, frame), max_size=6), QUIET, st.lists(st.integers(0, 3000), max_size=20))
        def check(sent, rest, cuts):
            data = b"".join(noise + bytes(each) for noise, each in sent) + rest
            found = feed(decoder(), chunked(data, cuts))
            assert frames(found) == [each for _, each in sent]
            assert dropped(found) == sum(len(noise) for noise, _ in sent) + len(rest)

        check()

    def test_chunks_change_nothing(self, decoder, frame):
        @given(st.lists(SPECIAL | frame.map(bytes), max_size=6).map(b"".join), st.lists(st.integers(0, 3000)))
        def check(data, cuts):
            assert feed(decoder(), chunked(data, cuts)) == feed(decoder(), [data])

        check()


@pytest.mark.parametrize("kind", DECODERS)
def test_every_byte_ends_up_once_in_a_frame_or_a_report(kind):
    @given(st.lists(SPECIAL | TCP_FRAME.map(bytes) | SERIAL_FRAME.map(bytes), max_size=8).map(b"".join))
    def check(data):
        decoder, found = DECODERS[kind](), []
        for place in range(0, len(data), 97):
            found.extend(decoder.feed(data[place : place + 97]))
            assert decoder.pending <= HELD_MAX
        found.extend(decoder.idle())
        assert decoder.pending == 0
        assert dropped(found) + sum(len(bytes(each)) for each in frames(found)) == len(data)

    check()


@given(st.lists(SPECIAL, max_size=4).map(b"".join), SERIAL_FRAME, SERIAL_FRAME)
def test_a_serial_line_recovers_from_anything_with_the_next_frame_but_one(damage, first, second):
    """The first may be swallowed where the damage ends inside a frame's start; the second never is."""
    found = frames(SerialDecoder().feed(damage + bytes(first) + bytes(second)))
    assert found[-1:] == [second]


@given(st.lists(SPECIAL, max_size=4).map(b"".join), TCP_FRAME)
def test_a_tcp_link_recovers_from_anything_when_it_falls_silent(damage, frame):
    decoder = TcpDecoder()
    found = frames([*decoder.feed(damage + bytes(frame)), *decoder.idle()])
    assert found[-1:] == [frame]


@given(SERIAL_FRAME)
def test_start_and_end_bytes_never_appear_inside(frame):
    inside = bytes(frame)[2:-1]
    assert b"\xff" not in inside
    assert len(inside) <= 2 * 253


@given(BYTE)
def test_swapping_nibbles_twice_gives_the_byte_back(rsctl):
    assert RsctlMode.SWAP.answer(RsctlMode.SWAP.answer(rsctl)) == rsctl


@pytest.mark.parametrize("dialect", [SERIAL, TCP], ids=lambda dialect: str(dialect.name))
@pytest.mark.parametrize("direction", list(Direction))
class TestMessages:
    def test_garbage_raises_nothing_but_the_typed_error(self, dialect, direction):
        sizes = {size for kind in kinds(dialect, direction).values() for size in right_sizes(kind)}

        @given(st.sampled_from(sorted(kinds(dialect, direction))) | BYTE, st.data())
        def check(command, data):
            body = bytes((command,)) + data.draw(
                st.binary(max_size=300)
                | st.sampled_from(sorted(sizes)).flatmap(lambda n: st.binary(min_size=n, max_size=n))
            )
            try:
                message = parse(dialect, direction, body)
            except CodecError:
                return
            assert message.body(dialect) == body
            assert parse(dialect, direction, message.body(dialect)) == message
            rows = message.rows(dialect)
            covered = [place for row in rows for place in range(row.offset, row.offset + row.length)]
            assert covered == list(range(len(body) - 1))

        check()

    def test_any_bytes_of_a_right_size_are_that_message(self, dialect, direction):
        sizes = {command: right_sizes(kind) for command, kind in kinds(dialect, direction).items() if right_sizes(kind)}

        @given(st.sampled_from(sorted(sizes)), st.data())
        def check(command, data):
            size = data.draw(st.sampled_from(sizes[command]))
            body = bytes((command,)) + data.draw(st.binary(min_size=size, max_size=size))
            message = parse(dialect, direction, body)
            assert type(message) in {kinds(dialect, direction)[command], ShortReply}
            assert message.body(dialect) == body
            assert type(message)(**message.values()) == message

        check()


def right_sizes(kind):
    """Sizes at which any bytes are this message: all but those with a length field or a list of their own."""
    form = kind.FORM
    if kind is TcpAmountsRequest or "ef04_length" in {each.attribute for each in form.fields}:
        return []
    variable = form.variable
    if variable is None:
        return [form.fixed_size]
    if variable.unit > 1:
        return []
    return [form.fixed_size + size for size in variable.sizes]
