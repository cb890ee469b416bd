"""Signed requests, and what counts as the centre's answer."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import httpx2
import msgspec
import pytest

from laneside.contract.exchange import Receipt, Refusal, Stored
from laneside.contract.parameters import DocumentKind
from laneside.contract.signing import canonical, document_bytes
from laneside.errors import CentreUnreachableError, SignatureError
from laneside.journal.entry import Outgoing
from laneside.sync.centre_client import CentreCheck, CentreClient
from laneside.sync.link import CentreLink


def raising(error):
    def trouble(_request):
        raise error

    return trouble


def answering(status, body, **headers):
    return lambda _request: httpx2.Response(status, content=body, headers=headers)


REFUSAL = canonical(Refusal(code="contract", text="不符", remedy="问中心"))


def test_an_item_is_at_the_centre_byte_for_byte_and_its_receipt_is_bound(remote, centre):
    receipt = remote.put(Outgoing.RECORD, "R1", b'{"a":1}')
    assert centre.kept == {("records", "R1"): b'{"a":1}'}
    assert centre.requests == ["PUT /api/v1/records/R1"]
    assert (receipt.terminal_id, receipt.subject, receipt.stored) == ("T1", "R1", Stored.CREATED)
    assert receipt.digest == hashlib.sha256(b'{"a":1}').hexdigest()
    assert remote.put(Outgoing.RECORD, "R1", b'{"a":1}').stored is Stored.EXISTS


def test_each_kind_has_its_shelf(remote, centre):
    for kind in Outgoing:
        remote.put(kind, "S1", b"body")
    assert set(centre.kept) == {("records", "S1"), ("events", "S1"), ("images", "S1"), ("photos", "S1")}


def test_a_subject_can_not_leave_its_place_in_the_address(remote, centre):
    remote.put(Outgoing.EVENT, "../records/京A?x=1#y", b"body")
    assert centre.requests == ["PUT /api/v1/events/..%2Frecords%2F%E4%BA%ACA%3Fx%3D1%23y"]


def test_a_conflict_is_told_by_a_signed_receipt(remote):
    remote.put(Outgoing.RECORD, "R1", b"one")
    receipt = remote.put(Outgoing.RECORD, "R1", b"two")
    assert isinstance(receipt, Receipt)
    assert receipt.stored is Stored.CONFLICT


@pytest.mark.parametrize("status", [400, 409, 413, 415, 422])
def test_a_no_to_this_item_is_a_value(remote, centre, status):
    centre.says = answering(status, REFUSAL)
    assert remote.put(Outgoing.RECORD, "R1", b"x") == Refusal(code="contract", text="不符", remedy="问中心")


@pytest.mark.parametrize("status", [401, 403, 404, 405, 408, 429])
def test_a_no_to_this_terminal_is_no_refusal_of_the_item(remote, centre, status):
    centre.says = answering(status, REFUSAL)
    with pytest.raises(CentreUnreachableError, match="turns this terminal away: contract"):
        remote.put(Outgoing.RECORD, "R1", b"x")


@pytest.mark.parametrize(
    "trouble",
    [
        raising(httpx2.ConnectError("refused")),
        raising(httpx2.ReadTimeout("slow")),
        raising(httpx2.RemoteProtocolError("nonsense")),
        answering(500, b"Internal Server Error"),
        answering(503, REFUSAL),
        answering(302, b"", location="https://portal.example/login"),
        answering(200, b"<html>log in to the hotel</html>"),
        answering(400, b"<html>bad request</html>"),
        answering(409, b"<html>conflict</html>"),
        answering(200, b""),
        answering(201, REFUSAL),
        answering(200, b"\xff\xfe"),
        answering(200, b"not gzip", **{"content-encoding": "gzip"}),
    ],
)
def test_whatever_is_not_the_centres_answer_means_it_was_not_reached(remote, centre, trouble):
    centre.trouble = trouble
    for ask in (
        lambda: remote.put(Outgoing.RECORD, "R1", b"x"),
        lambda: remote.documents(DocumentKind.TARIFF, None),
    ):
        with pytest.raises(CentreUnreachableError):
            ask()
    assert centre.kept == {}


@pytest.mark.parametrize(
    "change",
    [{"terminal_id": "T2"}, {"subject": "R2"}, {"digest": "0" * 64}],
)
def test_a_signed_receipt_for_something_else_is_not_believed(remote, centre, change):
    centre.forge = lambda receipt: centre.signed(msgspec.structs.replace(receipt, **change))
    with pytest.raises(SignatureError):
        remote.put(Outgoing.RECORD, "R1", b"x")


@pytest.mark.parametrize("signature", [b"", bytes(64), b"short"])
def test_a_receipt_without_the_pinned_keys_signature_is_not_believed(remote, centre, signature):
    centre.forge = lambda receipt: msgspec.structs.replace(receipt, signature=signature)
    with pytest.raises(SignatureError):
        remote.put(Outgoing.RECORD, "R1", b"x")


def test_a_forged_conflict_is_not_believed_either(remote, centre):
    remote.put(Outgoing.RECORD, "R1", b"one")
    centre.forge = lambda receipt: msgspec.structs.replace(receipt, signature=bytes(64))
    with pytest.raises(SignatureError):
        remote.put(Outgoing.RECORD, "R1", b"two")


def test_a_centre_below_a_path_gets_the_path_signed(identity, clock, centre):
    def answer(request):
        assert request.url.path.startswith("/lane/api/v1/")
        centre.checked(request)
        return centre.vouched(request, httpx2.Response(200, content=b"[]"))

    with httpx2.Client(transport=httpx2.MockTransport(answer), base_url="https://centre.example/lane/") as client:
        remote = CentreClient(CentreLink(client), identity, clock=clock)
        assert remote.documents(DocumentKind.TARIFF, None) == ()


def test_documents_come_oldest_first_from_a_signed_question(remote, centre, bodies, clock):
    published = [
        centre.publish(DocumentKind.TARIFF, each, bodies[DocumentKind.TARIFF](), clock.now()) for each in (3, 2, 1)
    ]
    held = published[-1].head
    assert [found.version for found in remote.documents(DocumentKind.TARIFF, held)] == [2, 3]
    head = hashlib.sha256(document_bytes(held)).hexdigest()
    assert centre.requests == [f"GET /api/v1/documents/tariff?after=1&generation=0&head={head}"]


def test_a_document_that_the_centre_does_not_know_is_told(remote, centre, bodies, clock):
    held = centre.publish(DocumentKind.TARIFF, 2, bodies[DocumentKind.TARIFF](), clock.now()).head
    centre.documents.clear()
    assert remote.documents(DocumentKind.TARIFF, held) is None


def test_an_answer_to_another_question_is_not_the_centres(remote, centre):
    kept = []

    def replayed(request):
        if not kept:
            kept.append(centre.vouched(request, centre.worked(request, centre.checked(request))))
        return httpx2.Response(kept[0].status_code, content=kept[0].content, headers=kept[0].headers)

    centre.trouble = replayed
    assert remote.put(Outgoing.EVENT, "E1", b"x").stored is Stored.CREATED
    with pytest.raises(CentreUnreachableError, match="not this terminal's centre"):
        remote.put(Outgoing.EVENT, "E1", b"x2")


@pytest.mark.parametrize("changed", ["Laneside-Time", "Laneside-Store", "Laneside-Answer"])
def test_an_answer_that_was_changed_on_the_way_is_not_the_centres(remote, centre, changed):
    def meddled(request):
        response = centre.vouched(request, centre.worked(request, centre.checked(request)))
        response.headers[changed] = response.headers[changed].replace("0", "1") + "1"
        return response

    centre.trouble = meddled
    with pytest.raises(CentreUnreachableError, match="not this terminal's centre"):
        remote.put(Outgoing.EVENT, "E1", b"x")


def test_a_hidden_disagreement_is_not_believed(remote, centre, agreement, journal):
    """Something in between that drops what the terminal knows gets an answer that does not fit the question."""
    centre.trouble = lambda request: request.headers.update({"Laneside-Known": "0"})
    journal.append("event", b"x", subject="E1")
    agreement._number, agreement._chain = 4, "ab" * 32
    with pytest.raises(CentreUnreachableError, match="not this terminal's centre"):
        remote.put(Outgoing.EVENT, "E1", b"x")


@pytest.mark.parametrize("ahead_s", [-90, 0, 42])
def test_the_centres_clock_is_compared_with_ours_at_the_middle_of_the_way(centre, remote, clock, ahead_s):
    def answer(_request):
        clock.sleep(2)
        told = (clock.now() + timedelta(seconds=ahead_s)).isoformat()
        clock.sleep(2)
        return httpx2.Response(200, content=b"[]", headers={"Laneside-Time": told})

    centre.says = answer
    assert remote.check() == CentreCheck(clock_ahead_s=ahead_s, trouble="")


def test_a_centre_that_turns_the_terminal_away_still_tells_its_clock(centre, remote, clock):
    refusal = canonical(Refusal(code="clock", text="时间相差过大"))
    told = (clock.now() - timedelta(hours=1)).isoformat()
    centre.says = lambda _request: httpx2.Response(401, content=refusal, headers={"Laneside-Time": told})
    assert remote.check() == CentreCheck(clock_ahead_s=-3600, trouble="clock: 时间相差过大")


@pytest.mark.parametrize("told", ["", "noon", "2026-07-01T08:00:00"])
def test_without_a_time_in_its_answer_no_clock_is_compared(centre, remote, told):
    centre.says = lambda _request: httpx2.Response(200, content=b"[]", headers={"Laneside-Time": told})
    assert remote.check() == CentreCheck(clock_ahead_s=None, trouble="")


def test_a_centre_that_is_not_reached_is_a_trouble(centre, remote):
    def silent(_request):
        raise httpx2.ConnectError("no way")

    centre.trouble = silent
    check = remote.check()
    assert (check.clock_ahead_s, "no way" in check.trouble) == (None, True)
