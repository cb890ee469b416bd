"""The terminal's side against the centre itself: enrolled, delivered, informed."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from jpegs import jpeg
from starlette.testclient import TestClient

from laneside.centre.app import create_app
from laneside.centre.settings import Settings
from laneside.contract.exchange import Receipt, Refusal, Stored
from laneside.contract.parameters import DocumentKind
from laneside.contract.records import ImageRecord
from laneside.contract.signing import canonical, parse
from laneside.journal.entry import Delivery, Outgoing
from laneside.sync.centre_client import CentreCheck, CentreClient
from laneside.sync.document_store import DocumentStore, Downloader
from laneside.sync.folder import DiskFolder
from laneside.sync.heartbeat import HeartbeatJob, TerminalState
from laneside.sync.identity import enrol
from laneside.sync.job import StepOutcome
from laneside.sync.link import CentreLink
from laneside.sync.upload import PHOTOS, CentreRefusal, Uploader

JPEG = jpeg()
SHA256 = hashlib.sha256(JPEG).hexdigest()
STATION = "62010A0B"


@pytest.fixture
def app(tmp_path, clock):
    app = create_app(Settings(data=tmp_path / "centre", hosts=("testserver",)), clock, lambda count: b"\x11" * count)
    yield app
    app.state.centre.close()


@pytest.fixture
def real_link(app):
    with TestClient(app) as client:
        yield CentreLink(client)


@pytest.fixture
def enrolled(app, real_link, folder):
    code = app.state.centre.enrolment.issue(STATION).code
    return enrol(real_link, folder, code=code, name="手持机 1", random_bytes=lambda count: b"\x22" * count)


@pytest.fixture
def real_centre(real_link, enrolled, clock, agreement):
    return CentreClient(real_link, enrolled, clock=clock, items=agreement)


@pytest.fixture
def queues(journal, real_centre, clock, agreement):
    photo = {SHA256: JPEG}.get
    return (
        Uploader(journal, real_centre, clock=clock, agreement=agreement, photo=photo),
        Uploader(journal, real_centre, clock=clock, agreement=agreement, photo=photo, kinds=PHOTOS),
    )


def image(terminal_id, image_id="G006262001000000000000120260701160100001"[:37], plate="甘A12345_0"):
    return ImageRecord(
        image_id=image_id,
        passage_id="p-1",
        terminal_id=terminal_id,
        lane_hex="62010A0B12",
        vehicle_id=plate,
        taken_at="20260701160000",
        photo_sha256=SHA256,
        live=True,
        operator_id="1001",
    )


def rows(tmp_path, query):
    with closing(sqlite3.connect(tmp_path / "centre" / "centre.sqlite3")) as connection:
        return connection.execute(query).fetchall()


def test_an_image_and_its_photo_are_at_the_centre(journal, queues, enrolled, tmp_path):
    message = image(enrolled.terminal_id)
    journal.append("photo", b"{}", passage="p-1", subject=SHA256)
    journal.append("image", canonical(message), passage="p-1", subject=message.image_id)
    assert [queue.step().outcome for queue in queues] == [StepOutcome.DONE, StepOutcome.DONE]
    assert rows(tmp_path, "SELECT image_id, body FROM images") == [(message.image_id, canonical(message))]
    assert rows(tmp_path, "SELECT sha256, size FROM photos") == [(SHA256, len(JPEG))]
    assert journal.counts().unsent == 0


def test_the_same_again_exists_and_another_under_the_same_id_is_a_conflict(journal, queues, real_centre, enrolled):
    message = image(enrolled.terminal_id)
    real_centre.put(Outgoing.IMAGE, message.image_id, canonical(message))
    journal.append("image", canonical(message), subject=message.image_id)
    queues[0].step()
    assert parse(journal.latest("receipt").payload, Receipt).stored is Stored.EXISTS
    other = image(enrolled.terminal_id, plate="甘A99999_0")
    receipt = real_centre.put(Outgoing.IMAGE, other.image_id, canonical(other))
    assert isinstance(receipt, Receipt)
    assert receipt.stored is Stored.CONFLICT


def test_what_the_centre_can_not_read_is_refused_and_shown(journal, queues, enrolled):
    journal.append("record", b'{"nonsense":true}', subject="R1")
    journal.append("image", canonical(image("T-other")), subject=image("T-other").image_id)
    assert [queues[0].step().outcome for _ in range(3)] == [StepOutcome.REFUSED, StepOutcome.REFUSED, StepOutcome.IDLE]
    codes = [parse(entry.payload, CentreRefusal).code for entry in journal.of_kind("centre-refusal")]
    assert codes == ["contract", "foreign-terminal"]
    assert journal.delivery(Outgoing.RECORD, "R1") is Delivery.REFUSED


def test_a_clock_that_is_far_off_refuses_nothing_for_good(journal, queues, enrolled, app, clock):
    message = image(enrolled.terminal_id)
    journal.append("image", canonical(message), subject=message.image_id)

    class Late:
        now = staticmethod(lambda: clock.now() - timedelta(hours=1))
        monotonic_s = staticmethod(clock.monotonic_s)

    right = queues[0]._centre._clock
    queues[0]._centre._clock = Late
    step = queues[0].step()
    assert (step.outcome, "clock" in step.trouble) == (StepOutcome.FAILED, True)
    queues[0]._centre._clock = right
    clock.sleep(step.wait_s)
    assert queues[0].step().outcome is StepOutcome.DONE


def test_documents_come_signed_and_the_heart_is_heard(app, journal, real_centre, enrolled, clock, bodies, tmp_path):
    published = app.state.centre.documents
    for kind, body in bodies.items():
        published.publish(kind, body(), clock.now() - timedelta(minutes=1), station_hex=STATION)
    published.publish(
        DocumentKind.TARIFF, bodies[DocumentKind.TARIFF](), clock.now() + timedelta(hours=1), station_hex=STATION
    )
    store = DocumentStore(
        DiskFolder(tmp_path / "documents"), centre_key=enrolled.centre_key, station_hex=enrolled.station_hex
    )
    step = Downloader(store, real_centre, clock=clock).step()
    assert (step.outcome, step.trouble) == (StepOutcome.DONE, "")
    assert [(one.current, one.next) for one in store.versions(clock.now())] == [(1, None), (1, 2), (1, None)]
    assert store.parameters(clock.now()) == bodies[DocumentKind.PARAMETERS]()
    journal_of_it = type(journal)(journal._connection, clock=clock, terminal_id=enrolled.terminal_id)
    heartbeat = HeartbeatJob(
        real_centre, enrolled, journal_of_it, store, clock=clock, software="0.1", state=TerminalState
    )
    journal.append("step", b"")
    assert heartbeat.step().outcome is StepOutcome.DONE
    assert real_centre.check() == CentreCheck(clock_ahead_s=0, trouble="")
    heard = rows(tmp_path, "SELECT journal_seq, journal_hash FROM terminals")
    assert heard == [(1, journal.head().hash.hex())]


def test_a_used_code_is_refused_to_another_device(app, real_link, folder, tmp_path):
    code = app.state.centre.enrolment.issue(STATION).code
    first = enrol(real_link, folder, code=code, name="1", random_bytes=lambda count: b"\x33" * count)
    second = enrol(
        real_link, DiskFolder(tmp_path / "second"), code=code, name="2", random_bytes=lambda count: b"\x44" * count
    )
    again = enrol(real_link, folder, code=code, name="1", random_bytes=lambda count: b"\x55" * count)
    assert first.terminal_id
    assert isinstance(second, Refusal)
    assert second.code == "enrolment-code"
    assert isinstance(again, Refusal)
