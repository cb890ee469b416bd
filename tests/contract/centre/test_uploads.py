"""Records, events and image records: each kept once, decided by the database."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import msgspec
import pytest

from laneside.contract.exchange import Refusal, Stored
from laneside.contract.signing import canonical, digest, parse


def conflicts(rows):
    return rows("SELECT * FROM conflicts ORDER BY seq")


def test_a_new_record_is_created_and_kept_as_it_was_sent(device, rows, clock):
    upload = device.upload()
    answer = device.put_record(upload)
    assert answer.status_code == 201
    receipt = device.receipt(answer)
    assert (receipt.stored, receipt.subject, receipt.at) == (Stored.CREATED, upload.record.record_id, clock.at)
    (row,) = rows("SELECT * FROM records")
    assert row["body"] == canonical(upload)
    assert row["digest"] == receipt.digest == digest(canonical(upload))
    assert (row["card_id"], row["icc_pay_serial"]) == (upload.record.card_id, upload.record.icc_pay_serial)
    assert len(row["signature"]) == 64


def test_the_same_record_again_exists(device, rows, clock):
    upload = device.upload()
    first = device.receipt(device.put_record(upload))
    clock.sleep(60)
    answer = device.put_record(upload)
    assert answer.status_code == 200
    second = device.receipt(answer)
    assert (second.stored, second.digest) == (Stored.EXISTS, first.digest)
    assert len(rows("SELECT * FROM records")) == 1
    assert conflicts(rows) == rows("SELECT * FROM alarms") == []


@pytest.mark.parametrize(
    ("same", "collides_with"),
    [
        (("record_id",), "record-id"),
        (("card_id", "icc_pay_serial"), "card-and-serial"),
        (("terminal_number", "terminal_transaction_number"), "terminal-and-number"),
        (
            ("record_id", "icc_pay_serial", "terminal_transaction_number"),
            "record-id card-and-serial terminal-and-number",
        ),
    ],
)
def test_another_record_under_a_key_that_is_taken_is_a_conflict(device, rows, same, collides_with):
    first = device.upload()
    assert device.put_record(first).status_code == 201
    second = device.upload(**{name: getattr(first.record, name) for name in same}, tac="FFFFFFFF")
    for _ in range(2):
        answer = device.put_record(second)
        assert answer.status_code == 409
        receipt = device.receipt(answer)
        assert (receipt.stored, receipt.subject) == (Stored.CONFLICT, second.record.record_id)
        assert receipt.digest == digest(canonical(second))
    assert [row["body"] for row in rows("SELECT body FROM records")] == [canonical(first)]
    (kept,) = conflicts(rows)
    assert (kept["body"], kept["collides_with"]) == (canonical(second), collides_with)
    (alarm,) = rows("SELECT * FROM alarms")
    assert (alarm["kind"], alarm["subject"], alarm["times"]) == ("record-conflict", second.record.record_id, 2)
    assert alarm["detail"] == collides_with
    assert device.receipt(device.put_record(first)).stored is Stored.EXISTS


def test_the_three_constraints_stand_in_the_database(device, rows):
    indexes = rows(
        "SELECT il.name, ii.name AS col FROM pragma_index_list('records') il, pragma_index_info(il.name) ii"
        " WHERE il.[unique]"
    )
    by_name = {}
    for index in indexes:
        by_name.setdefault(index["name"], []).append(index["col"])
    assert sorted(by_name.values()) == [
        ["card_id", "icc_pay_serial"],
        ["record_id"],
        ["terminal_number", "terminal_transaction_number"],
    ]


def test_unknown_transaction_numbers_of_a_terminal_do_not_collide(device, rows):
    for _ in range(2):
        assert device.put_record(device.upload(terminal_transaction_number="")).status_code == 201
    assert [row["terminal_transaction_number"] for row in rows("SELECT * FROM records")] == [None, None]


def test_unknown_counters_of_a_card_do_not_collide_and_known_ones_still_do(device, rows):
    for _ in range(2):
        upload = device.upload(icc_pay_serial=None)
        assert device.put_record(upload).status_code == 201
        assert device.put_record(upload).status_code == 200, "sent again it is the same"
    assert [row["icc_pay_serial"] for row in rows("SELECT * FROM records")] == [None, None]
    assert device.put_record(device.upload(icc_pay_serial=7)).status_code == 201
    answer = device.put_record(device.upload(icc_pay_serial=7))
    assert (answer.status_code, conflicts(rows)[0]["collides_with"]) == (409, "card-and-serial")


def test_a_record_of_another_terminal_or_under_another_address_is_not_kept(enrol, rows):
    mine, other = enrol(), enrol()
    foreign = mine.put_record(other.upload())
    assert (foreign.status_code, parse(foreign.content, Refusal).code) == (422, "foreign-terminal")
    moved = mine.put("records", "G" * 37, mine.upload())
    assert (moved.status_code, parse(moved.content, Refusal).code) == (422, "other-subject")
    assert rows("SELECT * FROM records") == []


@pytest.mark.parametrize(
    "change", [{"icc_pay_serial": 65536}, {"icc_pay_serial": -1}, {"icc_pay_serial": 2**70}, {"passage_id": "P" * 81}]
)
def test_what_no_column_can_hold_is_refused(device, rows, change):
    answer = device.put_record(device.upload(**change))
    assert (answer.status_code, parse(answer.content, Refusal).code) == (400, "contract")
    assert rows("SELECT * FROM records") == []


@pytest.mark.parametrize("spoil", ["money", "short-id", "missing", "not-json", "empty"])
def test_what_is_no_record_is_refused_and_named(device, rows, spoil):
    upload = device.upload()
    wire = msgspec.to_builtins(upload)
    if spoil == "money":
        wire["record"]["payFee"] += 1
    elif spoil == "short-id":
        wire["record"]["id"] = "G1"
    elif spoil == "missing":
        del wire["record"]["tac"]
    body = {"not-json": b"{", "empty": b""}.get(spoil, msgspec.json.encode(wire))
    answer = device.put("records", upload.record.record_id, body)
    refusal = parse(answer.content, Refusal)
    assert (answer.status_code, refusal.code) == (400, "contract")
    assert "RecordUpload" in refusal.text
    assert rows("SELECT * FROM records") == []


def test_one_record_from_many_threads_is_one_row(device, rows):
    upload, threads = device.upload(), 8
    barrier = Barrier(threads)

    def send(_number):
        barrier.wait()
        return device.receipt(device.put_record(upload)).stored

    with ThreadPoolExecutor(threads) as pool:
        stored = sorted(pool.map(send, range(threads)))
    assert stored == [Stored.CREATED] + [Stored.EXISTS] * (threads - 1)
    assert len(rows("SELECT * FROM records")) == 1
    assert conflicts(rows) == []


def test_different_records_of_one_debit_from_many_threads_are_one_row_and_conflicts(device, rows):
    uploads = [device.upload(icc_pay_serial=77) for _ in range(6)]
    barrier = Barrier(len(uploads))

    def send(upload):
        barrier.wait()
        return device.receipt(device.put_record(upload)).stored

    with ThreadPoolExecutor(len(uploads)) as pool:
        stored = list(pool.map(send, uploads))
    assert sorted(stored) == [Stored.CONFLICT] * 5 + [Stored.CREATED]
    assert len(rows("SELECT * FROM records")) == 1
    assert len(conflicts(rows)) == 5


@pytest.mark.parametrize(("shelf", "noun", "make"), [("events", "event", "event"), ("images", "image", "image")])
def test_events_and_images_are_kept_once_too(device, rows, shelf, noun, make):
    message = getattr(device, make)("X-1")
    other = msgspec.structs.replace(message, vehicle_id="甘A99999_0")
    assert device.receipt(device.put(shelf, "X-1", message)).stored is Stored.CREATED
    assert device.receipt(device.put(shelf, "X-1", message)).stored is Stored.EXISTS
    assert device.receipt(device.put(shelf, "X-1", other)).stored is Stored.CONFLICT
    assert [row["body"] for row in rows(f"SELECT body FROM {shelf}")] == [canonical(message)]
    assert [row["body"] for row in conflicts(rows)] == [canonical(other)]
    assert [row["kind"] for row in rows("SELECT kind FROM alarms")] == [f"{noun}-conflict"]


def test_a_failure_between_commit_and_receipt_loses_nothing_and_doubles_nothing(device, after_commit, rows):
    upload = device.upload()
    after_commit.append(ConnectionAbortedError("cut"))
    with pytest.raises(ConnectionAbortedError):
        device.put_record(upload)
    assert len(rows("SELECT * FROM records")) == 1
    assert device.receipt(device.put_record(upload)).stored is Stored.EXISTS
    assert len(rows("SELECT * FROM records")) == 1
