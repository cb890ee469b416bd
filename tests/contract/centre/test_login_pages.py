"""Login, sessions and waits after wrong passwords of the centre's pages."""

import os
import shutil
from datetime import timedelta

import pytest
from centre_pages import PASSWORDS, csrf, log_in
from starlette.testclient import TestClient

from laneside.centre.app import create_app
from laneside.centre.demo import CENTRE_ACCOUNT, STATION_HEX
from laneside.centre.settings import Settings
from laneside.centre.web.pages import SESSION_COOKIE

PAGES = (
    "/", "/records", "/records/x", "/events", "/events/x", "/terminals", "/psams", "/alarms", f"/photos/{'0' * 64}.jpg",
)  # fmt: skip


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
    assert PASSWORDS.centre not in kept
    assert client.cookies[SESSION_COOKIE] not in kept


def test_wrong_passwords_names_and_secrets_stay_outside(client):
    assert log_in(client, password="wrong").status_code == 403
    assert log_in(client, name="nobody").status_code == 403
    client.get("/login")
    assert (
        client.post("/login", data={"csrf": "x", "name": CENTRE_ACCOUNT, "password": PASSWORDS.centre}).status_code
        == 403
    )
    assert client.post("/login").status_code == 403
    assert client.get("/records").status_code == 303


def try_from(app, address, *, password=PASSWORDS.centre, name=CENTRE_ACCOUNT):
    """Log in from an address; its answer."""
    client = TestClient(app, base_url="http://127.0.0.1", client=(address, 40000), follow_redirects=False)
    return log_in(client, password=password, name=name)


def test_five_wrong_tries_make_their_own_address_wait(app, centre, clock):
    assert [try_from(app, "10.0.0.9", password="wrong").status_code for _ in range(5)] == [403] * 5
    refused = try_from(app, "10.0.0.9")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
    assert "密码未核对，请稍候再试。 需等待 10 s" in refused.text
    assert try_from(app, "10.0.0.10").status_code == 303
    clock.at += timedelta(seconds=10)
    assert try_from(app, "10.0.0.9").status_code == 303


def test_a_session_ends_by_itself_and_by_logging_out(client, visitor, clock):
    assert client.get("/records").status_code == 200
    clock.at += timedelta(hours=12)
    assert client.get("/records").status_code == 303
    log_in(client)
    token = client.cookies[SESSION_COOKIE]
    client.post("/logout", data={"csrf": csrf(client.get("/records"))})
    client.cookies.set(SESSION_COOKIE, token)
    assert client.get("/records").status_code == 303


def test_what_another_site_makes_a_browser_ask_for_is_refused_and_a_link_opens_the_page(client, visitor):
    image = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    for headers in (image, {"origin": "http://evil.example"}):
        refused = client.get("/records", headers=headers)
        assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
    for headers in (link, {"referer": "http://evil.example/x"}):
        opened = client.get("/records?lang=en", headers=headers)
        assert (opened.status_code, "set-cookie" in opened.headers) == (200, False)
        assert 'url=/records?lang=en"' in opened.text
    assert client.post("/logout", headers={"origin": "http://evil.example"}).status_code == 403
    assert client.get("/records").status_code == 200


def through(app, address, **headers):
    """Return a client of the proxy at an address, which calls by the centre's public name."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return TestClient(app, base_url="http://127.0.0.1", headers=told, client=(address, 40000), follow_redirects=False)


def test_a_trusted_proxy_says_scheme_host_and_client_and_no_one_else_does(tmp_path, clock, seeded_folder):
    folder = shutil.copytree(seeded_folder, tmp_path / "centre")
    settings = Settings(data=folder, hosts=("centre.example",), trusted_proxies=("10.1.0.0/16",))
    app = create_app(settings, clock, os.urandom)
    says = {"x_forwarded_proto": "https", "x_forwarded_host": "centre.example", "x_forwarded_for": "6.6.6.6, 10.0.0.9"}
    try:
        client = through(app, "10.1.2.3", **says, origin="https://centre.example")
        page = client.get("/login")
        assert "Secure" in page.headers["set-cookie"]
        form = {"csrf": csrf(page), "name": CENTRE_ACCOUNT, "password": PASSWORDS.centre}
        cookie = page.headers["set-cookie"].partition(";")[0]
        assert client.post("/login", data=form, headers={"cookie": cookie}).status_code == 303
        assert through(app, "10.2.0.1", **says).get("/login").status_code == 400
        stranger = through(app, "10.2.0.1", **(says | {"host": "centre.example"}), origin="https://centre.example")
        assert stranger.get("/login").status_code == 403
    finally:
        app.state.centre.close()
