"""What pages cannot show does not get in; what is in from an earlier version breaks its own line and no page."""

import json

import pytest
from sqlalchemy import update

from laneside.centre.ingest.uploads import EVENT, IMAGE, RECORD
from laneside.contract.exchange import Refusal
from laneside.contract.signing import canonical, parse

PAGES = ("/records", "/events", "/alarms", "/terminals", "/psams")


def test_the_door_refuses_what_no_page_could_show(visitor, device):
    wrong = [
        device.put_record(device.upload(identified_vehicle_id="甘A12345_²")),
        device.put_record(device.upload(work_date="20260230")),
        device.put_record(device.upload(vehicle_kind=10**25)),
        device.put("events", "E1", device.event(kind="party")),
        device.put("events", "E1", device.event(at="20260304²30607")),
        device.put("images", "I1", device.image(photo_sha256="²" * 64)),
    ]
    refusals = [(answer.status_code, parse(answer.content, Refusal).code) for answer in wrong]
    assert refusals == [(400, "contract")] * len(wrong)
    assert "²" not in visitor.get("/records").text


@pytest.mark.parametrize(
    ("field", "value"),
    [("identifyVehicleId", "甘A12345_²"), ("vehicleType", 10**30), ("exTime", 7), ("operatorName", "\x00")],
)
def test_an_older_record_that_no_page_can_show_breaks_only_its_own_line(visitor, device, centre, field, value):
    upload, good = device.upload(), device.upload()
    for each in (upload, good):
        device.put_record(each)
    told = json.loads(canonical(upload))
    told["record"][field] = value
    body = json.dumps(told).encode()
    with centre.database.writing() as connection:
        table = RECORD.table
        connection.execute(update(table).where(table.c.record_id == upload.record.record_id).values(body=body))
    for page in PAGES:
        assert visitor.get(page).status_code == 200
    listed = visitor.get("/records?lang=zh").text
    for fact in ("无法显示 cannot be shown", upload.record.record_id, f"/records/{good.record.record_id}"):
        assert fact in listed
    shown = visitor.get(f"/records/{upload.record.record_id}")
    assert (shown.status_code, "无法显示" in shown.text, "/records/1/raw" in shown.text) == (200, True, True)
    raw = visitor.get("/records/1/raw")
    assert (raw.content, raw.headers["content-type"]) == (body, "text/plain; charset=utf-8")


def test_an_older_event_or_image_that_no_page_can_show_breaks_only_its_own_line(visitor, device, centre):
    device.put("events", "E1", device.event(kind="open-debit"))
    device.put("events", "E2", device.event("E2"))
    device.put("images", "I1", device.image())
    for kind in (EVENT, IMAGE):
        with centre.database.writing() as connection:
            connection.execute(update(kind.table).where(kind.table.c.seq == 1).values(body=b"[" * 100_000))
    listed = visitor.get("/events")
    assert (listed.status_code, listed.text.count("无法显示 cannot be shown")) == (200, 2)
    for page in ("/events/E1", "/events/E2", "/events/1/raw"):
        assert visitor.get(page).status_code == 200


def test_an_older_heartbeat_that_cannot_be_read_shuts_no_one_out(visitor, device, centre):
    from laneside.centre.storage.tables import terminals

    with centre.database.writing() as connection:
        connection.execute(update(terminals).values(heartbeat=b'{"at":'))
    assert visitor.get("/terminals").status_code == 200
    assert device.put_record(device.upload()).status_code == 201


def test_a_long_number_in_an_address_is_no_row(visitor):
    for number in ("9" * 26, "9" * 5000, "²", "-1"):
        assert visitor.get(f"/records/{number}/raw").status_code == 404
        assert visitor.get("/records", params={"before": number}).status_code == 200
