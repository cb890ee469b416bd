"""The client over the wire: chips with literal commands, power, holds and cuts at single exchanges; the lane."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from timeouts import scaled, until

from laneside.errors import LinkLostError, NothingPresentedError, SettingError
from laneside.passage.lane import Conclusion, LaneLink, Waiting
from laneside.virtual.client import RoadsideChannel, RoadsideLink, VirtualLane

PAID = Conclusion(
    passage_id="p1",
    open_barrier=True,
    display="10.45",
    voice="一路平安",
    paid_card_id="62012219230200000001",
    paid_contract_serial="6201011900000001",
)

SELECT = "00A40000021001"
INITIALISE = "805003020B" + "01" + "00000415" + "620100001001" + "0F"
CAPP = "AA290062010A0B11663878F7010600000000000000" + "B8CA41313233343500000000" + "0000000000" + "FF00000415"
CACHE = "80DCAAC82B" + CAPP


def told(channel: RoadsideChannel, command: str) -> str:
    return channel.transmit(bytes.fromhex(command)).hex().upper()


@contextlib.contextmanager
def powered(channel: RoadsideChannel) -> Iterator[RoadsideChannel]:
    try:
        yield channel
    finally:
        channel.close()


def ready_to_debit(card: RoadsideChannel, psam: RoadsideChannel) -> str:
    """Bring both chips before 8054 and return it."""
    told(card, SELECT)
    opened = told(card, INITIALISE)
    assert opened.endswith("9000")
    told(psam, "00A4000002DF01")
    balance, counter, rest = opened[:8], opened[8:12], opened[18:30]
    assert balance == "0000C350"
    key_version, algorithm, challenge = rest[:2], rest[2:4], rest[4:12]
    purchase = challenge + counter + "00000415" + "09" + "20240506120000" + key_version + algorithm
    answer = told(psam, "8070000024" + purchase + "2219230200000001" + "B8CACBE0" * 2 + "08")
    assert answer.endswith("9000")
    assert told(card, CACHE) == "9000"
    return "805401000F" + answer[:8] + "20240506120000" + answer[8:16] + "08"


def balance_at(roadside) -> int:
    return roadside.panel.state()["card"]["balance_fen"]


def test_a_card_answers_over_the_wire(roadside) -> None:
    roadside.panel.place("car-3des")
    with powered(roadside.link.open_card()) as card:
        assert card.atr == bytes.fromhex("3B888001") + b"LANESIDE" + b"\x14"
        assert told(card, SELECT).endswith("9000")
        issue = told(card, "00B0950032")
        assert issue[:16] == "B8CACBE062010001"
        assert issue[56:80] == "B8CA41313233343500000000"
        assert told(card, "805C000204") == "0000C3509000"
        assert told(card, "00B0950033") == "6C32"


def test_a_whole_purchase_over_two_channels(roadside) -> None:
    roadside.panel.place("car-3des")
    before = roadside.panel.state()["card"]
    with powered(roadside.link.open_card()) as card, powered(roadside.link.open_psam()) as psam:
        answer = told(card, ready_to_debit(card, psam))
        assert answer.endswith("9000")
        assert told(psam, "8072000004" + answer[8:16]) == "9000"
    after = roadside.panel.state()["card"]
    assert after["balance_fen"] == before["balance_fen"] - 0x415
    assert after["counter"] == before["counter"] + 1
    assert after["file_0019"] == CAPP


def test_a_tag_tells_its_presence_and_its_files(roadside) -> None:
    roadside.panel.place("car-sm4")
    presence, channel = roadside.link.open_tag()
    with powered(channel) as tag:
        assert (presence.mac_id.hex().upper(), presence.status) == ("3A620102", 0x00)
        told(tag, "00A40000023F00")
        assert told(tag, "00B081001B")[20:36] == "6201011900000002"


def test_nobody_there_is_said_so(roadside) -> None:
    for opening in (roadside.link.open_card, roadside.link.open_tag):
        with pytest.raises(NothingPresentedError):
            opening()
    roadside.panel.place("tag-without-card")
    with pytest.raises(NothingPresentedError):
        roadside.link.open_card()
    presence, tag = roadside.link.open_tag()
    tag.close()
    assert presence.status == 0x80
    roadside.panel.insert_card()
    roadside.link.open_card().close()


def test_no_roadside_is_a_lost_link() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(LinkLostError):
        RoadsideLink("127.0.0.1", port).open_psam()


def test_something_else_on_the_port_is_a_lost_link() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        def talk_nonsense() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(64)
                client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=talk_nonsense)
        thread.start()
        with pytest.raises(LinkLostError):
            RoadsideLink("127.0.0.1", port).open_psam()
        thread.join()


def test_hanging_up_takes_the_power_and_what_was_volatile(roadside) -> None:
    roadside.panel.place("car-3des")
    with powered(roadside.link.open_psam()) as psam:
        with powered(roadside.link.open_card()) as card:
            debit = ready_to_debit(card, psam)
        with powered(roadside.link.open_card()) as card:
            told(card, SELECT)
            assert told(card, debit) == "6985"
    assert balance_at(roadside) == 50_000


def test_a_second_client_takes_the_chip_over(roadside) -> None:
    roadside.panel.place("car-3des")
    first = roadside.link.open_card()
    told(first, SELECT)
    with powered(roadside.link.open_card()) as second:
        assert told(second, SELECT).endswith("9000")
        with pytest.raises(LinkLostError):
            first.transmit(bytes.fromhex(SELECT))
        assert told(second, "805C000204").endswith("9000")


def test_a_vehicle_that_leaves_takes_its_chips_along(roadside) -> None:
    roadside.panel.place("car-3des")
    with powered(roadside.link.open_card()) as card:
        told(card, SELECT)
        roadside.panel.remove()
        with pytest.raises(LinkLostError):
            card.transmit(bytes.fromhex("805C000204"))


def test_a_withdrawn_card_leaves_its_tag_behind(roadside) -> None:
    roadside.panel.place("car-3des")
    _, tag = roadside.link.open_tag()
    with powered(tag), powered(roadside.link.open_card()) as card:
        roadside.panel.withdraw_card()
        with pytest.raises(LinkLostError):
            card.transmit(bytes.fromhex(SELECT))
        assert told(tag, "00A40000023F00").endswith("9000")
    assert roadside.panel.state()["tag"]["status"] == 0x80


@pytest.mark.parametrize(("when", "balance_fen"), [("before", 50_000), ("after", 50_000 - 0x415)])
def test_a_cut_loses_the_answer_before_or_after_the_card_acted(roadside, when: str, balance_fen: int) -> None:
    roadside.panel.place("car-3des")
    roadside.panel.cut("card", ins="54", when=when)
    with powered(roadside.link.open_card()) as card, powered(roadside.link.open_psam()) as psam:
        debit = ready_to_debit(card, psam)
        with pytest.raises(LinkLostError):
            card.transmit(bytes.fromhex(debit))
        with pytest.raises(LinkLostError):
            card.transmit(bytes.fromhex(SELECT))
    assert balance_at(roadside) == balance_fen
    assert roadside.panel.state()["faults"] == []
    with powered(roadside.link.open_card()) as card:
        told(card, SELECT)


def test_a_cut_can_wait_for_the_nth_exchange(roadside) -> None:
    roadside.panel.place("car-3des")
    roadside.panel.cut("card", when="before", skip=2)
    with powered(roadside.link.open_card()) as card:
        told(card, SELECT)
        told(card, "805C000204")
        with pytest.raises(LinkLostError):
            card.transmit(bytes.fromhex("805C000204"))


@pytest.mark.parametrize(("when", "balance_fen"), [("before", 50_000), ("after", 50_000 - 0x415)])
def test_a_card_pulled_at_the_debit_is_gone(roadside, when: str, balance_fen: int) -> None:
    roadside.panel.place("car-3des")
    roadside.panel.withdraw_card_at("card", ins="54", when=when)
    with powered(roadside.link.open_card()) as card, powered(roadside.link.open_psam()) as psam:
        debit = ready_to_debit(card, psam)
        with pytest.raises(LinkLostError):
            card.transmit(bytes.fromhex(debit))
    state = roadside.panel.state()
    assert (state["card"]["inserted"], state["card"]["balance_fen"]) == (False, balance_fen)
    with pytest.raises(NothingPresentedError):
        roadside.link.open_card()


@pytest.mark.parametrize(("when", "while_held_fen"), [("before", 50_000), ("after", 50_000 - 0x415)])
def test_a_held_answer_comes_when_it_is_released(roadside, when: str, while_held_fen: int) -> None:
    roadside.panel.place("car-3des")
    roadside.panel.hold("card", ins="54", when=when)
    answers: list[str] = []
    with powered(roadside.link.open_card()) as card, powered(roadside.link.open_psam()) as psam:
        debit = ready_to_debit(card, psam)
        thread = threading.Thread(target=lambda: answers.append(told(card, debit)))
        thread.start()
        roadside.panel.await_held("card")
        state = roadside.panel.state()
        assert (state["held"], state["card"]["balance_fen"], answers) == (["card"], while_held_fen, [])
        roadside.panel.release()
        thread.join()
    assert answers[0].endswith("9000")
    assert len(answers[0]) == 20
    assert balance_at(roadside) == 50_000 - 0x415
    assert roadside.panel.state()["held"] == []


@pytest.mark.parametrize(("when", "balance_fen"), [("before", 50_000), ("after", 50_000 - 0x415)])
def test_a_client_that_dies_while_held_leaves_what_the_card_had_done(roadside, when: str, balance_fen: int) -> None:
    roadside.panel.place("car-3des")
    roadside.panel.hold("card", ins="54", when=when)
    impatient_link = RoadsideLink(*roadside.address, answer_timeout_s=scaled(0.3))
    with powered(impatient_link.open_card()) as card, powered(roadside.link.open_psam()) as psam:
        impatient(card, ready_to_debit(card, psam))
    assert until(lambda: roadside.panel.state()["held"] == [], within_s=5)
    assert balance_at(roadside) == balance_fen
    with powered(roadside.link.open_card()) as card:
        told(card, SELECT)
        assert told(card, "805C000204") == f"{balance_fen:08X}9000"


def test_an_answer_that_is_held_too_long_is_a_lost_link(roadside) -> None:
    roadside.panel.place("car-3des")
    roadside.panel.hold("card", ins="A4", when="after")
    link = RoadsideLink(*roadside.address, answer_timeout_s=scaled(0.2))
    with powered(link.open_card()) as card, pytest.raises(LinkLostError):
        card.transmit(bytes.fromhex(SELECT))
    assert until(lambda: roadside.panel.state()["held"] == [], within_s=5)


def test_a_held_chip_can_be_taken_over_and_the_old_command_is_void(roadside) -> None:
    roadside.panel.place("car-3des")
    roadside.panel.hold("card", ins="54", when="before")
    with powered(roadside.link.open_psam()) as psam:
        first = roadside.link.open_card()
        debit = ready_to_debit(first, psam)
        thread = threading.Thread(target=lambda: impatient(first, debit))
        thread.start()
        roadside.panel.await_held("card")
        with powered(roadside.link.open_card()) as second:
            roadside.panel.release()
            told(second, SELECT)
            thread.join()
            assert told(second, "805C000204") == "0000C3509000"
        first.close()


def test_clearing_releases_and_forgets(roadside) -> None:
    roadside.panel.place("car-3des")
    roadside.panel.hold("card", ins="A4")
    roadside.panel.cut("card", ins="5C")
    with powered(roadside.link.open_card()) as card:
        thread = threading.Thread(target=lambda: told(card, SELECT))
        thread.start()
        roadside.panel.await_held("card")
        roadside.panel.clear_faults()
        thread.join()
        assert told(card, "805C000204").endswith("9000")


@pytest.mark.parametrize("frame", [b"\xff\xff\xff\xff", b"\x00\x00\x00\x04mast", b"\x00\x00\x00\x02\xff\xfe"])
def test_broken_hellos_are_hung_up_on_and_harm_nobody(roadside, frame: bytes) -> None:
    with socket.create_connection(roadside.address) as rude:
        rude.sendall(frame)
        rude.settimeout(scaled(2.0))
        assert rude.recv(16) == b""
    roadside.panel.place("car-3des")


def test_an_exchange_takes_no_delayed_acknowledgements(roadside) -> None:
    """Forty-four milliseconds per APDU are the sign of Nagle's algorithm against a delayed acknowledgement."""
    roadside.panel.place("car-3des")
    with powered(roadside.link.open_card()) as card:
        told(card, SELECT)
        began = time.monotonic()
        for _ in range(50):
            told(card, "805C000204")
        assert time.monotonic() - began < scaled(50 * 0.02)


def impatient(card: RoadsideChannel, command: str) -> None:
    """Wait for an answer that does not come, and hang up."""
    try:
        card.transmit(bytes.fromhex(command))
    except LinkLostError:
        card.close()


# --- the lane


def test_a_vehicle_through_the_lane(roadside) -> None:
    lane: LaneLink = roadside.lane
    roadside.panel.place("car-3des")
    lane.occupy("62010A0B11")
    assert lane.waiting() == Waiting(captured_plate="甘A12345")
    lane.conclude(PAID)
    seen = roadside.panel.state()["lane"]
    assert (seen["occupied"], seen["barrier"], seen["display"]) == ("62010A0B11", "open", "10.45")
    assert [mark["card_id"] for mark in seen["paid"]] == ["62012219230200000001"]
    lane.release()
    assert roadside.panel.state()["lane"]["occupied"] is None


def test_saying_an_end_again_after_a_lost_answer_is_harmless(roadside) -> None:
    roadside.panel.place("car-3des")
    roadside.panel.cut("lane", ins="conclude", when="after")
    with pytest.raises(LinkLostError):
        roadside.lane.conclude(PAID)
    assert roadside.panel.state()["lane"]["barrier"] == "open"
    roadside.panel.remove()
    roadside.lane.conclude(PAID)
    seen = roadside.panel.state()["lane"]
    assert (seen["barrier"], len(seen["paid"])) == ("closed", 1)


def test_an_end_that_never_arrived_can_be_said_later(roadside) -> None:
    roadside.panel.place("car-3des")
    roadside.panel.cut("lane", ins="conclude", when="before")
    with pytest.raises(LinkLostError):
        roadside.lane.conclude(PAID)
    assert roadside.panel.state()["lane"]["barrier"] == "closed"
    roadside.lane.conclude(PAID)
    assert roadside.panel.state()["lane"]["barrier"] == "open"


def test_what_the_antenna_left_open_is_told_until_it_is_paid(roadside) -> None:
    roadside.panel.place("lane-left-unfinished")
    trade = roadside.lane.waiting().open_trade
    assert trade is not None
    assert (trade.card_id, trade.terminal_number) == ("62012219230200000018", "620100009911")
    assert (trade.amount_fen, trade.sent_at, len(trade.transaction_number)) == (1045, "20240506115900", 8)
    roadside.lane.conclude(Conclusion(passage_id="p9", open_barrier=True, display="", paid_card_id=trade.card_id))
    assert roadside.lane.waiting().open_trade is None


def test_a_lane_of_another_station_is_refused(roadside) -> None:
    with pytest.raises(SettingError, match="62010A0C11"):
        roadside.lane.occupy("62010A0C11")


def test_a_lane_without_a_roadside_is_a_lost_link(roadside) -> None:
    with pytest.raises(LinkLostError):
        VirtualLane("127.0.0.1", 1).waiting()
    assert roadside.lane.attached


# --- what it loads


def test_a_terminal_before_a_roadside_loads_no_key_and_no_chip(roadside, tmp_path) -> None:
    """A process of its own makes the whole terminal, reads a vehicle with it and lists what it has loaded."""
    roadside.panel.place("car-3des")
    script = TERMINAL.format(folder=str(tmp_path), address=roadside.address)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    plate, modules = done.stdout.splitlines()[-2:]  # behind what the terminal logs
    loaded = modules.split()
    assert plate == "甘A12345"
    assert "laneside.virtual.client" in loaded
    assert "laneside.terminal.root" in loaded
    assert [name for name in loaded if name.startswith(("laneside.cardcrypto", "laneside.virtual.chips"))] == []


TERMINAL = """
import sys
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from laneside.sync.folder import DiskFolder
from laneside.sync.identity import Identity
from laneside.terminal.reader_choice import Connections
from laneside.terminal.root import Terminal, TerminalSettings
from laneside.terminal.app import create_app

folder = Path({folder!r})
key = Ed25519PrivateKey.generate()
centre_key = key.public_key().public_bytes_raw()
Identity(terminal_id="T1", slot=7, station_hex="62010A0B", centre_key=centre_key, key=key).save(
    DiskFolder(folder / "device")
)
connections = Connections(centre_url="http://127.0.0.1:9", roadside={address!r})
terminal = Terminal(TerminalSettings(data=folder, connections=connections, demo=True))
try:
    terminal.start()
    create_app(terminal.services)
    print(terminal._reader.read(search_s=2.0).card.issue.plate)
finally:
    terminal.close()
print(*sorted(sys.modules))
"""
