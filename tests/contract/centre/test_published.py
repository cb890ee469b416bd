"""Signed documents over HTTP."""

from datetime import timedelta

import pytest

from laneside.centre.demo import STATION_HEX, demo_tariff
from laneside.contract.exchange import Refusal
from laneside.contract.parameters import (
    DocumentKind,
    ListedObject,
    Parameters,
    SignedDocument,
    StatusListFull,
    StatusListRow,
    TariffTable,
)
from laneside.contract.signing import document_bytes, parse, verify

TARIFF = "/api/v1/documents/tariff"


def verified(device, document):
    verify(device.reply.centre_key, document.signature, document_bytes(document))
    return document


def fetch(device, target):
    answer = device.ask("GET", target)
    assert answer.status_code == 200, answer.text
    return verified(device, parse(answer.content, SignedDocument))


def versions_after(device, version):
    answer = device.ask("GET", f"{TARIFF}?after={version}&generation=1")
    return [verified(device, document).version for document in parse(answer.content, list[SignedDocument])]


def test_the_seeded_documents_are_signed_and_readable(device):
    parameters = parse(fetch(device, "/api/v1/documents/parameters/newest").body, Parameters)
    assert parameters.station.station_hex == STATION_HEX
    tariff = parse(fetch(device, f"{TARIFF}/1").body, TariffTable)
    fees = {row.toll_class: (row.fee_fen, row.fee95_fen) for row in tariff.rows}
    assert fees[1] == (1100, 1045)
    listed = parse(fetch(device, "/api/v1/documents/status-list/newest").body, StatusListFull)
    assert listed.rows == (
        StatusListRow(listed=ListedObject.CARD, key="62011111111111111111", type_code=1),
        StatusListRow(listed=ListedObject.OBU, key="6201222222222222", type_code=1),
    )


def test_a_device_gets_the_active_document_and_all_that_come_after_it(device, centre, clock):
    for days in (0, 0, 5, 9):
        moment = clock.at + timedelta(days=days)
        centre.documents.publish(DocumentKind.TARIFF, demo_tariff(clock.at), moment, station_hex=STATION_HEX)
    assert versions_after(device, 0) == [3, 4, 5]
    assert versions_after(device, 3) == [4, 5]
    assert versions_after(device, 5) == []
    assert fetch(device, f"{TARIFF}/newest").version == 5
    assert fetch(device, f"{TARIFF}/2").activates_at == clock.at
    clock.at += timedelta(days=5)
    assert versions_after(device, 0) == [4, 5]


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("/api/v1/documents/secrets/newest", 404, "not-found"),
        ("/api/v1/documents/secrets?after=0", 404, "not-found"),
        (f"{TARIFF}/7", 404, "not-found"),
        (f"{TARIFF}/latest", 400, "contract"),
        (f"{TARIFF}?after=-1", 400, "contract"),
        (f"{TARIFF}?after=99999999999999999999", 400, "contract"),
    ],
)
def test_what_there_is_not(device, target, status, code):
    answer = device.ask("GET", target)
    assert (answer.status_code, parse(answer.content, Refusal).code) == (status, code)
