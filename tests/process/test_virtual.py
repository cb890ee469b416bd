"""The roadside as a process: its port, its end on request, and what it still knows when it starts again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from timeouts import scaled, until

from laneside.errors import LinkLostError
from laneside.virtual.client import RoadsideLink, RoadsidePanel

pytestmark = pytest.mark.process


@contextlib.contextmanager
def roadside(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port_file = folder / f"port-{time.monotonic_ns()}"
    command = [sys.executable, "-m", "laneside", "virtual", "roadside", "--data", str(folder / "data")]
    process = subprocess.Popen([*command, "--port-file", str(port_file), *options], stdout=subprocess.DEVNULL)
    try:
        assert until(lambda: port_file.exists() or process.poll() is not None, within_s=20), "it does not listen"
        assert process.poll() is None, "it ended before it listened"
        yield process, int(port_file.read_text())
    finally:
        process.kill()
        process.wait()


def test_it_ends_on_request_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with roadside(tmp_path) as (process, port):
        panel = RoadsidePanel("127.0.0.1", port)
        placed = panel.place("car-3des")
        channel = RoadsideLink("127.0.0.1", port).open_card()
        process.send_signal(signal.SIGTERM)
        assert process.wait(scaled(10)) == 0
        with pytest.raises(LinkLostError):
            channel.transmit(bytes.fromhex("00A40000021001"))
    with roadside(tmp_path) as (_, port):
        again = RoadsidePanel("127.0.0.1", port).state()
        assert (again["vehicle"], again["card"]) == (placed["vehicle"], placed["card"])


def test_a_killed_roadside_keeps_what_the_card_had_done(tmp_path: Path) -> None:
    with roadside(tmp_path) as (process, port):
        panel = RoadsidePanel("127.0.0.1", port)
        panel.place("car-3des")
        panel.hold("tag", ins="D6", when="after")
        link = RoadsideLink("127.0.0.1", port, answer_timeout_s=scaled(0.5))
        _, tag = link.open_tag()
        tag.transmit(bytes.fromhex("00A4000002DF01"))
        tag.transmit(bytes.fromhex("00A4000002EF04"))
        with pytest.raises(LinkLostError):
            tag.transmit(bytes.fromhex("00D6013F27" + "AA2900" + "77" * 36))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with roadside(tmp_path) as (_, port):
        assert RoadsidePanel("127.0.0.1", port).state()["tag"]["copy_0019"] == "AA2900" + "77" * 36


def test_the_psam_may_want_its_authorisation(tmp_path: Path) -> None:
    with roadside(tmp_path, "--psam", "required") as (_, port):
        psam = RoadsideLink("127.0.0.1", port).open_psam()
        psam.transmit(bytes.fromhex("00A4000002DF01"))
        answer = psam.transmit(bytes.fromhex("801A480110" + "00" * 16))
        psam.close()
    assert answer == bytes.fromhex("6985")


def test_a_wrong_variant_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "laneside", "virtual", "roadside", "--data", str(tmp_path), "--psam", "maybe"]
    ended = subprocess.run(command, capture_output=True, check=False, timeout=scaled(20))
    assert ended.returncode == 2
    assert b"maybe" in ended.stderr
