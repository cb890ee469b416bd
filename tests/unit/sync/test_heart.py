"""What the centre hears of a terminal, and what the terminal hears of the time."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta

import httpx2
import pytest

from laneside.contract.parameters import DocumentKind
from laneside.sync import DocumentStore, Heart, Outcome, TerminalState


@pytest.fixture
def heart(remote, identity, journal, folder, centre, clock, bodies):
    store = DocumentStore(folder, centre_key=centre.public_key, station_hex=identity.station_hex)
    document = centre.publish(DocumentKind.TARIFF, 4, bodies[DocumentKind.TARIFF]("6220260701004"), clock.now())
    store.offer(document, clock.now())
    state = TerminalState(open_debits=1, operator_id="1001", shift=2, lane_hex="62010A0B12", psam_authorised=True)
    return Heart(remote, identity, journal, store, clock=clock, software="laneside 0.1.0", state=lambda: state)


def test_the_beat_carries_state_versions_and_the_signed_head(heart, journal, centre, identity, clock):
    for kind, subject in (("record", "R1"), ("event", "E1"), ("image", "X1"), ("photo", "ab"), ("record", "R2")):
        journal.append(kind, b"{}", subject=subject)
    journal.refuse("R2", b"{}")
    assert heart.step().outcome is Outcome.DONE
    (beat,) = centre.heartbeats
    assert beat["terminalId"] == "T1"
    assert (beat["unsentRecords"], beat["unsentPhotos"], beat["refusedItems"], beat["openDebits"]) == (2, 2, 1, 1)
    assert (beat["operatorId"], beat["shift"], beat["laneHex"], beat["psamAuthorised"]) == (
        "1001",
        2,
        "62010A0B12",
        True,
    )
    assert [(one["kind"], one["current"]) for one in beat["versions"]] == [
        ("parameters", None),
        ("tariff", 4),
        ("status-list", None),
    ]
    assert (beat["journalSeq"], beat["journalHash"]) == (6, journal.head().hash.hex())
    signed = f"laneside-journal-head-1\nT1\n6\n{journal.head().hash.hex()}".encode()
    identity.key.public_key().verify(b64decode(beat["journalSignature"]), signed)


def test_the_heart_beats_every_five_minutes_and_with_patience_in_trouble(heart, centre, clock):
    heart.step()
    clock.sleep(299)
    assert heart.step().outcome is Outcome.IDLE
    clock.sleep(1)
    centre.trouble = lambda _request: httpx2.Response(503)
    waits = []
    for _ in range(3):
        step = heart.step()
        waits.append(step.wait_s)
        clock.sleep(step.wait_s)
    assert waits == [1, 3, 5]
    centre.trouble = None
    assert heart.step().outcome is Outcome.DONE
    assert len(centre.heartbeats) == 2


@pytest.mark.parametrize("ahead_s", [-90, 0, 7])
def test_the_clocks_are_compared_at_the_middle_of_the_way(heart, centre, clock, ahead_s):
    assert heart.clock_check.newest is None

    class Ahead:
        @staticmethod
        def now():
            return clock.now() + timedelta(seconds=ahead_s)

    def slow(_request):
        clock.sleep(2)
        body = b'{"at":"%s","versions":{}}' % Ahead.now().isoformat().encode()
        clock.sleep(2)
        return httpx2.Response(200, content=body)

    start = clock.now()
    centre.trouble = slow
    heart.step()
    reading = heart.clock_check.newest
    assert (reading.ahead_s, reading.within_s, reading.at) == (ahead_s, 2, start)


def test_a_reply_without_a_time_teaches_nothing(heart, centre):
    centre.trouble = lambda _request: httpx2.Response(200, content=b'{"versions":{}}')
    assert heart.step().outcome is Outcome.FAILED
    assert heart.clock_check.newest is None
