"""One code, one terminal."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from laneside.centre.demo import STATION_HEX
from laneside.contract.exchange import EnrolmentReply, EnrolmentRequest, Refusal
from laneside.contract.signing import canonical, parse, public_bytes


def ask(client, code, key, name="手持机"):
    device_key = key if isinstance(key, bytes) else public_bytes(key)
    request = EnrolmentRequest(code=code.code, name=name, device_key=device_key)
    return client.post("/api/v1/enrol", content=canonical(request))


def refusal(answer):
    return parse(answer.content, Refusal).code


def test_a_device_gets_its_id_slot_station_and_the_centres_key(enrol, centre, rows):
    device = enrol("东口 1 号机")
    assert device.reply == EnrolmentReply(
        terminal_id=device.terminal_id, slot=1, station_hex=STATION_HEX, centre_key=centre.public_key
    )
    (row,) = rows("SELECT * FROM terminals")
    assert (row["name"], row["slot"], row["device_key"]) == ("东口 1 号机", 1, public_bytes(device.key))
    assert device.ask("GET", "/api/v1/documents/tariff/newest").status_code == 200


def test_slots_of_a_station_differ(enrol):
    assert [enrol().slot for _ in range(3)] == [1, 2, 3]


def test_a_code_works_once(client, centre, rows):
    code = centre.enrolment.issue(STATION_HEX).code
    assert ask(client, code, Ed25519PrivateKey.generate()).status_code == 201
    again = ask(client, code, Ed25519PrivateKey.generate())
    assert (again.status_code, refusal(again)) == (403, "enrolment-code")
    assert len(rows("SELECT * FROM terminals")) == 1


def test_a_device_whose_reply_was_lost_gets_the_same_reply_again(client, centre, rows):
    code, key = centre.enrolment.issue(STATION_HEX).code, Ed25519PrivateKey.generate()
    first = ask(client, code, key)
    second = ask(client, code, key)
    assert first.content == second.content
    assert len(rows("SELECT * FROM terminals")) == 1
    centre.registry.revoke(parse(first.content, EnrolmentReply).terminal_id)
    assert refusal(ask(client, code, key)) == "enrolment-code"


def test_a_code_expires(client, centre, clock, rows):
    code = centre.enrolment.issue(STATION_HEX).code
    clock.at += timedelta(hours=1)
    assert refusal(ask(client, code, Ed25519PrivateKey.generate())) == "enrolment-code"
    assert rows("SELECT * FROM terminals") == []


def test_the_centre_keeps_no_code_only_its_digest(centre, rows):
    code = centre.enrolment.issue(STATION_HEX).code
    (row,) = rows("SELECT * FROM enrolment_codes")
    assert code.code not in str(row)


@pytest.mark.parametrize(("key", "name"), [(b"", "x"), (b"k" * 31, "x"), (b"k" * 33, "x"), (b"k" * 32, "  ")])
def test_a_device_without_a_key_or_a_name_is_refused(client, centre, rows, key, name):
    code = centre.enrolment.issue(STATION_HEX).code
    assert ask(client, code, key, name).status_code == 400
    assert ask(client, code, Ed25519PrivateKey.generate()).status_code == 201  # the code was not spent on it


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b"x" * 5000])
def test_garbage_is_refused_as_a_message(client, body):
    answer = client.post("/api/v1/enrol", content=body)
    assert answer.status_code in {400, 413}
    assert refusal(answer) in {"contract", "too-large"}


def test_a_slot_is_used_again_only_long_after_its_terminal_was_revoked(enrol, centre, clock, rows):
    first = enrol()
    centre.registry.revoke(first.terminal_id)
    assert enrol().slot == 2
    clock.at += timedelta(days=31)
    assert enrol().slot == 1
    assert len(rows("SELECT * FROM terminals WHERE slot = 1")) == 2


def test_a_station_has_ninety_nine_slots(enrol, client, centre):
    for _ in range(99):
        enrol()
    code = centre.enrolment.issue(STATION_HEX).code
    answer = ask(client, code, Ed25519PrivateKey.generate())
    assert (answer.status_code, refusal(answer)) == (409, "slots-exhausted")
