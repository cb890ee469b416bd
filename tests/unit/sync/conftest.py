"""A terminal's side of the exchange over a centre in memory."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from memory_centre import MemoryCentre

from laneside.contract.parameters import (
    DocumentKind,
    Parameters,
    Policy,
    Station,
    StatusListFull,
    TariffRow,
    TariffTable,
    VirtualEntry,
)
from laneside.journal import schema
from laneside.journal.journal import Journal
from laneside.sync.agreement import Agreement
from laneside.sync.centre_client import CentreClient
from laneside.sync.folder import DiskFolder
from laneside.sync.identity import Identity
from laneside.sync.link import CentreLink

STATION = "62010A0B"

ROW = TariffRow(station_hex="62010A0B", toll_class=1, fee_fen=1100, fee95_fen=1045)


class HandClock:
    def __init__(self):
        self.at = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
        self.ticks_s = 1000.0

    def now(self):
        return self.at

    def monotonic_s(self):
        return self.ticks_s

    def sleep(self, seconds):
        self.at += timedelta(seconds=seconds)
        self.ticks_s += seconds


def parameters(station_hex=STATION, name="兰州南"):
    entry = VirtualEntry(lane_id="G" + "0" * 20, lane_hex=station_hex + "99", station_name="虚拟入口")
    station = Station(station_hex=station_hex, name=name, lanes=(), virtual_entry=entry)
    return Parameters(station=station, operators=(), shifts=(), policy=Policy())


def tariff(rate_version="6220260701001"):
    return TariffTable(rate_version=rate_version, rows=(ROW,))


def status_list(version="202607010800"):
    return StatusListFull(list_version=version, made_at=datetime(2026, 7, 1, tzinfo=UTC), rows=())


BODIES = {
    DocumentKind.PARAMETERS: parameters,
    DocumentKind.TARIFF: tariff,
    DocumentKind.STATUS_LIST: status_list,
}


@pytest.fixture
def bodies():
    return BODIES


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def centre(clock):
    return MemoryCentre(clock)


@pytest.fixture
def client(centre):
    transport = httpx2.MockTransport(centre.answer)
    with httpx2.Client(transport=transport, base_url="https://centre.example") as client:
        yield client


@pytest.fixture
def link(client):
    return CentreLink(client)


@pytest.fixture
def folder(tmp_path):
    return DiskFolder(tmp_path / "device")


@pytest.fixture
def identity(centre):
    key = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
    centre.devices["T1"] = key.public_key().public_bytes_raw()
    return Identity(terminal_id="T1", slot=7, station_hex=STATION, centre_key=centre.public_key, key=key)


@pytest.fixture
def agreement(journal):
    return Agreement(journal)


@pytest.fixture
def remote(link, identity, clock, agreement):
    return CentreClient(link, identity, clock=clock, items=agreement)


@pytest.fixture
def journal_path(tmp_path):
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(journal_path, clock):
    with closing(sqlite3.connect(journal_path, check_same_thread=False)) as connection:
        schema.prepare(connection)
        yield Journal(connection, clock=clock, terminal_id="T1")
