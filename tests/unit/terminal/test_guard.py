"""What does not come from this device's own pages is turned away before any route sees it."""

from __future__ import annotations

import re

import pytest
from gallery import SCENES, Scene
from samples import READ

from laneside.terminal.web.guard import BODY_BYTES_MAX, PHOTO_BYTES_MAX


@pytest.mark.parametrize("host", ["lane.example", "127.0.0.1.nip.example", "192.168.1.4:8800", "", "[::1"])
def test_a_foreign_host_name_reaches_no_page(page, host):
    assert page.client.get("/", headers={"host": host}).status_code in (400, 421)


@pytest.mark.parametrize("host", ["127.0.0.1:8800", "localhost:8800", "[::1]:8800", "localhost"])
def test_loopback_names_are_served(page, host):
    assert page.client.get("/login", headers={"host": host}).status_code in (200, 303)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8801"},
        {"origin": "https://127.0.0.1:8800"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_post_from_elsewhere_does_nothing(page, headers):
    page.show(Scene(path="/linkage", view=READ))
    assert page.post("/linkage/read", headers=headers, revision=READ.revision).status_code == 403
    assert page.gallery.calls == []


LINK = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
        {"origin": "http://evil.example"},
    ],
)
def test_another_sites_page_gets_nothing_of_ours(page, headers):
    page.show(Scene(path="/linkage", view=READ))
    answer = page.client.get("/session", headers=headers)
    assert answer.status_code == 403
    assert "csrf" not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("headers", [LINK, {"referer": "http://evil.example/"}])
def test_a_link_on_another_site_opens_the_page_and_costs_no_session(page, headers):
    page.show(Scene(path="/linkage", view=READ))
    page.client.cookies.clear()  # as a browser does, which sends no strict cookie with it
    answer = page.client.get("/linkage?a=%22>1", headers=headers)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert 'content="0;url=/linkage?a=%22%3E1"' in answer.text


def test_a_link_leads_to_no_other_host(page):
    answer = page.client.get("http://127.0.0.1:8800//evil.example/", headers=LINK)
    assert 'url=/evil.example/"' in answer.text


def test_a_post_from_our_own_page_is_taken(page):
    page.show(Scene(path="/linkage", view=READ))
    own = {"origin": "http://127.0.0.1:8800", "sec-fetch-site": "same-origin"}
    assert page.post("/linkage/read", headers=own, revision=READ.revision).headers["location"] == "/linkage"
    assert page.gallery.calls == [("read", READ.revision, {})]


def test_bodies_are_bounded(page):
    page.show(Scene(path="/linkage", view=READ))
    assert page.post("/linkage/draft", plate="京" * BODY_BYTES_MAX).status_code == 413
    photo = {"photo": ("a.jpg", b"\xff" * (PHOTO_BYTES_MAX + 1), "image/jpeg")}
    assert page.client.post("/linkage/photo", data={"csrf": page.csrf}, files=photo).status_code == 413
    assert page.gallery.calls == []


def test_a_body_without_a_length_is_counted(page):
    page.show(Scene(path="/linkage", view=READ))
    endless = (b"plate=" + b"A" * 4096 for _ in range(64))
    headers = {"content-type": "application/x-www-form-urlencoded", "x-csrf-token": page.csrf}
    assert page.client.post("/linkage/draft", content=endless, headers=headers).status_code == 413


def test_no_page_carries_inline_script_or_style(page):
    wrong = {}
    for name, scene in SCENES.items():
        page.show(scene)
        answer = page.client.get(scene.path)
        policy = answer.headers["content-security-policy"]
        faults = {
            "policy": "unsafe" in policy or "default-src 'none'" not in policy,
            "cached": answer.headers["cache-control"] != "no-store",
            "attribute": bool(re.search(r"<[^>]+\s(style|on\w+|hx-on[^=]*)=", answer.text)),
            "script": bool(re.search(r"<script(?![^>]*\ssrc=)", answer.text)),
            "address": "javascript:" in answer.text,
        }
        if found := [fault for fault, is_there in faults.items() if is_there]:
            wrong[name] = found
    assert wrong == {}
