"""``laneside virtual reader`` and a roadside with a reader, as processes: what a foreign lane software would meet."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from bench import order_for
from timeouts import scaled, until

from laneside.card.outcome import Debited, Unknown
from laneside.devices.machine import SystemClock
from laneside.devices.serial import SerialLink
from laneside.devices.tcp import TcpLink
from laneside.errors import LinkLostError, NothingPresentedError, SettingError
from laneside.reader.frames.connection_keeper import FrameReaderPolicy
from laneside.reader.frames.reader import FrameReader
from laneside.reader.port import Prepared
from laneside.rsu import SERIAL, TCP
from laneside.virtual.client import ReaderPanel, RoadsidePanel

pytestmark = [pytest.mark.process]

SEARCH_S = scaled(3.0)
READY_S = 20.0


@contextmanager
def running(*words: str, says: str = "reader on ") -> Iterator[str]:
    """Run a command of the virtual group; yield where its reader is, and see that it ends when it is told to."""
    child = subprocess.Popen(
        [sys.executable, "-m", "laneside", "virtual", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        assert line.startswith(says), line + (child.stderr.read() if child.stderr and child.poll() else "")
        yield line.removeprefix(says).strip()
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate(timeout=scaled(10))
        assert (child.returncode, err) == (0, ""), out
    finally:
        child.kill()
        child.communicate()


Attach = Callable[[str], FrameReader]


@pytest.fixture
def host_of() -> Iterator[Attach]:
    """Attach lane software to a device or an address; it is let go at the end."""
    attached: list[FrameReader] = []

    def attach(place: str) -> FrameReader:
        host, _, port = place.rpartition(":")
        serial = place.startswith("/")
        attached.append(
            FrameReader(
                open_link=lambda: SerialLink(place) if serial else TcpLink(host, int(port)),
                clock=SystemClock(),
                policy=FrameReaderPolicy(dialect=SERIAL if serial else TCP),
            )
        )
        return attached[-1]

    yield attach
    for each in attached:
        each.close()


def paid(reader: FrameReader, amount_fen: int) -> Debited:
    presented = reader.read(search_s=SEARCH_S)
    ready = reader.prepare(order_for(presented, amount_fen=amount_fen), search_s=SEARCH_S)
    assert isinstance(ready, Prepared), ready
    outcome = reader.commit(ready)
    assert isinstance(outcome, Debited), outcome
    return outcome


@pytest.mark.parametrize("wire", ["tcp", "pty"])
def test_a_reader_of_its_own_debits_the_named_vehicle(host_of: Attach, tmp_path: Path, wire: str) -> None:
    port_file = tmp_path / "where"
    where = ["--tcp", "0"] if wire == "tcp" else ["--pty", str(tmp_path / "tty")]
    with running(
        "reader", *where, "--vehicle", "car-sm4", "--data", str(tmp_path / "chips"), "--port-file", str(port_file)
    ) as place:
        assert place.startswith("127.0.0.1:" if wire == "tcp" else str(tmp_path))
        assert place.endswith(port_file.read_text(encoding="ascii").strip())
        first = paid(host_of(place), 1045)
    with running("reader", *where, "--data", str(tmp_path / "chips"), "--pace", "0") as place:
        again = host_of(place).read(search_s=SEARCH_S)
        assert again.card is not None
        assert again.card.balance_fen == first.balance_after_fen, "the chips keep what happened to them"
    assert not (tmp_path / "tty").is_symlink()


def test_a_second_vehicle_in_the_field_is_told(host_of: Attach, tmp_path: Path) -> None:
    with running("reader", "--tcp", "0", "--vehicle", "car-sm4", "--beside", "truck-6") as place:
        assert len(host_of(place).read(search_s=SEARCH_S).other_tags) == 1


def test_the_panel_of_a_roadside_works_on_its_reader(host_of: Attach, tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    words = ("roadside", "--data", str(tmp_path / "road"), "--port-file", str(port_file), "--reader-tcp", "0")
    with running(*words, "--reader-pace", "0") as place:
        assert until(port_file.exists, within_s=READY_S)
        address = ("127.0.0.1", int(port_file.read_text(encoding="ascii")))
        lane, panel, reader = RoadsidePanel(*address), ReaderPanel(*address), host_of(place)
        with pytest.raises(NothingPresentedError):
            reader.read(search_s=0.3)
        lane.place("car-sm4", fresh=True)
        before = lane.state()["card"]["balance_fen"]
        order = order_for(reader.read(search_s=SEARCH_S), amount_fen=1045)
        ready = reader.prepare(order, search_s=SEARCH_S)
        assert isinstance(ready, Prepared)
        panel.fault("unplug", "from-reader", code="B5", when="before")
        assert isinstance(reader.commit(ready), Unknown)
        state = panel.state()
        assert (state["powered"], state["host"], state["cuts"], state["heard"]["C6"]) == (False, False, 1, 1)
        assert lane.state()["card"]["balance_fen"] == before - 1045
        assert isinstance(reader.prove(ready.intent, search_s=1), Unknown), "there is no reader"
        panel.plug()
        proved = reader.prove(ready.intent, search_s=SEARCH_S)
        assert isinstance(proved, Debited)
        assert (proved.balance_after_fen, panel.state()["heard"]["C6"]) == (before - 1045, 1)
        panel.put_beside("truck-6")
        assert len(reader.read(search_s=SEARCH_S).other_tags) == 1
        panel.put_beside(None)
        panel.leave()
        with pytest.raises(NothingPresentedError):
            reader.read(search_s=0.3)
        panel.come_back()
        assert reader.read(search_s=SEARCH_S).card is not None


def test_what_the_panel_refuses_it_names(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    words = ("roadside", "--data", str(tmp_path / "road"), "--port-file", str(port_file), "--reader-tcp", "0")
    with running(*words):
        assert until(port_file.exists, within_s=READY_S)
        address = ("127.0.0.1", int(port_file.read_text(encoding="ascii")))
        panel = ReaderPanel(*address)
        RoadsidePanel(*address).place("car-sm4")
        for refused, named in (
            (lambda: panel.put_beside("car-sm4"), "is at the lane"),
            (lambda: panel.put_beside("nobody"), "no vehicle 'nobody'"),
            (lambda: panel.fault("refuse", "from-reader"), "no meaning"),
            (lambda: panel.fault("lose", "card", code="8054"), "one byte"),
            (lambda: panel.await_held(timeout_s=0.05), "held back within"),
        ):
            with pytest.raises(SettingError, match=named):
                refused()
        panel.fault("hold", "card", code="54", skip=2)
        (planned,) = panel.state()["faults"]
        assert (planned["kind"], planned["place"], planned["code"], planned["skip"]) == ("hold", "card", "54", 2)
        assert panel.clear_faults()["faults"] == []


def test_the_chips_of_a_roadside_with_a_reader_are_the_readers(tmp_path: Path) -> None:
    from laneside.virtual.client import RoadsideLink

    port_file = tmp_path / "port"
    words = ("roadside", "--data", str(tmp_path / "road"), "--port-file", str(port_file), "--reader-tcp", "0")
    with running(*words):
        assert until(port_file.exists, within_s=READY_S)
        address = ("127.0.0.1", int(port_file.read_text(encoding="ascii")))
        RoadsidePanel(*address).place("car-sm4")
        for opening in (RoadsideLink(*address).open_card, RoadsideLink(*address).open_psam):
            with pytest.raises(NothingPresentedError):
                opening()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("reader",), "one wire: --tcp or --pty"),
        (("reader", "--tcp", "0", "--pty", "tty"), "one wire: --tcp or --pty"),
        (("reader", "--tcp", "0", "--vehicle", "nobody"), "no vehicle 'nobody'"),
        (("reader", "--tcp", "0", "--several", "never"), "--several"),
        (("reader", "--pty", "/nowhere/at/all"), "/nowhere/at/all"),
        (("reader", "--tcp", "0", "--settings", "pyproject.toml"), "pyproject.toml: rsu."),
        (("reader", "--tcp", "192.0.2.1:0"), "192.0.2.1"),
    ],
)
def test_what_can_not_be_started_says_why(words: tuple[str, ...], named: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "laneside", "virtual", *words],
        capture_output=True,
        text=True,
        timeout=scaled(30),
        check=False,
    )
    assert (ran.returncode, "Traceback" in ran.stderr) == (1, False)
    assert named in ran.stderr


def test_a_line_without_a_reader_is_a_lost_link(host_of: Attach, tmp_path: Path) -> None:
    with pytest.raises(LinkLostError):
        host_of(str(tmp_path / "nothing")).read(search_s=0.1)
