"""What the centre's door lets in: all that terminals of this software send, and nothing that pages can't show."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from laneside.contract.records import EVENT_KINDS, ExitRecord, ImageRecord, PassageEvent, RecordUpload
from laneside.contract.signing import parse
from laneside.contract.upload_rules import check_upload, without_controls
from laneside.errors import ContractError

BEFORE = Path(__file__).parents[2] / "data" / "before"


def kept(file: str, query: str) -> list[bytes]:
    with closing(sqlite3.connect(f"file:{BEFORE / file}?mode=ro&immutable=1", uri=True)) as connection:
        return [body for (body,) in connection.execute(query)]


def sent(noun: str) -> list[bytes]:
    """Return what an older terminal wrote for its centre, and what an older centre kept."""
    ours = kept("terminal/journal.sqlite3", f"SELECT payload FROM entry WHERE kind = '{noun}'")
    return ours + kept("centre/centre.sqlite3", f"SELECT body FROM {noun}s")


RECORD = parse(sent("record")[0], RecordUpload)
EVENT = next(event for event in (parse(body, PassageEvent) for body in sent("event")) if event.amount_fen is not None)
IMAGE = parse(sent("image")[0], ImageRecord)


@pytest.mark.parametrize(("noun", "form"), [("record", RecordUpload), ("event", PassageEvent), ("image", ImageRecord)])
def test_what_an_earlier_version_sent_is_let_in(noun: str, form: type[RecordUpload]) -> None:
    bodies = sent(noun)
    assert len(bodies) > 20
    for body in bodies:
        check_upload(parse(body, form))


def test_what_is_unknown_or_read_from_a_chip_is_let_in() -> None:
    records = (
        {"icc_pay_serial": None, "terminal_transaction_number": "", "tac": "00000000"},
        {"vehicle_id": "默A00000_9", "identified_vehicle_id": "甘A12345_255"},
        {"vehicle_id": "²①甘_8", "description": "班长620100放行140：看过\n行驶证"},
        {"toll_class": 27, "vehicle_kind": 28},
    )
    for changes in records:
        check_upload(msgspec.structs.replace(RECORD, record=msgspec.structs.replace(RECORD.record, **changes)))
    for kind in EVENT_KINDS:
        check_upload(msgspec.structs.replace(EVENT, kind=kind, amount_fen=None, photo_sha256=None, vehicle_id=""))


def test_what_pages_cannot_show_is_refused_by_the_name_of_its_field() -> None:
    digits_of_another_script = "²٣३３"
    wrong: list[tuple[str, list[object]]] = [
        ("record_id", ["../" + "a" * 34, "a" * 36 + "/", "²" * 37]),
        ("vehicle_id", [f"甘A12345_{digit}" for digit in digits_of_another_script]),
        ("identified_vehicle_id", ["甘A12345_" + "1" * 5000, "甘A12345_256", "甘A12345_-1", "甘A12345"]),
        ("exit_time", ["20260230000000", "20260304250000", "", "2026030413060²", "00000304130607", "2026 3 4 1 2 3"]),
        ("entry_time", ["00010101000000", "x" * 14]),
        ("work_date", ["20260230", "2026030", "", "2026030³", "99991332"]),
        ("toll_class", [0, 28, -1, 10**20]),
        ("vehicle_kind", [1, 99, 10**20]),
        ("fee_rate", [10**26, -(10**26)]),
        ("tac", ["0BADCAF", "XXXXXXXX", "²²"]),
        ("exit_lane_hex", ["62010A0B1", "甘" * 10]),
        ("operator_name", ["a\x00b", "a\x1b[2J", "\u202etxt", "x" * 81]),
        ("description", ["\x85", "x" * 4001]),
    ]  # fmt: skip
    let_in = [
        (name, value)
        for name, values in wrong
        for value in values
        if not refused(
            msgspec.structs.replace(RECORD, record=with_field(name, value)), wire_name(type(RECORD.record), name)
        )
    ]
    for message, changes in (
        (RECORD, {"photo_sha256": "G" * 64}),
        (RECORD, {"photo_sha256": "A" * 64}),
        (RECORD, {"fee_lines": ("x",) * 1001}),
        (RECORD, {"capp_after": "AA2"}),
        (EVENT, {"kind": "party"}),
        (EVENT, {"at": "20261301000000"}),
        (EVENT, {"amount_fen": 10**16}),
        (EVENT, {"event_id": "a b"}),
        (IMAGE, {"taken_at": "²" * 14}),
        (IMAGE, {"photo_sha256": ""}),
        (IMAGE, {"lane_hex": "0x62010A0B"}),
    ):
        ((name, value),) = changes.items()
        if not refused(msgspec.structs.replace(message, **changes), wire_name(type(message), name)):
            let_in.append((name, value))
    assert let_in == []


def test_a_confidence_is_a_share() -> None:
    image = next(image for image in (parse(body, ImageRecord) for body in sent("image")) if image.plate_reading)
    check_upload(image)
    for changes in ({"confidence": 1e300}, {"confidence": -0.1}, {"characters": (0.5, 2.0)}):
        read = msgspec.structs.replace(image.plate_reading, **changes)
        assert refused(msgspec.structs.replace(image, plate_reading=read), next(iter(changes)))


def test_control_characters_become_blanks_and_line_breaks_stay() -> None:
    assert without_controls("a\x00b\x1bc\nd\te\u202ef") == "a b c\nd\te f"


def with_field(name: str, value: object) -> object:
    """Change a field without the struct's own rules, as the money and length rules are checked elsewhere."""
    record = parse(msgspec.json.encode(RECORD.record), ExitRecord)
    msgspec.structs.force_setattr(record, name, value)
    return record


def wire_name(form: type[msgspec.Struct], name: str) -> str:
    return next(each.encode_name for each in msgspec.structs.fields(form) if each.name == name)


def refused(message: object, name: str) -> bool:
    try:
        check_upload(message)
    except ContractError as error:
        return str(error).startswith(f"{name}: ")
    return False
