"""What the centre is told of a terminal, and when."""

from __future__ import annotations

from base64 import b64decode

import httpx2
import pytest

from laneside.contract.parameters import DocumentKind
from laneside.sync.document_store import DocumentStore
from laneside.sync.heartbeat import HeartbeatJob, TerminalState
from laneside.sync.job import StepOutcome


@pytest.fixture
def job(remote, identity, journal, folder, centre, clock, bodies):
    store = DocumentStore(folder, centre_key=centre.public_key, station_hex=identity.station_hex)
    document = centre.publish(DocumentKind.TARIFF, 4, bodies[DocumentKind.TARIFF]("6220260701004"), clock.now())
    store.offer(document, clock.now())
    state = TerminalState(open_debits=1, operator_id="1001", shift=2, lane_hex="62010A0B12", psam_authorised=True)
    return HeartbeatJob(remote, identity, journal, store, clock=clock, software="laneside 0.1.0", state=lambda: state)


def test_a_heartbeat_carries_state_versions_and_the_signed_head(job, journal, centre, identity, clock):
    for kind, subject in (("record", "R1"), ("event", "E1"), ("image", "X1"), ("photo", "ab"), ("record", "R2")):
        journal.append(kind, b"{}", subject=subject)
    journal.refuse("R2", b"{}")
    assert job.step().outcome is StepOutcome.DONE
    (sent,) = centre.heartbeats
    assert sent["terminalId"] == "T1"
    assert (sent["unsentRecords"], sent["unsentPhotos"], sent["refusedItems"], sent["openDebits"]) == (2, 2, 1, 1)
    assert (sent["operatorId"], sent["shift"], sent["laneHex"], sent["psamAuthorised"]) == (
        "1001",
        2,
        "62010A0B12",
        True,
    )
    assert [(one["kind"], one["current"]) for one in sent["versions"]] == [
        ("parameters", None),
        ("tariff", 4),
        ("status-list", None),
    ]
    assert (sent["journalSeq"], sent["journalHash"]) == (6, journal.head().hash.hex())
    signed = f"laneside-journal-head-1\nT1\n6\n{journal.head().hash.hex()}".encode()
    identity.key.public_key().verify(b64decode(sent["journalSignature"]), signed)


def test_a_heartbeat_is_sent_every_five_minutes_and_sooner_after_a_failure(job, centre, clock):
    job.step()
    clock.sleep(299)
    assert job.step().outcome is StepOutcome.IDLE
    clock.sleep(1)
    centre.trouble = lambda _request: httpx2.Response(503)
    waits = []
    for _ in range(3):
        step = job.step()
        waits.append(step.wait_s)
        clock.sleep(step.wait_s)
    assert waits == [1, 3, 5]
    centre.trouble = None
    assert job.step().outcome is StepOutcome.DONE
    assert len(centre.heartbeats) == 2


def test_a_reply_without_a_time_is_not_the_centres(job, centre):
    centre.trouble = lambda _request: httpx2.Response(200, content=b'{"versions":{}}')
    assert job.step().outcome is StepOutcome.FAILED
