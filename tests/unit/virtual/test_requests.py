"""The panel: vehicles come and go, pictures are taken, and what makes no sense is refused in words."""

from __future__ import annotations

import io
import socket

import pytest
from marker import read_marker
from PIL import Image
from timeouts import scaled

from laneside.errors import SettingError
from laneside.virtual.vehicles import VEHICLES


def test_the_vehicles_are_those_of_the_command_line(roadside) -> None:
    assert [row["name"] for row in roadside.panel.vehicles()] == [vehicle.name for vehicle in VEHICLES]


@pytest.mark.parametrize("vehicle", VEHICLES, ids=lambda vehicle: vehicle.name)
def test_every_vehicle_can_stand_at_the_lane(roadside, vehicle) -> None:
    state = roadside.panel.place(vehicle.name)
    assert state["vehicle"]["name"] == vehicle.name
    assert (state["card"]["card_id"], state["card"]["inserted"]) == (vehicle.card_id, vehicle.card_inserted)
    assert state["card"]["balance_fen"] == vehicle.card.balance_fen
    assert state["tag"]["contract_serial"] == vehicle.tag.contract_serial
    assert state["tag"]["copy_0019"] == state["card"]["file_0019"][:78]
    assert state["lane"]["captured_plate"] == vehicle.plate
    assert state["psam"]["terminal_number"] == "620100001001"


def test_the_picture_is_the_vehicles(roadside) -> None:
    roadside.panel.place("car-sm4")
    jpeg = roadside.panel.picture()
    with Image.open(io.BytesIO(jpeg)) as image:
        assert (image.format, image.size) == ("JPEG", (1280, 960))
    assert read_marker(jpeg) == 0x5A02
    roadside.panel.remove()
    assert read_marker(roadside.panel.picture()) == 0x1A9E


def test_fresh_chips_have_their_first_balance_again(roadside) -> None:
    first = roadside.panel.place("car-3des")["card"]
    again = roadside.panel.place("car-3des", fresh=True)["card"]
    assert again["balance_fen"] == first["balance_fen"]
    assert again["counter"] > first["counter"]


def test_removing_twice_is_harmless(roadside) -> None:
    roadside.panel.place("car-3des")
    assert roadside.panel.remove()["vehicle"] is None
    assert roadside.panel.remove()["vehicle"] is None


def test_what_makes_no_sense_is_refused_in_words(roadside) -> None:
    with pytest.raises(SettingError, match="there are: car-3des"):
        roadside.panel.place("lorry")
    with pytest.raises(SettingError, match="no vehicle"):
        roadside.panel.insert_card()
    with pytest.raises(SettingError, match="channel"):
        roadside.panel.hold("barrier")
    with pytest.raises(SettingError, match="during"):
        roadside.panel.cut("card", when="during")
    with pytest.raises(SettingError, match="held back"):
        roadside.panel.await_held("card", timeout_s=0.05)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"op":"fly"}', b'{"op":"place"}', b"\xff"])
def test_garbage_is_answered_and_the_connection_lives_on(roadside, body: bytes) -> None:
    with socket.create_connection(roadside.address) as link:
        link.settimeout(scaled(2.0))
        said(link, b"panel")
        assert b'"ok":false' in said(link, body)
        assert b'"ok":true' in said(link, b'{"op":"state"}')


def said(link: socket.socket, body: bytes) -> bytes:
    link.sendall(len(body).to_bytes(4, "big") + body)
    answer = link.makefile("rb")
    with answer:
        length = int.from_bytes(answer.read(4), "big")
        return answer.read(length)
