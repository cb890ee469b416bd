"""The virtual reader on a real port and a real pty: bytes as they are on the wire, cuts, cables and takeovers."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bench import make_bench
from frame_bench import BenchWorld
from timeouts import scaled, until
from wired_reader import WiredReader

from laneside.errors import LinkLostError
from laneside.rsu import orders
from laneside.virtual.faults import Fault, FaultKind, Place
from laneside.virtual.integrated.settings import SERIAL_READER, TCP_READER

TERMINAL = bytes.fromhex("620100001234")
WAIT_S = scaled(5.0)


@pytest.fixture(params=["serial", "tcp"])
def wired(request, tmp_path: Path) -> Iterator[WiredReader]:
    serial = request.param == "serial"
    pty = tmp_path / "reader" if serial else None
    reader = WiredReader(BenchWorld(make_bench()), SERIAL_READER if serial else TCP_READER, pty=pty)
    yield reader
    reader.stop()
    assert pty is None or not os.path.lexists(pty), "the link goes with its reader"


def init_frame(wired: WiredReader) -> bytes:
    dialect = wired.far.settings.dialect
    body = orders.init(
        dialect,
        unix_time_s=0x663878F7,
        date_time=bytes.fromhex("20240506143015"),
        bst_interval=10,
        tx_power=0x1F,
        pll_channel=0,
    ).body(dialect)
    return bytes(dialect.frame(0x10, body))


def heard(link, wanted: Callable[[bytes], bool]) -> bytes:
    data, deadline_s = b"", time.monotonic() + WAIT_S
    while not wanted(data):
        assert time.monotonic() < deadline_s, data.hex()
        data += link.read(timeout_s=0.2)
    return data


def becomes(what: Callable[[], bool]) -> bool:
    return until(what, within_s=5)


def is_gone(link) -> bool:
    deadline_s = time.monotonic() + WAIT_S
    while time.monotonic() < deadline_s:
        try:
            link.read(timeout_s=0.1)
        except LinkLostError:
            return True
    return False


def test_c0_is_answered_by_b0_with_the_terminal_number(wired: WiredReader) -> None:
    link = wired.open()
    link.write(init_frame(wired))
    said = heard(link, lambda data: TERMINAL in data)
    assert said.startswith(b"\xff\xff")
    assert 0xB0 in (said[3], said[8])
    assert wired.do(lambda: dict(wired.far.line.heard)) == {0xC0: 1}
    link.close()


def test_a_host_that_goes_is_noticed_and_the_next_one_served(wired: WiredReader) -> None:
    link = wired.open()
    assert becomes(lambda: wired.do(lambda: wired.far.line.up))
    link.close()
    assert becomes(lambda: not wired.do(lambda: wired.far.line.up))
    again = wired.open()
    again.write(init_frame(wired))
    heard(again, lambda data: TERMINAL in data)
    again.close()


def test_a_cut_ends_the_link_but_not_the_reader(wired: WiredReader) -> None:
    link = wired.open()
    link.write(init_frame(wired))
    heard(link, lambda data: TERMINAL in data)
    wired.do(wired.far.hang_up)
    assert is_gone(link)
    assert wired.far.powered
    assert becomes(lambda: reaches(wired))


def test_an_unplugged_reader_is_out_of_reach_until_it_is_plugged(wired: WiredReader) -> None:
    link = wired.open()
    assert becomes(lambda: wired.do(lambda: wired.far.line.up))
    wired.do(wired.far.unplug)
    assert is_gone(link)
    assert not reaches(wired)
    wired.do(lambda: wired.far.plug(0.0))
    assert becomes(lambda: reaches(wired))


def reaches(wired: WiredReader) -> bool:
    try:
        link = wired.open()
        link.write(init_frame(wired))
        heard(link, lambda data: TERMINAL in data)
    except LinkLostError:
        return False
    link.close()
    return True


def test_a_fault_that_cuts_strikes_on_the_wire(wired: WiredReader) -> None:
    link = wired.open()
    wired.do(lambda: wired.far.faults.add(Fault(kind=FaultKind.CUT, place=Place.TO_READER, code="C0")))
    link.write(init_frame(wired))
    assert is_gone(link)
    assert wired.do(lambda: wired.far.cuts) == 1


def test_a_newer_host_takes_a_tcp_reader_over(tmp_path: Path) -> None:
    reader = WiredReader(BenchWorld(make_bench()), TCP_READER)
    first, second = reader.open(), reader.open()
    second.write(init_frame(reader))
    heard(second, lambda data: TERMINAL in data)
    assert is_gone(first)
    second.close()
    reader.stop()
    with pytest.raises(LinkLostError):
        reader.open()


def test_noise_before_a_frame_costs_nothing_but_the_noise() -> None:
    reader = WiredReader(BenchWorld(make_bench()), TCP_READER)
    host, _, port = reader.place.rpartition(":")
    with socket.create_connection((host, int(port)), WAIT_S) as link:
        link.sendall(b"\x00\xff\xff\x17" + init_frame(reader))
        assert link.recv(4096)[8] == 0xB0
    assert reader.do(lambda: reader.far.line.bad_frames) > 0
    reader.stop()


def test_a_file_of_that_name_is_never_replaced(tmp_path: Path) -> None:
    taken = tmp_path / "reader"
    taken.write_text("somebody's", encoding="ascii")
    with pytest.raises(FileExistsError):
        WiredReader(BenchWorld(make_bench()), SERIAL_READER, pty=taken)
    assert taken.read_text(encoding="ascii") == "somebody's"


def test_a_link_that_was_left_behind_is(tmp_path: Path) -> None:
    left = tmp_path / "reader"
    left.symlink_to("/dev/pts/9999")
    reader = WiredReader(BenchWorld(make_bench()), SERIAL_READER, pty=left)
    assert reaches(reader)
    reader.stop()
    assert not os.path.lexists(left)
