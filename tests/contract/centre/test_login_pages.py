"""Login, sessions and lock-outs of the centre's pages."""

from datetime import timedelta

import pytest
from centre_pages import PASSWORDS, csrf, log_in

from laneside.centre.demo import CENTRE_ACCOUNT, STATION_HEX
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
