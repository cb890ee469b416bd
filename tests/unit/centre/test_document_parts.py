"""PublishedDocuments, tariffs, operators, lists."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from laneside.centre.accounts import Accounts
from laneside.centre.demo import STATION_HEX, DemoPasswords, demo_parameters, demo_tariff, seed_demo
from laneside.centre.parameters.document_parts import (
    listed_card,
    listed_obu,
    next_rate_version,
    operator_with_password,
    whole_list,
    with_holiday,
)
from laneside.centre.parameters.published import PublishedDocuments
from laneside.clock import BEIJING
from laneside.contract.parameters import DocumentKind, HolidayWindow, LaneUse, Parameters, Policy, Role, TariffTable
from laneside.contract.signing import document_bytes, parse, public_bytes, verify
from laneside.tariff.lines import half_up_95

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PASSWORDS = DemoPasswords(collector="c", shift_leader="s", administrator="a", centre="centre-12")


@pytest.fixture
def documents(database, clock):
    return PublishedDocuments(database, clock, KEY)


def test_versions_rise_per_kind_and_station(documents, clock):
    table = demo_tariff(clock.now())
    for station, expected in (("62010A0B", [1, 2]), ("62010A0C", [1])):
        got = [documents.publish(DocumentKind.TARIFF, table, clock.now(), station_hex=station) for _ in expected]
        assert [document.version for document in got] == expected
    empty = whole_list((), clock.now())
    assert documents.publish(DocumentKind.STATUS_LIST, empty, clock.now(), station_hex="62010A0B").version == 1
    assert documents.versions("62010A0B") == {"tariff": 2, "status-list": 1}
    assert documents.versions("FFFFFFFF") == {}


def test_publishing_from_many_threads_gives_each_its_own_version(documents, clock):
    table = demo_tariff(clock.now())

    def publish(_number):
        return documents.publish(DocumentKind.TARIFF, table, clock.now(), station_hex=STATION_HEX).version

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(publish, range(6))) == [1, 2, 3, 4, 5, 6]


def test_what_is_published_verifies_also_after_it_was_kept(documents, clock):
    moment = datetime(2026, 10, 1, 0, 0, 0, 5, tzinfo=BEIJING)
    published = documents.publish(DocumentKind.TARIFF, demo_tariff(clock.now()), moment, station_hex=STATION_HEX)
    kept = documents.version(STATION_HEX, DocumentKind.TARIFF, 1)
    assert kept == published
    assert kept.activates_at == moment
    verify(public_bytes(KEY), kept.signature, document_bytes(kept))


def test_a_later_version_that_starts_earlier_takes_the_place_of_the_one_before(documents, clock):
    table, day = demo_tariff(clock.now()), timedelta(days=1)
    for start in (-day, 9 * day, 3 * day):
        documents.publish(DocumentKind.TARIFF, table, clock.now() + start, station_hex=STATION_HEX)
    clock.at += 5 * day
    assert [document.version for document in documents.after(STATION_HEX, DocumentKind.TARIFF, 0)] == [3]


def test_a_body_of_another_kind_is_a_mistake(documents, clock):
    with pytest.raises(AssertionError):
        documents.publish(DocumentKind.PARAMETERS, demo_tariff(clock.now()), clock.now(), station_hex=STATION_HEX)


def test_rate_versions_count_the_day_in_beijing():
    evening = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
    assert next_rate_version("62", evening) == "6220260305001"
    assert next_rate_version("62", evening, "6220260305001") == "6220260305002"
    assert next_rate_version("62", evening, "6220260304009") == "6220260305001"


def test_a_holiday_is_added_to_the_fees_and_changes_none(clock):
    table = demo_tariff(clock.now())
    window = HolidayWindow(name="假日", starts_at=clock.now(), ends_at=clock.now() + timedelta(days=1))
    wider = with_holiday(table, window, clock.now())
    assert (wider.holidays, wider.rows, wider.kinds) == ((window,), table.rows, table.kinds)
    assert (table.rate_version, wider.rate_version) == ("6220260304001", "6220260304002")
    with pytest.raises(AssertionError):
        with_holiday(table, HolidayWindow(name="", starts_at=clock.now(), ends_at=clock.now()), clock.now())


def test_an_operator_is_known_by_scrypt_and_not_by_the_password(random_bytes):
    facts = {"operator_id": "620101", "name": "张晓", "role": Role.COLLECTOR, "station_hex": STATION_HEX}
    made = [operator_with_password(**facts, password="secret", random_bytes=random_bytes) for _ in range(2)]
    for operator in made:
        wanted = hashlib.scrypt(b"secret", salt=operator.salt, n=16384, r=8, p=1, dklen=32)
        assert operator.verifier == wanted
    assert made[0].salt != made[1].salt


def test_lists_have_the_spec_s_version_and_keys(clock):
    made = whole_list([listed_card("6" * 20, 1), listed_obu("6" * 16, 105)], clock.now())
    assert made.list_version == "202603041306"
    assert [(row.listed, len(row.key), row.type_code) for row in made.rows] == [("card", 20, 1), ("obu", 16, 105)]
    for wrong in (lambda: listed_card("6" * 16, 1), lambda: listed_obu("6" * 20, 1)):
        with pytest.raises(AssertionError):
            wrong()


def test_the_demonstration_s_station(random_bytes):
    parameters = demo_parameters(PASSWORDS, random_bytes)
    lanes = {lane.lane_hex: lane.use for lane in parameters.station.lanes}
    assert lanes == {
        "62010A0B11": LaneUse.ETC_EXIT,
        "62010A0B12": LaneUse.MIXED_EXIT,
        "62010A0B01": LaneUse.ETC_ENTRY,
    }
    ids = [lane.lane_id for lane in parameters.station.lanes] + [parameters.station.virtual_entry.lane_id]
    assert all(len(lane_id) == 21 and lane_id.startswith("G") for lane_id in ids)
    assert len(set(ids)) == 4
    assert {(one.operator_id, one.role) for one in parameters.operators} == {
        ("620101", Role.COLLECTOR),
        ("620100", Role.SHIFT_LEADER),
        ("620001", Role.ADMINISTRATOR),
    }
    assert [(shift.number, shift.starts_minute) for shift in parameters.shifts] == [(1, 450), (2, 930), (3, 1410)]
    assert parameters.policy == Policy()


def test_the_demonstration_s_fees(clock):
    table = demo_tariff(clock.now())
    fees = {row.toll_class: row for row in table.rows}
    assert set(fees) == {*range(1, 5), *range(11, 17), *range(21, 27)}
    assert (fees[1].fee_fen, fees[1].fee95_fen) == (1100, 1045)
    assert all(row.fee95_fen == half_up_95(row.fee_fen) and row.station_hex == STATION_HEX for row in table.rows)
    for group in (range(1, 5), range(11, 17), range(21, 27)):
        assert sorted({fees[code].fee_fen for code in group}) == [fees[code].fee_fen for code in group]
    assert {rule.vehicle_kind: (rule.off_percent, rule.discount_type) for rule in table.kinds} == {
        8: (100, None),
        10: (100, None),
        12: (100, None),
        21: (100, 1),
        22: (100, 2),
        23: (100, None),
        26: (100, None),
    }
    assert table.holidays == ()


def test_seeding_fills_once(documents, database, clock, random_bytes):
    accounts = Accounts(database, clock, random_bytes=random_bytes, session_life=timedelta(hours=1))
    keys = {"passwords": PASSWORDS, "listed_card_id": "6" * 20, "listed_obu_id": "6" * 16}
    filled = [seed_demo(documents, accounts, clock, random_bytes, **keys) for _ in range(2)]
    assert filled == [True, False]
    assert documents.versions(STATION_HEX) == {"parameters": 1, "tariff": 1, "status-list": 1}
    assert parse(documents.newest(STATION_HEX, DocumentKind.TARIFF).body, TariffTable) == demo_tariff(clock.now())
    assert parse(documents.newest(STATION_HEX, DocumentKind.PARAMETERS).body, Parameters).station.name == "兰州东"
    assert documents.stations() == (STATION_HEX,)
    assert accounts.log_in("admin", "centre-12") is not None
