"""A centre on real files, and devices that speak to it over its own HTTP interface."""

import hashlib
import shutil
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import jpegs
import msgspec
import pytest
from centre_pages import PASSWORDS, log_in
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete
from starlette.testclient import TestClient

from laneside.centre.app import Centre, create_app, open_centre
from laneside.centre.demo import STATION_HEX, seed_demo
from laneside.centre.settings import LoginLimits, Settings
from laneside.centre.storage.tables import store
from laneside.contract.exchange import EnrolmentReply, EnrolmentRequest, Receipt
from laneside.contract.records import ExitRecord, FindingNote, ImageRecord, PassageEvent, RecordUpload
from laneside.contract.signing import canonical, parse, public_bytes, receipt_bytes, request_bytes, verify

JPEG = jpegs.jpeg()
PROMPT = LoginLimits(refusal_delay_s=0)
PHOTO = hashlib.sha256(JPEG).hexdigest()


@dataclass
class HandClock:
    """A clock that the test moves."""

    at: datetime = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)

    def now(self):
        return self.at

    def monotonic_s(self):
        return self.at.timestamp()

    def sleep(self, seconds):
        self.at += timedelta(seconds=seconds)


class CountedRandom:
    """Bytes that never repeat and are the same in every run."""

    def __init__(self, start):
        self.numbers = count(start)

    def __call__(self, size):
        return hashlib.shake_256(str(next(self.numbers)).encode()).digest(size)


@dataclass
class Device:
    """A terminal as far as the centre can see it."""

    client: TestClient
    clock: HandClock
    key: Ed25519PrivateKey
    terminal_id: str = ""
    slot: int = 0
    reply: EnrolmentReply | None = None
    numbers: count = field(default_factory=lambda: count(1))

    def headers(self, method, target, body=b"", *, key=None, terminal_id=None, sent_at=None):
        terminal_id, sent_at = terminal_id or self.terminal_id, sent_at or self.clock.now().isoformat()
        message = request_bytes(method=method, path=target, terminal_id=terminal_id, sent_at=sent_at, body=body)
        signature = b64encode((key or self.key).sign(message)).decode()
        return {"Laneside-Terminal": terminal_id, "Laneside-Time": sent_at, "Laneside-Signature": signature}

    def ask(self, method, target, body=b"", **signing):
        return self.client.request(method, target, content=body, headers=self.headers(method, target, body, **signing))

    def put(self, shelf, subject, message):
        body = message if isinstance(message, bytes) else canonical(message)
        return self.ask("PUT", f"/api/v1/{shelf}/{subject}", body)

    def put_record(self, upload):
        return self.put("records", upload.record.record_id, upload)

    def receipt(self, answer):
        """Read a receipt and hold the centre to its signature."""
        receipt = parse(answer.content, Receipt)
        verify(self.reply.centre_key, receipt.signature, receipt_bytes(receipt))
        assert receipt.terminal_id == self.terminal_id
        return receipt

    def upload(self, **changes):
        """Make a record of this terminal; no two are alike in anything that must be unique."""
        number = next(self.numbers)
        values = {
            "record_id": f"G00306200100102010011{2026030413:010d}{self.slot:02d}{number:04d}",
            "icc_pay_serial": number,
            "terminal_transaction_number": f"{self.slot:04X}{number:04X}",
        }
        record_changes = {name: value for name, value in changes.items() if name in ExitRecord.__struct_fields__}
        upload_changes = {name: value for name, value in changes.items() if name not in record_changes}
        record = msgspec.structs.replace(RECORD, **(values | record_changes))
        bare = RecordUpload(
            record=record,
            passage_id=f"P{number}",
            terminal_id=self.terminal_id,
            photo_sha256=PHOTO,
            findings=(FindingNote(code=41, text="卡签车牌不符"),),
            fee_lines=("一型客车 11.00", "ETC 95 折 10.45"),
            capp_before="AA2900",
            capp_after="AA2901",
            tag_write="written",
        )
        return msgspec.structs.replace(bare, **upload_changes)

    def event(self, event_id="E1", **changes):
        bare = PassageEvent(
            event_id=event_id,
            kind="refused",
            terminal_id=self.terminal_id,
            passage_id="P9",
            at="20260304130607",
            lane_hex="62010A0B11",
            operator_id="620101",
            card_id="62011234567890123456",
            obu_id="6201123456789012",
            vehicle_id="甘A12345_0",
            findings=(FindingNote(code=24, text="ETC卡在状态名单"),),
            reason="卡在名单",
            photo_sha256=PHOTO,
        )
        return msgspec.structs.replace(bare, **changes)

    def image(self, image_id="I1", **changes):
        bare = ImageRecord(
            image_id=image_id,
            passage_id="P9",
            terminal_id=self.terminal_id,
            lane_hex="62010A0B11",
            vehicle_id="甘A12345_0",
            taken_at="20260304130607",
            photo_sha256=PHOTO,
            live=True,
            operator_id="620101",
        )
        return msgspec.structs.replace(bare, **changes)


RECORD = ExitRecord(
    record_id="G" * 37,
    pass_id="01" + "62011234567890123456" + "20260304130607",
    terminal_transaction_number="00000001",
    terminal_number="620100000001",
    media_type=1,
    media_number="6201123456789012",
    obu_sign=2,
    card_id="62011234567890123456",
    etc_card_type=1,
    exit_time="20260304130607",
    entry_time="20260304130607",
    entry_lane_id="G00306200100191010001",
    entry_lane_hex="62010A0F01",
    exit_lane_hex="62010A0B11",
    entry_station_name="兰州东虚拟入口",
    exit_station_name="兰州东",
    vehicle_id="甘A12345_0",
    identified_vehicle_id="甘A12345_0",
    image_record_id="I1",
    toll_class=1,
    vehicle_kind=0,
    vehicle_status_flag="FF",
    axle_count=2,
    entry_axle_count=2,
    exit_weight_kg=0,
    entry_weight_kg=0,
    transaction_type="09",
    transaction_fee_fen=1045,
    balance_before_fen=100000,
    balance_after_fen=98955,
    tac="1A2B3C4D",
    pay_fee_fen=1100,
    fee_fen=1045,
    discount_fee_fen=55,
    discount_type=None,
    province_discount_fee_fen=0,
    origin_fee_fen=1045,
    short_fee_fen=0,
    short_fee_mileage_m=0,
    fee_mileage_m=0,
    fee_rate=0,
    rate_version="6220260304001",
    card_total_fen=0,
    obu_total_fen=0,
    obu_total_discount_fen=0,
    obu_province_fee_fen=0,
    total_count=0,
    province_transaction_count=0,
    province_count=0,
    no_card_count=0,
    exit_fee_type=11,
    transaction_pay_type=1,
    special_type="41",
    description="",
    identification=2,
    split_province="",
    icc_pay_serial=1,
    algorithm="04",
    key_version=0x41,
    lane_type=5,
    operation_media=2,
    work_date="20260304",
    shift=1,
    operator_id="620101",
    operator_name="张晓",
    status_list_version="202603041300",
)


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture(scope="session")
def seeded_folder(tmp_path_factory):
    """Make a seeded centre's folder once; each test gets its own copy."""
    folder = tmp_path_factory.mktemp("seeded") / "centre"
    opened = open_centre(Settings(data=folder), HandClock(), CountedRandom(1))
    seed_demo(
        opened.documents,
        opened.accounts,
        opened.clock,
        opened.random_bytes,
        passwords=PASSWORDS,
        listed_card_id="62011111111111111111",
        listed_obu_id="6201222222222222",
    )
    with opened.database.writing() as connection:
        connection.execute(delete(store))  # a copy of a folder is a centre that was put back; these begin anew
    opened.close()
    return folder


@pytest.fixture
def after_commit():
    """Return a list of exceptions; the next one is raised between a record's commit and its receipt."""
    return []


@pytest.fixture
def app(tmp_path, clock, seeded_folder, after_commit):
    def cut(_subject):
        if after_commit:
            raise after_commit.pop()

    folder = shutil.copytree(seeded_folder, tmp_path / "centre")
    settings = Settings(data=folder, photo_bytes_max=64 * 1024, message_bytes_max=32 * 1024, login=PROMPT)
    return create_app(settings, clock, CountedRandom(10**6), after_commit=cut)


@pytest.fixture
def centre(app) -> Iterator[Centre]:
    yield app.state.centre
    app.state.centre.close()


@pytest.fixture
def client(app, centre):
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as client:
        yield client


@pytest.fixture
def enrol(client, centre, clock):
    """Return a function that makes one more enrolled device."""

    def enrol_one(name="手持机 1", code=None, key=None):
        device = Device(client=client, clock=clock, key=key or Ed25519PrivateKey.generate())
        code = code or centre.enrolment.issue(STATION_HEX).code
        request = EnrolmentRequest(code=code.code, name=name, device_key=public_bytes(device.key))
        answer = client.post("/api/v1/enrol", content=canonical(request))
        assert answer.status_code == 201, answer.text
        device.reply = parse(answer.content, EnrolmentReply)
        device.terminal_id, device.slot = device.reply.terminal_id, device.reply.slot
        assert code.pins(device.reply.centre_key)
        return device

    return enrol_one


@pytest.fixture
def device(enrol):
    return enrol()


@pytest.fixture
def rows(centre):
    """Return a function that reads a table's rows straight from the database file."""
    import sqlite3
    from contextlib import closing

    def read(query, *values):
        with closing(sqlite3.connect(centre.settings.data / "centre.sqlite3")) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    return read


@pytest.fixture
def jpeg():
    return JPEG


@pytest.fixture
def visitor(client):
    """Return a client that is logged in at the pages."""
    log_in(client)
    return client
