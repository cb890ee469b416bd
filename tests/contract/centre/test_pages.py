"""The pages for people."""

import re

import pytest
from centre_pages import csrf
from starlette.testclient import TestClient


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


def test_a_strange_host_sees_nothing(app, centre):
    with TestClient(app, base_url="http://evil.example", follow_redirects=False) as stranger:
        assert stranger.get("/login").status_code == 400
