"""What a terminal is connected to, as its folder keeps it."""

from __future__ import annotations

import pytest

from laneside.errors import PlainHttpError
from laneside.rsu import SERIAL
from laneside.sync.folder import DiskFolder
from laneside.terminal.reader_choice import (
    Connections,
    PcscReaders,
    RoadsideChips,
    SerialReader,
    TcpReader,
    refuse_plain_http,
)
from laneside.terminal.root import TerminalSettings

CHOICES = (
    RoadsideChips(),
    PcscReaders(card="card", psam="psam"),
    SerialReader(device="/dev/ttyUSB0", baud_rate=57600, settings={"c6_form": 67}),
    TcpReader(host="10.0.0.9", port=9600),
)


def test_connections_are_kept(tmp_path):
    folder = DiskFolder(tmp_path)
    assert Connections.load(folder) is None
    for choice in CHOICES:
        kept = Connections(
            centre_url="http://127.0.0.1:1", reader=choice, roadside=("127.0.0.1", 2), pages_url="http://127.0.0.1:3"
        )
        kept.save(folder)
        assert Connections.load(folder) == kept


def test_a_damaged_file_is_as_good_as_none(tmp_path):
    folder = DiskFolder(tmp_path)
    folder.write("attached.json", b"{")
    assert Connections.load(folder) is None


def test_a_file_of_the_first_release_is_read(tmp_path):
    folder = DiskFolder(tmp_path)
    body = (
        b'{"centre_url":"http://c","lane_link":false,"pages_url":"http://p",'
        b'"reader":{"baud_rate":115200,"device":"/dev/ttyUSB0","kind":"serial","settings":{"c6_form":67}},'
        b'"roadside":["127.0.0.1",7]}'
    )
    folder.write("attached.json", body)
    kept = Connections.load(folder)
    assert kept == Connections(
        centre_url="http://c",
        reader=SerialReader(device="/dev/ttyUSB0", settings={"c6_form": 67}),
        roadside=("127.0.0.1", 7),
        lane_link=False,
        pages_url="http://p",
    )
    assert kept.reader.policy.dialect.name is SERIAL.name
    kept.save(folder)
    assert folder.read("attached.json") == body


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1", "HTTP://centre.example:8080/", "http://localhost.example", "http://[2001:db8::1]:80"]
)
def test_plain_http_to_another_host_is_refused_with_a_remedy(url):
    with pytest.raises(PlainHttpError, match="未加密") as refused:
        refuse_plain_http(url)
    assert (refused.value.code, "add --plain-http-to-centre" in str(refused.value)) == ("plain-http", True)


@pytest.mark.parametrize(
    "url", ["https://centre.example", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:80"]
)
def test_tls_and_this_machine_need_no_word(url):
    refuse_plain_http(url)


def test_who_says_so_gets_plain_http(tmp_path):
    elsewhere = Connections(centre_url="http://10.0.0.1", roadside=("127.0.0.1", 9))
    with pytest.raises(PlainHttpError):
        TerminalSettings(data=tmp_path, connections=elsewhere)
    assert TerminalSettings(data=tmp_path, connections=elsewhere, plain_http_to_centre=True).plain_http_to_centre
