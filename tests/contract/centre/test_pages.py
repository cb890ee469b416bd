"""The pages for people."""

import hashlib
import re
from datetime import timedelta
from html import unescape

import msgspec
import pytest
from starlette.testclient import TestClient

from laneside.centre.defaults import CENTRE_ACCOUNT, STATION_HEX
from laneside.centre.web.pages import SESSION_COOKIE
from laneside.contract.enrolment import EnrolmentCode
from laneside.contract.records import ExitRecord, PlateEvidence

PAGES = (
    "/", "/records", "/records/x", "/events", "/events/x", "/terminals", "/psams", "/alarms", f"/photos/{'0' * 64}.jpg",
)  # fmt: skip
PASSWORD = "centre-page-1"


def csrf(page):
    return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]


def log_in(client, password=PASSWORD, name=CENTRE_ACCOUNT):
    secret = csrf(client.get("/login"))
    return client.post("/login", data={"csrf": secret, "name": name, "password": password})


@pytest.mark.parametrize("page", PAGES)
def test_every_page_needs_a_login(client, page):
    answer = client.get(page)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_what_changes_something_needs_a_login(client, centre, device, rows):
    for path in ("/terminals/codes", f"/terminals/{device.terminal_id}/revoke", "/alarms/1/settle", "/logout"):
        assert client.post(path, data={"station": STATION_HEX}).headers["location"] == "/login"
    assert centre.registry.find(device.terminal_id).revoked_at is None
    assert len(rows("SELECT * FROM enrolment_codes")) == 1


def test_the_session_cookie_is_for_no_script_and_no_other_site(client):
    answer = log_in(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/records")
    (cookie,) = [line for line in answer.headers.get_list("set-cookie") if line.startswith(SESSION_COOKIE)]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


def test_the_database_holds_no_password_and_no_token(client, rows):
    log_in(client)
    kept = str(rows("SELECT * FROM accounts") + rows("SELECT * FROM sessions"))
    assert "$argon2id$" in kept
    assert PASSWORD not in kept
    assert client.cookies[SESSION_COOKIE] not in kept


def test_wrong_passwords_names_and_secrets_stay_outside(client):
    assert log_in(client, password="wrong").status_code == 403
    assert log_in(client, name="nobody").status_code == 403
    client.get("/login")
    assert client.post("/login", data={"csrf": "x", "name": CENTRE_ACCOUNT, "password": PASSWORD}).status_code == 403
    assert client.post("/login").status_code == 403
    assert client.get("/records").status_code == 303


def test_five_wrong_tries_lock_for_five_minutes(client, clock):
    for _ in range(5):
        log_in(client, password="wrong")
    assert log_in(client).status_code == 403
    clock.at += timedelta(minutes=5)
    assert log_in(client).status_code == 303


def test_a_session_ends_by_itself_and_by_logging_out(client, visitor, clock):
    assert client.get("/records").status_code == 200
    clock.at += timedelta(hours=12)
    assert client.get("/records").status_code == 303
    log_in(client)
    token = client.cookies[SESSION_COOKIE]
    client.post("/logout", data={"csrf": csrf(client.get("/records"))})
    client.cookies.set(SESSION_COOKIE, token)
    assert client.get("/records").status_code == 303


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


def test_a_code_from_the_page_enrols_a_terminal_once_shown(visitor, enrol, rows):
    page = visitor.get("/terminals")
    made = visitor.post("/terminals/codes", data={"csrf": csrf(page), "station": STATION_HEX})
    code = EnrolmentCode.parse(re.search(r'id="enrolment-code">([^<]+)<', made.text)[1])
    assert enrol("页面登记", code=code).slot == 1
    assert code.format() not in visitor.get("/terminals").text
    unknown = visitor.post("/terminals/codes", data={"csrf": csrf(page), "station": "FFFFFFFF"})
    assert unknown.status_code == 400


def test_a_terminal_is_shown_and_revoked(visitor, device, centre):
    text = visitor.get("/terminals").text
    assert device.terminal_id in text
    assert "未收到" in text
    visitor.post(f"/terminals/{device.terminal_id}/revoke", data={"csrf": csrf(visitor.get("/terminals"))})
    assert centre.registry.find(device.terminal_id).revoked_at == centre.clock.now()
    assert "已注销" in visitor.get("/terminals").text
    assert device.ask("GET", "/api/v1/documents/tariff").status_code == 401


def test_a_conflict_is_an_alarm_on_the_page_until_it_is_settled(visitor, device, rows):
    first = device.upload()
    device.put_record(first)
    second = device.upload(record_id=first.record.record_id, tac="0BADCAFE")
    device.put_record(second)
    assert '<b class="count">1</b>' in visitor.get("/records").text
    page = visitor.get("/alarms")
    for fact in ("流水冲突", first.record.record_id, "交易流水号"):
        assert fact in page.text
    assert "0BADCAFE" in unescape(visitor.get(f"/records/{first.record.record_id}").text)
    (seq,) = re.findall(r"/alarms/(\d+)/settle", page.text)
    visitor.post(f"/alarms/{seq}/settle", data={"csrf": csrf(page)})
    assert '<b class="count">' not in visitor.get("/records").text
    assert rows("SELECT settled, settled_by FROM alarms") == [{"settled": 1, "settled_by": CENTRE_ACCOUNT}]


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


@pytest.mark.parametrize("given", [{}, {"csrf": ""}, {"csrf": "wrong"}])
def test_a_form_without_the_sessions_secret_does_nothing(visitor, device, centre, given):
    answer = visitor.post(f"/terminals/{device.terminal_id}/revoke", data=given)
    assert answer.status_code == 403
    assert centre.registry.find(device.terminal_id).revoked_at is None


def test_a_form_from_another_origin_does_nothing(visitor, device, centre):
    good = {"csrf": csrf(visitor.get("/terminals"))}
    path = f"/terminals/{device.terminal_id}/revoke"
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
        assert visitor.post(path, data=good, headers={"Origin": origin}).status_code == 403
    assert centre.registry.find(device.terminal_id).revoked_at is None
    assert visitor.post(path, data=good, headers={"Origin": "http://127.0.0.1"}).status_code == 303


@pytest.mark.parametrize("path", ["/login", "/static/centre.css", "/records", "/nothing", "/api/v1/nothing"])
def test_every_answer_carries_the_safety_headers(visitor, path):
    headers = visitor.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


def test_pages_hold_no_inline_style_or_script(visitor, device):
    upload = device.upload()
    device.put_record(upload)
    device.put("events", "E1", device.event())
    for page in ("/records", f"/records/{upload.record.record_id}", "/events", "/events/E1", "/terminals", "/alarms"):
        text = visitor.get(page).text
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", text)


def test_english_stays_once_it_was_asked_for(visitor):
    assert "Exit records" in visitor.get("/records?lang=en").text
    assert "Terminals" in visitor.get("/terminals").text
    assert "终端" in visitor.get("/terminals?lang=zh").text


def test_what_is_not_there_is_said_on_a_page(visitor):
    for path in ("/nothing", "/records/none", "/events/none", f"/photos/{'0' * 64}.jpg"):
        answer = visitor.get(path)
        assert answer.status_code == 404
        assert "没有这个页面" in answer.text


def test_a_form_beyond_the_limit_is_refused(visitor, centre):
    data = {"csrf": "x" * (centre.settings.form_bytes_max + 1)}
    assert visitor.post("/terminals/codes", data=data).status_code == 413


def test_an_odd_page_number_shows_the_newest(visitor):
    for before in ("x", "-1", "1e9", "9" * 30, "²"):
        assert visitor.get("/records", params={"before": before}).status_code == 200


def test_a_strange_host_sees_nothing(app, centre):
    with TestClient(app, base_url="http://evil.example", follow_redirects=False) as stranger:
        assert stranger.get("/login").status_code == 400


CUT_OUT = b"\xff\xd8\xff\xe0 a plate \xff\xd9"


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
