"""A whole terminal in this process, without centre and roadside, started on machines whose clock is wrong."""

from __future__ import annotations

import re
import sqlite3
import threading
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from time import monotonic, sleep

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from lane_kit import ETC_LANE, NOON, PASSWORD, parameters
from starlette.testclient import TestClient
from timeouts import scaled

from laneside.contract.parameters import DocumentKind, SignedDocument
from laneside.contract.signing import canonical, document_bytes
from laneside.devices.machine import SystemClock
from laneside.journal import schema
from laneside.journal.journal import Journal
from laneside.sync.document_store import DocumentStore, Downloader, Offer
from laneside.sync.folder import DiskFolder
from laneside.sync.heartbeat import HeartbeatJob
from laneside.sync.identity import Identity
from laneside.terminal.app import create_app
from laneside.terminal.reader_choice import Connections
from laneside.terminal.root import Terminal, TerminalSettings

CENTRE = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\x05")
IN_1970 = datetime(1970, 1, 1, 3, 0, tzinfo=UTC)
IN_2040 = datetime(2040, 5, 6, 4, 0, tzinfo=UTC)
JSON = {"accept": "application/json"}


class SetClock(SystemClock):
    """The machine's clock, set to a moment."""

    def __init__(self, at):
        self.at = at

    def now(self):
        return self.at


@pytest.fixture
def data(tmp_path):
    """A terminal's folder with its identity and the parameters that hold from NOON."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\x06")
    pinned = CENTRE.public_key().public_bytes_raw()
    Identity(terminal_id="T1", slot=7, station_hex=ETC_LANE[:8], centre_key=pinned, key=key).save(
        DiskFolder(tmp_path / "device")
    )
    bare = SignedDocument(
        kind=DocumentKind.PARAMETERS, version=1, activates_at=NOON, body=canonical(parameters()), signature=b""
    )
    document = msgspec.structs.replace(bare, signature=CENTRE.sign(document_bytes(bare)))
    store = DocumentStore(DiskFolder(tmp_path / "documents"), centre_key=pinned, station_hex=ETC_LANE[:8])
    assert store.offer(document, NOON) is Offer.TAKEN
    return tmp_path


@contextmanager
def started(data, at):
    nowhere = Connections(centre_url="http://127.0.0.1:9", roadside=("127.0.0.1", 9), lane_link=False)
    settings = TerminalSettings(data=data, connections=nowhere)
    terminal = Terminal(settings, machine=SetClock(at))
    try:
        terminal.start()
        with TestClient(create_app(terminal.services), base_url="http://127.0.0.1:8800") as client:
            yield terminal, client
    finally:
        terminal.close()


def log_in(client, work_date="2026-05-06", **headers):
    csrf = client.get("/session", headers=JSON).json()["csrf"]
    form = {"csrf": csrf, "operator_id": "620101", "password": PASSWORD, "shift": "1", "work_date": work_date}
    return client.post("/login", data=form, headers=headers)


def entry_times(data):
    with closing(sqlite3.connect(data / "journal.sqlite3")) as journal:
        return [at for (at,) in journal.execute("SELECT at FROM entry ORDER BY seq")]


def keep_an_entry(data, at):
    with closing(sqlite3.connect(data / "journal.sqlite3", check_same_thread=False)) as connection:
        schema.prepare(connection)
        Journal(connection, clock=SetClock(at), terminal_id="T1").append("note", b"")


def test_a_clock_in_1970_is_named_by_the_login_where_the_journal_is_empty(data):
    with started(data, IN_1970) as (_, client):
        page = client.get("/login").text
        assert "本机时钟为 1970-01-01 11:00，参数自 2026-05-06 12:00 起生效" in page
        assert "尚未收到" not in page
        csrf = re.search(r'name="csrf" value="(\w+)"', page)[1]
        without_shift = client.post("/login", data={"csrf": csrf, "operator_id": "620101", "password": PASSWORD})
        assert "请校准时钟" in without_shift.text
        told = log_in(client, **JSON).json()
        assert told["ok"] is False
        assert told["rejected"]["text"]["en"] == (
            "The clock says 1970-01-01 11:00, the parameters hold from 2026-05-06 12:00: set the clock right"
        )
    assert entry_times(data) == []


def test_a_clock_in_1970_is_lifted_to_the_journals_last_entry_and_login_works(data):
    keep_an_entry(data, NOON)
    with started(data, IN_1970) as (terminal, client):
        assert log_in(client, **JSON).json()["ok"] is True
        duty = terminal.services.duty.on_duty
        assert (duty.operator_id, duty.since) == ("620101", NOON)
        assert terminal.services.duty.shift_suggestion() == (1, date(2026, 5, 6))
        assert client.get("/").status_code == 200
    assert set(entry_times(data)) == {"2026-05-06T04:00:00.000000+00:00"}


def test_a_clock_in_2040_lets_people_log_in(data):
    with started(data, IN_2040) as (terminal, client):
        assert log_in(client, **JSON).json()["ok"] is False, "the date of another year is no slip"
        assert log_in(client, "2040-05-06", **JSON).json()["ok"] is True
        assert terminal.services.duty.on_duty.since == IN_2040
        assert client.get("/").status_code == 200
    assert set(entry_times(data)) == {"2040-05-06T04:00:00.000000+00:00"}


def test_a_device_without_parameters_says_so(data):
    for kept in (data / "documents").iterdir():
        kept.unlink()
    with started(data, NOON) as (_, client):
        assert "终端尚未收到参数" in client.get("/login").text
        assert "No parameters yet" in log_in(client, **JSON).text


def test_a_defect_in_a_job_with_the_centre_ends_no_thread_and_is_shown(data, monkeypatch):
    def defect(_self):
        raise RecursionError("an answer of another shape")

    monkeypatch.setattr(HeartbeatJob, "step", defect)
    monkeypatch.setattr(Downloader, "step", defect)
    with started(data, NOON) as (_, client):
        end_s = monotonic() + scaled(10)
        while "heartbeat" not in (jobs := _line(client, "jobs"))["value"]["en"] and monotonic() < end_s:
            sleep(0.05)  # the two begin one after the other, and a report is good for two seconds
        assert jobs["level"] == "warn"
        for language, words in (("zh", "程序出错，正在重试"), ("en", "a defect, tried again")):
            assert words in jobs["value"][language]
            assert "heartbeat: RecursionError: an answer of another shape" in jobs["value"][language]
            assert jobs["remedy"][language]
        names = {"records", "photos", "agreement", "downloader", "heartbeat", "authoriser", "psam"}
        assert {thread.name for thread in threading.enumerate()} >= names


def _line(client, name):
    return next(item for item in client.get("/check", headers=JSON).json()["items"] if item["name"] == name)
