"""A centre that was put back: every answer is signed and says where it is, evidence begins a new generation."""

import shutil
from base64 import b64decode
from datetime import timedelta
from os import urandom

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from laneside.centre.app import open_centre
from laneside.centre.demo import STATION_HEX, demo_tariff
from laneside.centre.settings import Settings
from laneside.contract.exchange import StoreEvidence
from laneside.contract.parameters import DocumentKind, SignedDocument
from laneside.contract.signing import answer_bytes, canonical, chain_after, document_bytes, parse, public_bytes, verify


def checked(device, answer, known="0"):
    """Hold the centre to its signature over an answer, and return what it says of its store."""
    signature = b64decode(answer.headers["Laneside-Answer"])
    message = answer_bytes(
        request=answer.request.headers["Laneside-Signature"],
        known=known,
        status=answer.status_code,
        centre_time=answer.headers["Laneside-Time"],
        store=answer.headers["Laneside-Store"],
        body=answer.content,
    )
    verify(device.reply.centre_key, signature, message)
    return answer.headers["Laneside-Store"].split(" ")


def position(device, known="0"):
    headers = device.headers("GET", "/api/v1/store") | {"Laneside-Known": known}
    return checked(device, device.client.get("/api/v1/store", headers=headers), known)


def test_items_are_numbered_without_gaps_in_one_chain(device, jpeg):
    first, second = device.upload(), device.upload()
    answers = [device.put_record(first), device.put("events", "E1", device.event()), device.put_record(second)]
    receipts = [device.receipt(answer) for answer in answers]
    assert [receipt.place.number for receipt in receipts] == [1, 2, 3]
    chain = "0" * 64
    for receipt, kind in zip(receipts, ("record", "event", "record"), strict=True):
        chain = chain_after(
            chain, number=receipt.place.number, kind=kind, subject=receipt.subject, digest_hex=receipt.digest
        )
        assert receipt.place.chain == chain
    assert device.receipt(device.put_record(first)).place == receipts[0].place, "exists brings the original one"
    store_id, generation, number, last, agrees = position(device, f"2 {receipts[1].place.chain}")
    assert (store_id, int(generation)) == (receipts[0].place.store_id, 1)
    assert (int(number), last, agrees) == (3, chain, "yes")
    assert position(device, "2 " + "0" * 64)[4] == "no"
    assert position(device, f"4 {chain}")[4] == "no"


def test_each_terminal_has_a_chain_of_its_own(device, enrol):
    other = enrol("另一台")
    device.receipt(device.put("events", "E1", device.event()))
    assert other.receipt(other.put("events", "E2", other.event("E2"))).place.number == 1


def test_a_conflict_has_no_place(device):
    device.put("events", "E1", device.event())
    receipt = device.receipt(device.put("events", "E1", device.event(reason="另一")))
    assert receipt.place is msgspec.UNSET
    assert position(device)[2] == "1"


def test_a_no_is_signed_as_well_as_a_yes(device, client, clock):
    for answer in (
        device.put("events", "E1", b"{"),
        device.ask("GET", "/api/v1/documents/tariff/77"),
        device.ask("GET", "/api/v1/store", terminal_id="T-UNKNOWN"),
        device.ask("PUT", "/api/v1/events/E1", b"x", key=Ed25519PrivateKey.from_private_bytes(b"\x09" * 32)),
        device.put("events", "E1", b" " * 300_000),
        device.ask("GET", "/api/v1/store", sent_at=(clock.now() - timedelta(hours=1)).isoformat()),
    ):
        assert answer.status_code >= 400
        checked(device, answer)
    assert "Laneside-Answer" not in client.get("/api/v1/store").headers


@pytest.fixture
def older(device, tmp_path, centre, clock):
    """Make a copy of the centre's folder, and put it back later: the centre that it then is."""
    opened = []

    def copy():
        with centre.database.writing() as connection:
            connection.exec_driver_sql("SELECT 1")
        shutil.copytree(centre.settings.data, tmp_path / "copy")

    def put_back():
        folder = shutil.copytree(tmp_path / "copy", tmp_path / f"back{len(opened)}")
        opened.append(open_centre(Settings(data=folder), clock, urandom))
        return opened[-1]

    yield copy, put_back
    for each in opened:
        each.close()


def place(centre, terminal_id):
    with centre.database.reading() as connection:
        return centre.store.place(connection, terminal_id)


def test_a_copied_folder_is_a_store_of_its_own_and_signs_its_documents_again(device, centre, older):
    copy, put_back = older
    before = place(centre, device.terminal_id)
    copy()
    restored = put_back()
    after = place(restored, device.terminal_id)
    assert (after.generation, after.store_id != before.store_id) == (2, True)
    for kind in DocumentKind:
        document = restored.documents.newest(STATION_HEX, kind)
        assert document.generation == 2
        verify(public_bytes(restored.key), document.signature, document_bytes(document))
    assert [alarm.kind for alarm in restored.alarms.shown()] == ["store-put-back"]


def test_a_folder_that_is_opened_where_it_was_is_the_same_store(device, centre, clock):
    before = place(centre, device.terminal_id)
    again = open_centre(centre.settings, clock, urandom)
    assert place(again, device.terminal_id) == before
    assert again.alarms.shown() == ()
    again.close()


def test_a_receipt_that_exceeds_the_store_begins_a_generation_above_its_own(device, centre, older):
    copy, put_back = older
    copy()
    receipt = device.receipt(device.put("events", "E1", device.event()))
    later = msgspec.structs.replace(receipt.place, generation=5)
    bare = msgspec.structs.replace(receipt, place=later, signature=b"")
    restored = put_back()
    assert restored.store.weigh(device.terminal_id, StoreEvidence(receipt=receipt)) == 2, "its generation is over"
    signed = msgspec.structs.replace(bare, signature=centre.key.sign(receipt_text(bare)))
    assert restored.store.weigh(device.terminal_id, StoreEvidence(receipt=signed)) == 6
    assert restored.store.weigh(device.terminal_id, StoreEvidence(receipt=signed)) == 6, "told twice, begun once"


def receipt_text(receipt):
    return b"laneside-receipt-1\n" + canonical(receipt)


def test_what_the_store_holds_is_no_evidence(device, centre):
    receipt = device.receipt(device.put("events", "E1", device.event()))
    head = centre.documents.newest(STATION_HEX, DocumentKind.TARIFF).head
    answer = device.ask("POST", "/api/v1/store/evidence", canonical(StoreEvidence(receipt=receipt, documents=(head,))))
    assert answer.status_code == 200
    assert position(device)[1] == "1"
    assert centre.alarms.shown() == ()


@pytest.mark.parametrize("change", [{"version": 9}, {"generation": 9}, {"digest": "0" * 64}])
def test_evidence_that_the_centre_never_signed_changes_nothing(device, centre, change):
    head = msgspec.structs.replace(centre.documents.newest(STATION_HEX, DocumentKind.TARIFF).head, **change)
    answer = device.ask("POST", "/api/v1/store/evidence", canonical(StoreEvidence(documents=(head,))))
    assert (answer.status_code, answer.json()["code"]) == (401, "signature")
    assert position(device)[1] == "1"


def test_another_terminals_receipt_is_no_evidence(device, enrol):
    receipt = device.receipt(device.put("events", "E1", device.event()))
    other = enrol("另一台")
    answer = other.ask("POST", "/api/v1/store/evidence", canonical(StoreEvidence(receipt=receipt)))
    assert answer.status_code == 401


def test_a_device_is_told_that_its_document_is_not_known(device, centre, older, clock):
    copy, put_back = older
    copy()
    lost = centre.documents.publish(DocumentKind.TARIFF, demo_tariff(clock.at), clock.at, station_hex=STATION_HEX)
    restored = put_back()
    assert restored.documents.after(STATION_HEX, DocumentKind.TARIFF, lost.version, lost.generation) != ()
    answer = device.ask("GET", f"/api/v1/documents/tariff?after=7&generation=1&head={'0' * 64}")
    assert (answer.status_code, answer.json()["code"]) == (409, "document-unknown")
    newest = centre.documents.newest(STATION_HEX, DocumentKind.TARIFF)
    assert device.ask("GET", "/api/v1/documents/tariff?after=7&generation=0&head=x").status_code == 200
    assert parse(device.ask("GET", "/api/v1/documents/tariff/newest").content, SignedDocument) == newest
