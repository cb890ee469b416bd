"""A centre in memory behind a real HTTP client: it checks each signature, keeps what it is given and signs receipts."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from base64 import b64decode
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx2
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from laneside.contract.exchange import Receipt, Stored
from laneside.contract.parameters import (
    DocumentKind,
    Parameters,
    Policy,
    SignedDocument,
    Station,
    StatusListFull,
    TariffRow,
    TariffTable,
    VirtualEntry,
)
from laneside.contract.signing import canonical, document_bytes, receipt_bytes
from laneside.journal import schema
from laneside.journal.journal import Journal
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


class MemoryCentre:
    """``trouble`` sees each request first and may answer in the centre's place or raise; ``forge`` changes receipts."""

    def __init__(self, clock):
        self.key = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
        self.clock = clock
        self.devices = {}
        self.kept = {}
        self.documents = []
        self.heartbeats = []
        self.requests = []
        self.trouble = None
        self.forge = None

    @property
    def public_key(self):
        return self.key.public_key().public_bytes_raw()

    def answer(self, request):
        self.requests.append(f"{request.method} {request.url.raw_path.decode()}")
        if self.trouble is not None and (instead := self.trouble(request)) is not None:
            return instead
        terminal_id = self.checked(request)
        shelf, _, subject = request.url.path.removeprefix("/api/v1/").partition("/")
        if shelf == "heartbeat":
            self.heartbeats.append(json.loads(request.content))
            return httpx2.Response(200, content=canonical({"at": self.clock.now(), "versions": {}}))
        if shelf == "documents":
            after = int(request.url.params["after"])
            found = [one for one in self.documents if one.kind == subject and one.version > after]
            return httpx2.Response(200, content=canonical(found))
        return self.take(terminal_id, shelf, subject, request.content)

    def checked(self, request):
        """Check the signature with nothing but the agreed text, and return the terminal's id."""
        terminal_id, sent_at = request.headers["Laneside-Terminal"], request.headers["Laneside-Time"]
        digest = hashlib.sha256(request.content).hexdigest()
        lines = ("laneside-request-1", request.method, request.url.raw_path.decode(), terminal_id, sent_at, digest)
        key = Ed25519PublicKey.from_public_bytes(self.devices[terminal_id])
        key.verify(b64decode(request.headers["Laneside-Signature"]), "\n".join(lines).encode())
        assert datetime.fromisoformat(sent_at) == self.clock.now()
        return terminal_id

    def take(self, terminal_id, shelf, subject, body):
        known = (shelf, subject) in self.kept
        same = self.kept.setdefault((shelf, subject), body) == body
        stored = Stored.CONFLICT if not same else Stored.EXISTS if known else Stored.CREATED
        digest = hashlib.sha256(body).hexdigest()
        receipt = Receipt(terminal_id=terminal_id, subject=subject, digest=digest, stored=stored, at=self.clock.now())
        receipt = self.signed(receipt)
        if self.forge is not None:
            receipt = self.forge(receipt)
        status = {Stored.CREATED: 201, Stored.EXISTS: 200, Stored.CONFLICT: 409}[stored]
        return httpx2.Response(status, content=canonical(receipt))

    def signed(self, receipt):
        bare = msgspec.structs.replace(receipt, signature=b"")
        return msgspec.structs.replace(bare, signature=self.key.sign(receipt_bytes(bare)))

    def publish(self, kind, version, body, activates_at, key=None):
        bare = SignedDocument(
            kind=kind, version=version, activates_at=activates_at, body=canonical(body), signature=b""
        )
        document = msgspec.structs.replace(bare, signature=(key or self.key).sign(document_bytes(bare)))
        self.documents.append(document)
        return document


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
def remote(link, identity, clock):
    return CentreClient(link, identity, clock=clock)


@pytest.fixture
def journal_path(tmp_path):
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(journal_path, clock):
    with closing(sqlite3.connect(journal_path, check_same_thread=False)) as connection:
        schema.prepare(connection)
        yield Journal(connection, clock=clock, terminal_id="T1")
