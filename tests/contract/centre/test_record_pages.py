"""Records, events and photos as people see them at the centre."""

import hashlib
import re
from html import unescape

import jpegs
import msgspec

from laneside.contract.records import ExitRecord, PlateEvidence


def test_a_record_is_listed_and_shown_with_its_photo(visitor, device, jpeg):
    upload = device.upload()
    device.put_record(upload)
    assert "照片未到" in visitor.get("/records").text
    sha256 = hashlib.sha256(jpeg).hexdigest()
    device.put("photos", sha256, jpeg)
    listed = visitor.get("/records").text
    for fact in ("甘A12345 蓝", "一型客车", "10.45", "3456", "1A2B3C4D", "照片已到", "2026-03-04 13:06:07"):
        assert fact in listed
    shown = visitor.get(f"/records/{upload.record.record_id}").text
    for fact in (f"/photos/{sha256}.jpg", "卡签车牌不符", "ETC 95 折 10.45", "1000.00 → 989.55", "AA2901"):
        assert fact in shown
    picture = visitor.get(f"/photos/{sha256}.jpg")
    assert (picture.content, picture.headers["content-type"]) == (jpeg, "image/jpeg")


def test_every_field_of_a_record_has_a_chinese_and_an_english_name(visitor, device):
    upload = device.upload()
    device.put_record(upload)
    for language in ("zh", "en"):
        shown = visitor.get(f"/records/{upload.record.record_id}?lang={language}").text
        cells = re.findall(r'<tr><td>([^<]*)</td><td class="code">(\w+)</td>', shown)
        wire = [item.encode_name for item in msgspec.structs.fields(ExitRecord)]
        assert [name for _, name in cells] == wire
        unnamed = [name for label, name in cells if label == name]
        assert unnamed == []


def test_what_a_terminal_sent_cannot_become_markup(visitor, device):
    device.put_record(device.upload(operator_name="<script>alert(1)</script>", released_by="<b>x</b>"))
    device.put("events", "E1", device.event(reason="<img src=x onerror=alert(1)>"))
    for page in ("/records", "/events", "/events/E1"):
        text = visitor.get(page).text
        assert "<script" not in text
        assert "<b>x" not in text
        assert "<img src=x" not in text


def test_pages_of_fifty_lead_to_the_older_ones(visitor, device):
    uploads = [device.upload() for _ in range(51)]
    for upload in uploads:
        device.put_record(upload)
    first = visitor.get("/records").text
    assert uploads[0].record.record_id not in first
    assert first.count("<tr>") == 51
    older = re.search(r'href="(/records\?before=\d+)"', first)[1]
    assert uploads[0].record.record_id in visitor.get(older).text


def test_events_are_shown_with_reason_and_finding(visitor, device):
    device.put("events", "E1", device.event())
    for page in ("/events", "/events/E1"):
        text = visitor.get(page).text
        for fact in ("拒绝", "卡在名单", "ETC卡在状态名单", "甘A12345 蓝"):
            assert fact in text


def test_a_conflict_under_an_id_that_no_record_has_can_be_read_from_its_alarm(visitor, device):
    first = device.upload()
    device.put_record(first)
    second = device.upload(icc_pay_serial=first.record.icc_pay_serial, tac="0BADCAFE")
    device.put_record(second)
    (link,) = re.findall(r'href="(/conflicts/[^"]+)"', visitor.get("/alarms").text)
    text = unescape(visitor.get(link).text)
    for fact in (second.record.record_id, '"tac": "0BADCAFE"', "卡号 + 脱机交易序号"):
        assert fact in text
    assert visitor.get("/conflicts/none").status_code == 404


def test_an_odd_page_number_shows_the_newest(visitor):
    for before in ("x", "-1", "1e9", "9" * 30, "²"):
        assert visitor.get("/records", params={"before": before}).status_code == 200


CUT_OUT = jpegs.jpeg(200)


def plate_read(**changes):
    bare = PlateEvidence(
        vehicle_id="甘A12345_0",
        confidence=0.9921,
        colour_confidence=0.98,
        characters=(0.99,) * 7,
        corners=((1.0, 1.0), (9.0, 1.0), (9.0, 3.0), (1.0, 3.0)),
        cut_out_sha256=hashlib.sha256(CUT_OUT).hexdigest(),
    )
    return msgspec.structs.replace(bare, **changes)


def test_what_the_terminal_read_is_shown_beside_the_photo(visitor, device):
    upload = device.upload(passage_id="P9")
    device.put_record(upload)
    record_id = upload.record.record_id
    assert "终端识别" not in visitor.get(f"/records/{record_id}").text
    other = plate_read(vehicle_id="甘A12346_0", others=("甘B88888_1",))
    device.put("images", "I1", device.image(plate_reading=plate_read()))
    device.put("images", "I2", device.image("I2", plate_reading=other))
    shown = visitor.get(f"/records/{record_id}").text
    for fact in ("终端识别", "99.2%", "识别与确认一致", "照片未到"):
        assert fact in shown
    sha256 = hashlib.sha256(CUT_OUT).hexdigest()
    device.put("photos", sha256, CUT_OUT)
    assert f"/photos/{sha256}.jpg" in visitor.get(f"/records/{record_id}").text
    device.put("events", "E1", device.event())
    shown = visitor.get("/events/E1").text
    for fact in ("甘A12346 蓝", "甘B88888 黄", "识别与确认不一致"):
        assert fact in shown


def test_a_reading_of_another_terminal_or_photo_is_not_shown(visitor, device):
    device.put("events", "E1", device.event())
    device.put("images", "I1", device.image(plate_reading=plate_read(), photo_sha256="0" * 64))
    assert "终端识别" not in visitor.get("/events/E1").text
