"""The exit record's names on the wire are those of the published table (spec/exit-record.md section 2)."""

from __future__ import annotations

import re

import msgspec

from laneside.contract.records import ExitRecord, PassageEvent

NAMES = {
    "id", "passId", "terminalTransNo", "terminalNo", "mediaType", "mediaNo", "obuSign", "cardId", "exTime", "enTime",
    "vehicleId", "identifyVehicleId", "vehicleSignId", "vehicleType", "vehicleClass",
}  # fmt: skip


def test_the_record_has_the_published_names() -> None:
    wire = {each.encode_name for each in msgspec.structs.fields(ExitRecord)}
    assert wire >= NAMES
    assert all(re.fullmatch(r"[a-z][A-Za-z0-9]*", name) for name in wire)


def test_class_and_kind_are_not_exchanged_on_the_wire() -> None:
    names = {each.name: each.encode_name for each in msgspec.structs.fields(ExitRecord)}
    assert (names["toll_class"], names["vehicle_kind"]) == ("vehicleType", "vehicleClass")


def test_an_event_without_a_finding_or_a_reason_is_still_one() -> None:
    required = {each.name for each in msgspec.structs.fields(PassageEvent) if each.required}
    assert "event_id" in required
