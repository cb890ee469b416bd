"""Only what an enrolled, unrevoked device signed a short time ago comes in."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from laneside.contract.exchange import Refusal
from laneside.contract.signing import canonical, parse


def refusal(answer):
    return answer.status_code, parse(answer.content, Refusal).code


@pytest.fixture
def target(device):
    upload = device.upload()
    return f"/api/v1/records/{upload.record.record_id}", canonical(upload)


@pytest.fixture(autouse=True)
def kept(rows):
    """Hold that nothing came in, unless the test says that one thing may."""
    allowed = []
    yield allowed
    assert len(rows("SELECT * FROM records")) == len(allowed)


def test_a_tampered_body(device, client, target):
    path, body = target
    headers = device.headers("PUT", path, body)
    assert refusal(client.put(path, content=body.replace(b"1045", b"1046"), headers=headers)) == (401, "signature")


def test_a_signature_for_another_address_method_or_time(device, client, target, clock):
    path, body = target
    later = (clock.at + timedelta(seconds=1)).isoformat()
    for headers in (
        device.headers("PUT", path + "0", body),
        device.headers("POST", path, body),
        device.headers("PUT", path, body) | {"Laneside-Time": later},
    ):
        assert refusal(client.put(path, content=body, headers=headers)) == (401, "signature")


def test_the_query_is_signed(device, client):
    headers = device.headers("GET", "/api/v1/documents/tariff?after=0")
    assert client.get("/api/v1/documents/tariff?after=0", headers=headers).status_code == 200
    assert refusal(client.get("/api/v1/documents/tariff?after=1", headers=headers)) == (401, "signature")
    assert refusal(client.get("/api/v1/documents/tariff", headers=headers)) == (401, "signature")


def test_another_devices_key_and_another_terminals_name(enrol, target):
    mine, other = enrol(), enrol()
    path, body = target
    assert refusal(mine.ask("PUT", path, body, key=Ed25519PrivateKey.generate())) == (401, "signature")
    assert refusal(mine.ask("PUT", path, body, terminal_id=other.terminal_id)) == (401, "signature")
    assert refusal(mine.ask("PUT", path, body, terminal_id="T0")) == (401, "unknown-terminal")


@pytest.mark.parametrize("seconds", [-601, 601, -86400, 86400])
def test_a_request_replayed_later_or_signed_for_the_future(device, target, clock, seconds):
    sent_at = (clock.at + timedelta(seconds=seconds)).isoformat()
    answer = device.ask("PUT", *target, sent_at=sent_at)
    assert refusal(answer) == (401, "clock")
    assert answer.headers["Laneside-Time"] == clock.at.isoformat()


@pytest.mark.parametrize("seconds", [-599, 599])
def test_a_clock_that_is_a_little_off_is_no_hindrance(device, target, clock, seconds, kept):
    kept.append(target)
    sent_at = (clock.at + timedelta(seconds=seconds)).isoformat()
    assert device.ask("PUT", *target, sent_at=sent_at).status_code == 201


def test_missing_or_malformed_headers(device, client, target):
    path, body = target
    good = device.headers("PUT", path, body)
    for name, value in (
        ("Laneside-Terminal", ""),
        ("Laneside-Time", ""),
        ("Laneside-Time", "yesterday"),
        ("Laneside-Time", "2026-03-04T05:06:07"),
        ("Laneside-Signature", ""),
        ("Laneside-Signature", "no base64!"),
    ):
        assert refusal(client.put(path, content=body, headers=good | {name: value})) == (401, "not-signed")
    assert refusal(client.put(path, content=body)) == (401, "not-signed")
    short = good | {"Laneside-Signature": "AAAA"}
    assert refusal(client.put(path, content=body, headers=short)) == (401, "signature")


def test_a_revoked_terminal_is_out_at_once(device, centre, target):
    assert device.ask("GET", "/api/v1/documents/tariff").status_code == 200
    assert centre.registry.revoke(device.terminal_id)
    assert refusal(device.ask("GET", "/api/v1/documents/tariff")) == (401, "revoked")
    assert refusal(device.ask("PUT", *target)) == (401, "revoked")
    assert not centre.registry.revoke(device.terminal_id)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_beyond_the_limit(device, client, centre, target, chunked):
    path, _ = target
    body = b" " * (centre.settings.message_bytes_max + 1)
    headers = device.headers("PUT", path, body)
    content = iter([body[:1000], body[1000:]]) if chunked else body
    assert refusal(client.put(path, content=content, headers=headers)) == (413, "too-large")


def test_what_is_not_there_is_refused_in_the_contracts_form(client):
    assert refusal(client.get("/api/v1/nothing")) == (404, "not-found")
    assert refusal(client.get("/api/v1/enrol")) == (405, "method")


def test_a_strange_host_is_not_answered(client):
    assert client.get("/api/v1/documents/tariff", headers={"Host": "evil.example"}).status_code == 400
