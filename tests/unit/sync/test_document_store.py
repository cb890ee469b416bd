"""Current and next of each document, what is not believed, and what a damaged file leaves in force."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import timedelta

import httpx2
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from laneside.contract.exchange import VersionReport
from laneside.contract.parameters import DocumentKind, TariffRow, TariffTable
from laneside.contract.signing import canonical, document_bytes
from laneside.errors import ContractError, SignatureError
from laneside.statuslist.index import StatusListIndex
from laneside.sync.document_store import DocumentStore, Downloader, Offer
from laneside.sync.folder import DiskFolder
from laneside.sync.job import StepOutcome

TARIFF = DocumentKind.TARIFF
HOUR = timedelta(hours=1)

ROW = TariffRow(station_hex="62010A0B", toll_class=1, fee_fen=1100, fee95_fen=1045)


@pytest.fixture
def documents_path(tmp_path):
    return tmp_path / "documents"


@pytest.fixture
def store(documents_path, centre, identity):
    return open_store(documents_path, centre, identity)


@pytest.fixture
def downloader(store, remote, clock):
    return Downloader(store, remote, clock=clock)


def open_store(path, centre, identity):
    return DocumentStore(DiskFolder(path), centre_key=centre.public_key, station_hex=identity.station_hex)


def table(version):
    return TariffTable(rate_version=f"62202607010{version:02d}", rows=(ROW,))


def publish(centre, version, at):
    return centre.publish(TARIFF, version, table(version), at)


def held(store, now):
    found = store.tariff(now)
    return None if found is None else (found.rate_version, store.version(TARIFF, now))


def test_a_device_without_documents_says_none(store, clock):
    now = clock.now()
    assert (store.parameters(now), store.tariff(now), store.status_list(now)) == (None, None, None)
    assert store.version(TARIFF, now) is None
    assert store.parameters_start(now) is None
    assert store.newest(TARIFF) is None
    assert store.versions(now)[1] == VersionReport(kind="tariff", current=None, next=None, next_activates_at=None)


def test_each_kind_comes_back_as_what_it_is(store, downloader, centre, clock, bodies):
    for kind, body in bodies.items():
        centre.publish(kind, 1, body(), clock.now())
    step = downloader.step()
    assert (step.outcome, step.subject) == (StepOutcome.DONE, "parameters-1 tariff-1 status-list-1")
    now = clock.now()
    assert store.parameters(now) == bodies[DocumentKind.PARAMETERS]()
    assert held(store, now) == (bodies[TARIFF]().rate_version, 1)
    assert store.tariff(now) == bodies[TARIFF]()
    assert store.status_list(now) == StatusListIndex.build(bodies[DocumentKind.STATUS_LIST]())


def test_the_next_holds_from_its_moment_and_not_before(store, downloader, centre, clock):
    publish(centre, 1, clock.now() - HOUR)
    publish(centre, 2, clock.now() + HOUR)
    downloader.step()
    assert held(store, clock.now()) == ("6220260701001", 1)
    report = store.versions(clock.now())[1]
    assert (report.current, report.next, report.next_activates_at) == (1, 2, clock.now() + HOUR)
    assert held(store, clock.now() + HOUR - timedelta(microseconds=1)) == ("6220260701001", 1)
    assert held(store, clock.now() + HOUR) == ("6220260701002", 2)
    assert store.versions(clock.now() + HOUR)[1].next is None


def test_current_and_next_are_there_after_a_restart(store, downloader, centre, clock, identity, documents_path):
    publish(centre, 1, clock.now())
    publish(centre, 2, clock.now() + HOUR)
    downloader.step()
    again = open_store(documents_path, centre, identity)
    assert again.damaged == ()
    assert held(again, clock.now()) == ("6220260701001", 1)
    assert held(again, clock.now() + HOUR) == ("6220260701002", 2)


def test_parameters_that_are_to_come_name_their_moment(downloader, centre, clock, bodies, identity, documents_path):
    now = clock.now()
    centre.publish(DocumentKind.PARAMETERS, 1, bodies[DocumentKind.PARAMETERS](), now)
    centre.publish(DocumentKind.PARAMETERS, 2, bodies[DocumentKind.PARAMETERS](), now + HOUR)
    downloader.step()
    again = open_store(documents_path, centre, identity)
    assert again.parameters_start(now - HOUR) == now
    assert again.parameters_start(now) == now + HOUR
    assert again.parameters_start(now + HOUR) is None


def test_versions_only_rise(store, centre, clock):
    assert store.offer(publish(centre, 5, clock.now()), clock.now()) is Offer.TAKEN
    assert store.offer(publish(centre, 5, clock.now()), clock.now()) is Offer.OLD
    assert store.offer(publish(centre, 4, clock.now()), clock.now()) is Offer.OLD
    assert held(store, clock.now()) == ("6220260701005", 5)


def test_a_version_in_force_stays_when_the_clock_is_set_back(store, centre, clock):
    store.offer(publish(centre, 1, clock.now()), clock.now())
    store.offer(publish(centre, 2, clock.now() + HOUR), clock.now())
    assert held(store, clock.now() + HOUR)[1] == 2
    assert held(store, clock.now())[1] == 2


def test_a_newer_version_takes_the_place_of_the_next_unless_the_next_would_lose_its_time(
    store, centre, clock, documents_path
):
    now = clock.now()
    store.offer(publish(centre, 1, now), now)
    store.offer(publish(centre, 2, now + 2 * HOUR), now)
    assert store.offer(publish(centre, 3, now + HOUR), now) is Offer.TAKEN
    later = publish(centre, 4, now + 3 * HOUR)
    assert store.offer(later, now) is Offer.LATER
    assert [held(store, now + hours * HOUR)[1] for hours in (0, 1, 2)] == [1, 3, 3]
    assert store.offer(later, now + HOUR) is Offer.TAKEN
    assert held(store, now + 3 * HOUR)[1] == 4
    assert sorted(path.name for path in documents_path.iterdir()) == [
        f"tariff-{version:010d}.json" for version in (1, 3, 4)
    ]


def test_old_files_go_but_the_one_before_stays(store, centre, clock, documents_path):
    for version in range(1, 6):
        store.offer(publish(centre, version, clock.now()), clock.now())
    assert sorted(path.name for path in documents_path.iterdir()) == [
        "tariff-0000000004.json",
        "tariff-0000000005.json",
    ]


@pytest.mark.parametrize("cut", [0, 20, -1])
def test_a_damaged_file_leaves_the_one_before_in_force_until_it_is_fetched_again(
    store, downloader, centre, clock, identity, remote, documents_path, cut
):
    publish(centre, 1, clock.now())
    downloader.step()
    publish(centre, 2, clock.now())
    clock.sleep(60)
    downloader.step()
    path = documents_path / "tariff-0000000002.json"
    path.write_bytes(path.read_bytes()[:cut])
    again = open_store(documents_path, centre, identity)
    assert len(again.damaged) == 1
    assert again.damaged[0].startswith("tariff-0000000002.json")
    assert held(again, clock.now())[1] == 1
    Downloader(again, remote, clock=clock).step()
    assert held(again, clock.now())[1] == 2
    assert open_store(documents_path, centre, identity).damaged == ()


def test_one_changed_byte_in_the_body_is_found_by_the_signature(store, centre, clock, identity, documents_path):
    document = publish(centre, 1, clock.now())
    store.offer(document, clock.now())
    path = documents_path / "tariff-0000000001.json"
    body = document.body.replace(b"6220260701001", b"6220260701009")
    changed = msgspec.structs.replace(document, body=body, digest=hashlib.sha256(body).hexdigest())
    for text, fault in (
        (msgspec.json.encode(changed), "signature"),
        (path.read_bytes().replace(b64encode(document.body), b64encode(body)), "not the one that its head names"),
    ):
        path.write_bytes(text)
        again = open_store(documents_path, centre, identity)
        assert fault in again.damaged[0]
        assert again.tariff(clock.now()) is None


def test_a_document_of_another_key_or_with_a_changed_head_is_not_believed(store, centre, clock, documents_path):
    stranger = Ed25519PrivateKey.from_private_bytes(b"\x0a" * 32)
    foreign = centre.publish(TARIFF, 1, table(1), clock.now(), key=stranger)
    good = publish(centre, 1, clock.now())
    for document in (
        foreign,
        msgspec.structs.replace(good, version=2),
        msgspec.structs.replace(good, activates_at=clock.now() - HOUR),
        msgspec.structs.replace(good, kind=DocumentKind.STATUS_LIST),
    ):
        with pytest.raises(SignatureError):
            store.offer(document, clock.now())
    assert list(documents_path.iterdir()) == []


def test_signed_nonsense_and_another_stations_parameters_are_not_kept(store, centre, clock, documents_path, bodies):
    other_station = bodies[DocumentKind.PARAMETERS](station_hex="62010A0C")
    for kind, version, body in (
        (TARIFF, 1, {"rows": "many"}),
        (TARIFF, 0, table(0)),
        (DocumentKind.PARAMETERS, 1, other_station),
    ):
        document = centre.publish(kind, version, body, clock.now())
        assert centre.key.public_key().verify(document.signature, document_bytes(document)) is None
        with pytest.raises(ContractError):
            store.offer(document, clock.now())
    assert list(documents_path.iterdir()) == []


def test_one_bad_kind_does_not_keep_the_others_from_coming(store, downloader, centre, clock, bodies):
    centre.publish(DocumentKind.PARAMETERS, 1, {"nonsense": True}, clock.now())
    publish(centre, 1, clock.now())
    step = downloader.step()
    assert (step.outcome, step.subject) == (StepOutcome.FAILED, "tariff-1")
    assert held(store, clock.now())[1] == 1


def test_the_downloader_asks_after_what_it_has_and_not_before_its_time(downloader, centre, clock):
    document = publish(centre, 7, clock.now())
    downloader.step()
    assert "GET /api/v1/documents/tariff?after=0" in centre.requests
    asked = len(centre.requests)
    clock.sleep(59)
    assert downloader.step().outcome is StepOutcome.IDLE
    assert len(centre.requests) == asked
    clock.sleep(1)
    downloader.step()
    head = hashlib.sha256(document_bytes(document)).hexdigest()
    asked_after = f"GET /api/v1/documents/tariff?after=7&generation=0&head={head}"
    assert asked_after in centre.requests[asked:]


def test_a_document_of_another_kind_than_asked_for_is_left(store, downloader, centre, clock):
    document = publish(centre, 1, clock.now())
    centre.documents.clear()
    centre.says = lambda request: (
        httpx2.Response(200, content=canonical([document])) if request.url.path.endswith("/parameters") else None
    )
    assert downloader.step().outcome is StepOutcome.IDLE
    assert [store.newest(kind) for kind in DocumentKind] == [None, None, None]


def test_a_full_disk_is_a_failure_that_is_tried_again(documents_path, centre, identity, remote, clock):
    class Full(DiskFolder):
        full = True

        def write(self, name, body):
            if self.full:
                raise OSError(28, "No space left on device")
            super().write(name, body)

    folder = Full(documents_path)
    store = DocumentStore(folder, centre_key=centre.public_key, station_hex=identity.station_hex)
    downloader = Downloader(store, remote, clock=clock)
    publish(centre, 1, clock.now())
    assert downloader.step().outcome is StepOutcome.FAILED
    assert store.tariff(clock.now()) is None
    folder.full = False
    clock.sleep(1)
    assert downloader.step().outcome is StepOutcome.DONE
    assert held(store, clock.now())[1] == 1


def test_a_fee_table_that_contradicts_itself_is_not_taken(store, centre, clock):
    dearer_after_the_discount = TariffRow(station_hex="62010A0B", toll_class=1, fee_fen=1100, fee95_fen=1200)
    wrong = TariffTable(rate_version="6220260701001", rows=(dearer_after_the_discount,))
    with pytest.raises(ContractError, match="tariff 1"):
        store.offer(centre.publish(TARIFF, 1, wrong, clock.now()), clock.now())
    assert store.tariff(clock.now()) is None


def test_a_higher_generation_comes_before_every_version_of_a_lower_one(store, downloader, centre, clock):
    publish(centre, 1, clock.now() - HOUR)
    lost = publish(centre, 2, clock.now() - HOUR)
    to_come = publish(centre, 3, clock.now() + HOUR)
    downloader.step()
    assert held(store, clock.now()) == (table(2).rate_version, 2)
    assert store.newest(TARIFF) == to_come.head
    centre.documents.clear()
    centre.generation = 1
    again = publish(centre, 1, clock.now() - HOUR)
    clock.sleep(60)
    downloader.step()
    assert held(store, clock.now()) == (table(1).rate_version, 1), f"{lost.version} is charged no more"
    assert held(store, clock.now() + 2 * HOUR) == (table(1).rate_version, 1)
    assert store.newest(TARIFF) == again.head


def test_a_generation_that_holds_later_does_not_bring_the_lost_one_back(store, centre, clock):
    store.offer(publish(centre, 4, clock.now() - HOUR), clock.now())
    centre.generation = 1
    store.offer(publish(centre, 1, clock.now() - HOUR), clock.now())
    store.offer(publish(centre, 2, clock.now() + HOUR), clock.now())
    assert held(store, clock.now()) == (table(1).rate_version, 1)
    assert held(store, clock.now() + 2 * HOUR) == (table(2).rate_version, 2)


def test_a_document_that_the_centre_lost_is_handed_in_as_evidence(store, downloader, centre, clock):
    lost = publish(centre, 2, clock.now() - HOUR)
    downloader.step()
    centre.documents.clear()
    clock.sleep(60)
    publish(centre, 2, clock.now())  # another one under the number of the lost one
    assert downloader.step().outcome is StepOutcome.FAILED, "the centre has not begun a new generation yet"
    assert [head["digest"] for head in centre.evidence[0]["documents"]] == [lost.digest]
    centre.documents.clear()
    centre.generation = 1
    another = publish(centre, 2, clock.now())
    clock.sleep(60)
    downloader.step()
    assert store.newest(TARIFF) == another.head


def test_documents_of_older_software_are_read_and_counted_as_generation_0(
    store, centre, clock, documents_path, identity
):
    document = publish(centre, 2, clock.now())
    plain = msgspec.json.decode(canonical(document))
    for name in ("digest", "generation"):
        del plain[name]
    documents_path.mkdir(exist_ok=True)
    (documents_path / "tariff-0000000002.json").write_bytes(msgspec.json.encode(plain))
    again = open_store(documents_path, centre, identity)
    assert again.damaged == ()
    assert again.newest(TARIFF) == document.head
