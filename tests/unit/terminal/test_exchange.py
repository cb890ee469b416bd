"""Which browser asks: its session, its token, and whether it belongs to whoever is on duty."""

from __future__ import annotations

import pytest
from gallery import Duty, Scene
from samples import PHOTO, READ

from laneside.passage.duty.duty import Browser
from laneside.terminal.web.exchange import COOKIE, Sessions

JSON = {"accept": "application/json"}


def test_a_script_without_login_is_told_401(stranger):
    stranger.show(Scene(path="/linkage", logged_in=False))
    assert stranger.client.get("/linkage", headers=JSON).status_code == 401
    assert stranger.client.get("/session").json()["on_duty"] is None


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


def test_strangers_throw_no_one_out_however_many_they_are(page):
    cookie = page.client.cookies[COOKIE]
    for _ in range(600):
        page.client.cookies.clear()
        page.client.get("/session")
    page.client.cookies.clear()
    page.client.cookies.set(COOKIE, cookie)
    assert page.client.get("/more").status_code == 200


@pytest.fixture
def sessions():
    counter = iter(range(10_000))
    return Sessions(random_bytes=lambda size: next(counter).to_bytes(size, "big"))


def test_only_so_many_browsers_are_remembered(sessions):
    first = sessions.begin()
    person = sessions.begin_after(sessions.begin(), Duty())
    for _ in range(512):
        sessions.begin()
    assert sessions.find(first.token) is None
    assert sessions.find(person.token) is person
    for _ in range(64):
        sessions.begin_after(sessions.begin(), Duty())
    assert sessions.find(person.token) is None


def test_a_browser_keeps_its_name_and_who_logged_in_with_it(sessions):
    stranger = sessions.begin()
    assert stranger.browser_of("1") == Browser(name=stranger.name)
    worked = sessions.begin_after(stranger, Duty(operator_id="1"))
    after = sessions.begin_after(worked, None)
    assert (after.duty, after.known) == (None, {"1"})
    assert after.browser_of("1") == worked.browser_of("1") == Browser(name=stranger.name, known=True)
    assert after.browser_of("2") == Browser(name=stranger.name)
    assert sessions.begin().name != stranger.name
    assert len({stranger.token, worked.token, after.token}) == 3
    assert sessions.find(worked.token) is None
