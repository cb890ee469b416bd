"""Heartbeats, and the journal's head that only goes on."""

from datetime import timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from laneside.contract.exchange import Heartbeat, HeartbeatReply, Refusal, VersionReport
from laneside.contract.parameters import DocumentKind
from laneside.contract.signing import canonical, head_bytes, parse


def beat(device, seq, journal_hash="ab" * 32, key=None, **changes):
    head = head_bytes(terminal_id=device.terminal_id, seq=seq, hash_hex=journal_hash)
    values = {
        "terminal_id": device.terminal_id,
        "at": device.clock.now(),
        "software": "0.1.0",
        "unsent_records": 2,
        "unsent_photos": 3,
        "refused_items": 0,
        "open_debits": 1,
        "versions": (VersionReport(kind="tariff", current=1, next=2, next_activates_at=device.clock.now()),),
        "operator_id": "620101",
        "shift": 1,
        "lane_hex": "62010A0B11",
        "psam_authorised": True,
        "journal_seq": seq,
        "journal_hash": journal_hash,
        "journal_signature": (key or device.key).sign(head),
    }
    message = Heartbeat(**(values | changes))
    device.clock.sleep(1)
    return device.ask("POST", "/api/v1/heartbeat", canonical(message))


def alarms(rows):
    return [(row["kind"], row["times"]) for row in rows("SELECT kind, times FROM alarms ORDER BY seq")]


def test_the_reply_tells_the_centres_clock_and_its_newest_versions(device, clock, rows):
    answer = beat(device, 5)
    reply = parse(answer.content, HeartbeatReply)
    assert answer.status_code == 200
    assert (reply.at, reply.versions) == (clock.at, dict.fromkeys(DocumentKind, 1))
    (row,) = rows("SELECT * FROM terminals")
    assert (row["journal_seq"], row["journal_hash"]) == (5, "ab" * 32)
    kept = msgspec.json.decode(row["heartbeat"], type=Heartbeat)
    assert (kept.unsent_records, kept.unsent_photos, kept.open_debits) == (2, 3, 1)


def test_a_head_that_stands_or_goes_on_is_in_order(device, rows):
    for seq, journal_hash in ((5, "ab" * 32), (5, "ab" * 32), (6, "cd" * 32)):
        assert beat(device, seq, journal_hash).status_code == 200
    assert alarms(rows) == []


def test_a_head_that_goes_back_raises_an_alarm_and_the_furthest_one_stays_known(device, rows):
    beat(device, 9)
    assert beat(device, 8, "cd" * 32).status_code == 200
    assert beat(device, 8, "cd" * 32).status_code == 200
    assert alarms(rows) == [("journal-went-back", 2)]
    assert rows("SELECT journal_seq, journal_hash FROM terminals") == [{"journal_seq": 9, "journal_hash": "ab" * 32}]


def test_another_hash_at_the_same_place_raises_an_alarm(device, rows):
    beat(device, 9)
    beat(device, 9, "cd" * 32)
    assert alarms(rows) == [("journal-forked", 1)]


def test_a_head_that_the_device_did_not_sign_is_refused_and_alarming(device, rows):
    answer = beat(device, 9, key=Ed25519PrivateKey.generate())
    assert (answer.status_code, parse(answer.content, Refusal).code) == (400, "journal-signature")
    assert alarms(rows) == [("journal-signature", 1)]
    assert rows("SELECT journal_seq FROM terminals") == [{"journal_seq": None}]


def test_an_overtaken_or_repeated_heartbeat_changes_nothing(device, rows, clock):
    old = clock.now()
    clock.sleep(60)
    beat(device, 9)
    assert beat(device, 4, at=old).status_code == 200
    assert alarms(rows) == []
    assert rows("SELECT journal_seq FROM terminals") == [{"journal_seq": 9}]


@pytest.mark.parametrize("off", [timedelta(hours=-3), timedelta(days=2)])
def test_a_terminal_whose_clock_is_off_hears_the_centres_and_is_shown(device, rows, clock, off):
    moment = (clock.at + off).isoformat()
    message = msgspec.json.decode(beat(device, 1).request.content, type=Heartbeat)
    late = canonical(msgspec.structs.replace(message, at=clock.at + off))
    answer = device.ask("POST", "/api/v1/heartbeat", late, sent_at=moment)
    assert parse(answer.content, HeartbeatReply).at == clock.at
    assert alarms(rows) == [("clock-off", 1)]
    beat(device, 2)
    assert rows("SELECT journal_seq FROM terminals") == [{"journal_seq": 2}]


def test_a_heartbeat_of_another_terminal_is_refused(enrol):
    mine, other = enrol(), enrol()
    answer = beat(mine, 1, terminal_id=other.terminal_id)
    assert (answer.status_code, parse(answer.content, Refusal).code) == (422, "foreign-terminal")


@pytest.mark.parametrize("seq", [-1, 2**63, 2**70])
def test_a_number_that_no_journal_has_is_refused(device, rows, seq):
    answer = beat(device, seq)
    assert (answer.status_code, parse(answer.content, Refusal).code) == (400, "contract")
    assert rows("SELECT journal_seq FROM terminals") == [{"journal_seq": None}]
