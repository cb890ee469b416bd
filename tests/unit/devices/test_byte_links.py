"""Byte links over a real pseudo terminal and a real socket: bytes both ways, time-outs, and a plug that is pulled."""

from __future__ import annotations

import os
import pty
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from timeouts import scaled

from laneside.devices.serial import SerialLink
from laneside.devices.tcp import TcpLink
from laneside.errors import (
    LinkLostError,
    PortForbiddenError,
    PortMissingError,
    PortTakenError,
    ReaderUnreachableError,
)

SAID = bytes(range(256)) + b"\xff\xff\xfe\x00\x0a\x0d\x11\x13\x03\x04"
"""Every byte: nothing on the way may take one for a control character."""


@dataclass
class Far:
    """The reader's end of a line."""

    link: SerialLink | TcpLink
    write: Callable[[bytes], object]
    read: Callable[[int], bytes]
    unplug: Callable[[], None]


@pytest.fixture(params=["serial", "tcp"])
def far(request) -> Iterator[Far]:
    if request.param == "serial":
        yield from serial_end()
    else:
        yield from tcp_end()


def serial_end() -> Iterator[Far]:
    main, side = pty.openpty()
    link = SerialLink(os.ttyname(side))
    os.close(side)
    opened = [main]

    def unplug() -> None:
        os.close(opened.pop())

    yield Far(link, lambda data: os.write(main, data), lambda size: os.read(main, size), unplug)
    link.close()
    for each in opened:
        os.close(each)


def tcp_end() -> Iterator[Far]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = TcpLink("127.0.0.1", server.getsockname()[1])
        peer, _ = server.accept()
        with peer:
            assert link._socket is not None
            assert link._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            yield Far(link, peer.sendall, peer.recv, peer.close)
        link.close()


def heard(link: SerialLink | TcpLink, size: int) -> bytes:
    data = b""
    while len(data) < size:
        chunk = link.read(timeout_s=scaled(2))
        assert chunk, f"only {len(data)} of {size} bytes"
        data += chunk
    return data


def test_every_byte_goes_both_ways_unchanged(far):
    far.write(SAID)
    assert heard(far.link, len(SAID)) == SAID
    far.link.write(SAID)
    got = b""
    while len(got) < len(SAID):
        got += far.read(512)
    assert got == SAID


def test_a_silent_line_is_no_error_and_costs_the_time_that_was_asked_for(far):
    began = time.monotonic()
    assert far.link.read(timeout_s=0.1) == b""
    assert 0.08 <= time.monotonic() - began < scaled(1)
    began = time.monotonic()
    assert far.link.read(timeout_s=0) == b""
    assert time.monotonic() - began < scaled(0.05)


def test_what_arrives_is_returned_at_once_and_not_at_the_end_of_the_time(far):
    far.write(b"\xb1")
    began = time.monotonic()
    assert far.link.read(timeout_s=scaled(5)) == b"\xb1"
    assert time.monotonic() - began < scaled(1)


def test_a_pulled_plug_is_a_lost_link_and_stays_one(far):
    far.unplug()

    def listen() -> None:
        for _ in range(10):
            far.link.read(timeout_s=0.1)

    with pytest.raises(LinkLostError):
        listen()
    for again in (lambda: far.link.read(timeout_s=0), lambda: far.link.write(b"\xc1")):
        with pytest.raises(LinkLostError):
            again()


def test_a_write_into_a_pulled_plug_is_a_lost_link(far):
    far.unplug()

    def insist() -> None:
        for _ in range(50):  # TCP notices with the answer to the first packet
            far.link.write(b"\xc1")
            time.sleep(0.01)

    with pytest.raises(LinkLostError):
        insist()


def test_a_line_that_takes_nothing_more_is_lost_in_bounded_time(far):
    began = time.monotonic()

    def flood() -> None:
        for _ in range(4000):
            far.link.write(bytes(65536))

    with pytest.raises(LinkLostError):
        flood()
    assert time.monotonic() - began < scaled(10)


def test_hanging_up_twice_is_harmless(far):
    far.link.close()
    far.link.close()
    with pytest.raises(LinkLostError):
        far.link.read(timeout_s=0)


def test_a_reader_that_is_not_attached_is_a_lost_link(tmp_path):
    with pytest.raises(LinkLostError):
        SerialLink(str(tmp_path / "ttyUSB9"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(LinkLostError):
        TcpLink("127.0.0.1", port)


def test_a_port_that_is_in_use_is_not_shared():
    ends = serial_end()
    far = next(ends)
    with pytest.raises(LinkLostError):
        SerialLink(far.link._name)
    ends.close()


def test_why_a_port_can_not_be_opened_is_told_by_kind(tmp_path):
    with pytest.raises(PortMissingError):
        SerialLink(str(tmp_path / "ttyUSB9"))
    main, side = pty.openpty()
    holder = SerialLink(os.ttyname(side))
    with pytest.raises(PortTakenError):
        SerialLink(os.ttyname(side))
    holder.close()
    os.close(main)
    os.close(side)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ReaderUnreachableError):
        TcpLink("127.0.0.1", port)


def test_a_port_of_somebody_else_is_forbidden(tmp_path):
    port = tmp_path / "ttyUSB0"
    port.touch(mode=0)
    port.chmod(0)
    nobody = 65534 if os.geteuid() == 0 else os.geteuid()
    before = os.geteuid()
    os.seteuid(nobody)
    try:
        with pytest.raises(PortForbiddenError):
            SerialLink(str(port))
    finally:
        os.seteuid(before)
