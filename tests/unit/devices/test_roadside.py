"""Chips over the wire: literal commands in, the spec's bytes out; power; holds and cuts at single exchanges."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from timeouts import scaled, until

from laneside.devices import RoadsideChannel, RoadsideLink
from laneside.errors import LinkLostError, NothingPresentedError

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


def balance_at(street) -> int:
    return street.panel.state()["card"]["balance_fen"]


def test_a_card_answers_over_the_wire(street) -> None:
    street.panel.place("car-3des")
    with powered(street.link.open_card()) as card:
        assert card.atr == bytes.fromhex("3B888001") + b"LANESIDE" + b"\x14"
        assert told(card, SELECT).endswith("9000")
        issue = told(card, "00B0950032")
        assert issue[:16] == "B8CACBE062010001"
        assert issue[56:80] == "B8CA41313233343500000000"
        assert told(card, "805C000204") == "0000C3509000"
        assert told(card, "00B0950033") == "6C32"


def test_a_whole_purchase_over_two_channels(street) -> None:
    street.panel.place("car-3des")
    before = street.panel.state()["card"]
    with powered(street.link.open_card()) as card, powered(street.link.open_psam()) as psam:
        answer = told(card, ready_to_debit(card, psam))
        assert answer.endswith("9000")
        assert told(psam, "8072000004" + answer[8:16]) == "9000"
    after = street.panel.state()["card"]
    assert after["balance_fen"] == before["balance_fen"] - 0x415
    assert after["counter"] == before["counter"] + 1
    assert after["file_0019"] == CAPP


def test_a_tag_tells_its_presence_and_its_files(street) -> None:
    street.panel.place("car-sm4")
    presence, channel = street.link.open_tag()
    with powered(channel) as tag:
        assert (presence.mac_id.hex().upper(), presence.status) == ("3A620102", 0x00)
        told(tag, "00A40000023F00")
        assert told(tag, "00B081001B")[20:36] == "6201011900000002"


def test_nobody_there_is_said_so(street) -> None:
    for opening in (street.link.open_card, street.link.open_tag):
        with pytest.raises(NothingPresentedError):
            opening()
    street.panel.place("tag-without-card")
    with pytest.raises(NothingPresentedError):
        street.link.open_card()
    presence, tag = street.link.open_tag()
    tag.close()
    assert presence.status == 0x80
    street.panel.insert_card()
    street.link.open_card().close()


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


def test_hanging_up_takes_the_power_and_what_was_volatile(street) -> None:
    street.panel.place("car-3des")
    with powered(street.link.open_psam()) as psam:
        with powered(street.link.open_card()) as card:
            debit = ready_to_debit(card, psam)
        with powered(street.link.open_card()) as card:
            told(card, SELECT)
            assert told(card, debit) == "6985"
    assert balance_at(street) == 50_000


def test_a_second_client_takes_the_chip_over(street) -> None:
    street.panel.place("car-3des")
    first = street.link.open_card()
    told(first, SELECT)
    with powered(street.link.open_card()) as second:
        assert told(second, SELECT).endswith("9000")
        with pytest.raises(LinkLostError):
            first.transmit(bytes.fromhex(SELECT))
        assert told(second, "805C000204").endswith("9000")


def test_a_vehicle_that_leaves_takes_its_chips_along(street) -> None:
    street.panel.place("car-3des")
    with powered(street.link.open_card()) as card:
        told(card, SELECT)
        street.panel.remove()
        with pytest.raises(LinkLostError):
            card.transmit(bytes.fromhex("805C000204"))


def test_a_withdrawn_card_leaves_its_tag_behind(street) -> None:
    street.panel.place("car-3des")
    _, tag = street.link.open_tag()
    with powered(tag), powered(street.link.open_card()) as card:
        street.panel.withdraw_card()
        with pytest.raises(LinkLostError):
            card.transmit(bytes.fromhex(SELECT))
        assert told(tag, "00A40000023F00").endswith("9000")
    assert street.panel.state()["tag"]["status"] == 0x80


@pytest.mark.parametrize(("when", "balance_fen"), [("before", 50_000), ("after", 50_000 - 0x415)])
def test_a_cut_loses_the_answer_before_or_after_the_card_acted(street, when: str, balance_fen: int) -> None:
    street.panel.place("car-3des")
    street.panel.cut("card", ins="54", when=when)
    with powered(street.link.open_card()) as card, powered(street.link.open_psam()) as psam:
        debit = ready_to_debit(card, psam)
        with pytest.raises(LinkLostError):
            card.transmit(bytes.fromhex(debit))
        with pytest.raises(LinkLostError):
            card.transmit(bytes.fromhex(SELECT))
    assert balance_at(street) == balance_fen
    assert street.panel.state()["faults"] == []
    with powered(street.link.open_card()) as card:
        told(card, SELECT)


def test_a_cut_can_wait_for_the_nth_exchange(street) -> None:
    street.panel.place("car-3des")
    street.panel.cut("card", when="before", skip=2)
    with powered(street.link.open_card()) as card:
        told(card, SELECT)
        told(card, "805C000204")
        with pytest.raises(LinkLostError):
            card.transmit(bytes.fromhex("805C000204"))


@pytest.mark.parametrize(("when", "balance_fen"), [("before", 50_000), ("after", 50_000 - 0x415)])
def test_a_card_pulled_at_the_debit_is_gone(street, when: str, balance_fen: int) -> None:
    street.panel.place("car-3des")
    street.panel.withdraw_card_at("card", ins="54", when=when)
    with powered(street.link.open_card()) as card, powered(street.link.open_psam()) as psam:
        debit = ready_to_debit(card, psam)
        with pytest.raises(LinkLostError):
            card.transmit(bytes.fromhex(debit))
    state = street.panel.state()
    assert (state["card"]["inserted"], state["card"]["balance_fen"]) == (False, balance_fen)
    with pytest.raises(NothingPresentedError):
        street.link.open_card()


@pytest.mark.parametrize(("when", "while_held_fen"), [("before", 50_000), ("after", 50_000 - 0x415)])
def test_a_held_answer_comes_when_it_is_released(street, when: str, while_held_fen: int) -> None:
    street.panel.place("car-3des")
    street.panel.hold("card", ins="54", when=when)
    answers: list[str] = []
    with powered(street.link.open_card()) as card, powered(street.link.open_psam()) as psam:
        debit = ready_to_debit(card, psam)
        thread = threading.Thread(target=lambda: answers.append(told(card, debit)))
        thread.start()
        street.panel.await_held("card")
        state = street.panel.state()
        assert (state["held"], state["card"]["balance_fen"], answers) == (["card"], while_held_fen, [])
        street.panel.release()
        thread.join()
    assert answers[0].endswith("9000")
    assert len(answers[0]) == 20
    assert balance_at(street) == 50_000 - 0x415
    assert street.panel.state()["held"] == []


@pytest.mark.parametrize(("when", "balance_fen"), [("before", 50_000), ("after", 50_000 - 0x415)])
def test_a_client_that_dies_while_held_leaves_what_the_card_had_done(street, when: str, balance_fen: int) -> None:
    street.panel.place("car-3des")
    street.panel.hold("card", ins="54", when=when)
    impatient_link = RoadsideLink(*street.address, answer_timeout_s=scaled(0.3))
    with powered(impatient_link.open_card()) as card, powered(street.link.open_psam()) as psam:
        impatient(card, ready_to_debit(card, psam))
    assert until(lambda: street.panel.state()["held"] == [], within_s=5)
    assert balance_at(street) == balance_fen
    with powered(street.link.open_card()) as card:
        told(card, SELECT)
        assert told(card, "805C000204") == f"{balance_fen:08X}9000"


def test_an_answer_that_is_held_too_long_is_a_lost_link(street) -> None:
    street.panel.place("car-3des")
    street.panel.hold("card", ins="A4", when="after")
    link = RoadsideLink(*street.address, answer_timeout_s=scaled(0.2))
    with powered(link.open_card()) as card, pytest.raises(LinkLostError):
        card.transmit(bytes.fromhex(SELECT))
    assert until(lambda: street.panel.state()["held"] == [], within_s=5)


def test_a_held_chip_can_be_taken_over_and_the_old_command_is_void(street) -> None:
    street.panel.place("car-3des")
    street.panel.hold("card", ins="54", when="before")
    with powered(street.link.open_psam()) as psam:
        first = street.link.open_card()
        debit = ready_to_debit(first, psam)
        thread = threading.Thread(target=lambda: impatient(first, debit))
        thread.start()
        street.panel.await_held("card")
        with powered(street.link.open_card()) as second:
            street.panel.release()
            told(second, SELECT)
            thread.join()
            assert told(second, "805C000204") == "0000C3509000"
        first.close()


def test_clearing_releases_and_forgets(street) -> None:
    street.panel.place("car-3des")
    street.panel.hold("card", ins="A4")
    street.panel.cut("card", ins="5C")
    with powered(street.link.open_card()) as card:
        thread = threading.Thread(target=lambda: told(card, SELECT))
        thread.start()
        street.panel.await_held("card")
        street.panel.clear_faults()
        thread.join()
        assert told(card, "805C000204").endswith("9000")


@pytest.mark.parametrize("frame", [b"\xff\xff\xff\xff", b"\x00\x00\x00\x04mast", b"\x00\x00\x00\x02\xff\xfe"])
def test_broken_hellos_are_hung_up_on_and_harm_nobody(street, frame: bytes) -> None:
    with socket.create_connection(street.address) as rude:
        rude.sendall(frame)
        rude.settimeout(scaled(2.0))
        assert rude.recv(16) == b""
    street.panel.place("car-3des")


def test_an_exchange_takes_no_delayed_acknowledgements(street) -> None:
    """Forty-four milliseconds per APDU are the sign of Nagle's algorithm against a delayed acknowledgement."""
    street.panel.place("car-3des")
    with powered(street.link.open_card()) as card:
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
