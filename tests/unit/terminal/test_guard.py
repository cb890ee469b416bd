"""What does not come from this device's own pages is turned away before any route sees it."""

from __future__ import annotations

import re

import pytest
from gallery import SCENES, Scene
from samples import PHOTO, READ

from laneside.terminal.web.exchange import COOKIE, Sessions
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


def test_a_post_from_our_own_page_is_taken(page):
    page.show(Scene(path="/linkage", view=READ))
    own = {"origin": "http://127.0.0.1:8800", "sec-fetch-site": "same-origin"}
    assert page.post("/linkage/read", headers=own, revision=READ.revision).headers["location"] == "/linkage"
    assert page.gallery.calls == [("read", READ.revision, {})]


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_a_post_without_the_sessions_token_does_nothing(page, token):
    page.show(Scene(path="/linkage", view=READ))
    answer = page.client.post("/linkage/read", data={"csrf": token, "revision": READ.revision})
    assert answer.headers["location"] == "/linkage"
    assert page.gallery.calls == []
    assert "页面已过期" in page.client.get("/linkage").text


def test_a_script_without_the_token_is_told_so(page):
    page.show(Scene(path="/linkage", view=READ))
    answer = page.client.post("/linkage/read", data={"revision": 2}, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["rejected"]["field"]) == (403, "csrf")


def test_the_token_may_come_in_a_header(page):
    page.show(Scene(path="/linkage", view=READ))
    headers = {"x-csrf-token": page.csrf, "accept": "application/json"}
    assert page.client.post("/linkage/read", data={"revision": READ.revision}, headers=headers).json()["ok"]


@pytest.mark.parametrize("path", ["/", "/linkage", "/records", "/records/p1", "/setup", "/more", f"/photos/{PHOTO}"])
def test_without_a_login_there_is_only_the_login(stranger, path):
    stranger.show(Scene(path=path, view=READ))
    answer = stranger.client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_another_browsers_login_ends_this_one(page):
    page.gallery.duty = type(page.gallery.duty)(operator_id="620102")
    assert page.client.get("/").headers["location"] == "/login"


def test_login_changes_the_token_so_that_none_can_be_planted(stranger):
    stranger.show(Scene(path="/login", logged_in=False))
    planted = stranger.client.get("/login").cookies[COOKIE]
    stranger.login()
    assert stranger.client.cookies[COOKIE] != planted
    stranger.client.cookies.clear()
    stranger.client.cookies.set(COOKIE, planted)
    assert stranger.client.get("/").headers["location"] == "/login"


def test_the_cookie_is_strict_and_hidden_from_scripts(stranger):
    cookie = stranger.client.get("/login").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


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


@pytest.mark.parametrize("name", sorted(SCENES))
def test_no_page_carries_inline_script_or_style(page, name):
    scene = SCENES[name]
    page.show(scene)
    answer = page.client.get(scene.path)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<[^>]+\s(style|on\w+|hx-on[^=]*)=", answer.text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", answer.text)
    assert "javascript:" not in answer.text


def test_only_so_many_browsers_are_remembered():
    counter = iter(range(10_000))
    sessions = Sessions(random_bytes=lambda size: next(counter).to_bytes(size, "big"))
    first = sessions.begin()
    for _ in range(64):
        sessions.begin()
    assert sessions.find(first.token) is None
