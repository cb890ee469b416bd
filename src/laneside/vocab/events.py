"""特情: the national table of special events with what the collector does next (spec/codes.md section 9, 10.4).

The table is data (``events.toml``) and is read when first asked for.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Any

import msgspec

from laneside.vocab.words import unknown


class EventStatus(StrEnum):
    """Who defines a number: the nation, no one yet (预留: reserved), single provinces, or no one."""

    NATIONAL = "national"
    RESERVED = "reserved"
    PROVINCIAL = "provincial"
    UNDEFINED = "undefined"


class EventVehicle(StrEnum):
    """The kind of passage that a row of the table is about."""

    ETC = "ETC"
    MTC = "MTC"


class SpecialEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table. ``fee_display_zh`` is "/" where the driver is shown nothing.

    ``lanes`` holds "in" and "out", ``vehicles`` ETC and MTC.
    """

    code: int
    status: EventStatus
    group: str
    type_zh: str
    type_en: str
    condition_zh: str
    condition_en: str
    screen_zh: str
    screen_en: str
    fee_display_zh: str
    remedy_zh: str
    remedy_en: str
    lanes: tuple[str, ...]
    vehicles: tuple[EventVehicle, ...]


def special_event(code: int, *, vehicle: EventVehicle = EventVehicle.ETC) -> SpecialEvent:
    """Return the row of ``code`` for an ETC (or MTC) passage; an "unknown, number kept" row for undefined numbers."""
    rows = _by_code().get(code, ())
    return next((row for row in rows if vehicle in row.vehicles), rows[0] if rows else _undefined(code))


@cache
def _by_code() -> dict[int, tuple[SpecialEvent, ...]]:
    rows = special_event_rows()
    return {row.code: tuple(same for same in rows if same.code == row.code) for row in rows}


@cache
def special_event_rows() -> tuple[SpecialEvent, ...]:
    """Return the whole table in the order of the codes; a code has a second row where MTC differs from ETC."""
    import tomllib  # noqa: PLC0415  # these two take four fifths of this room's import time and are needed once
    from importlib.resources import files  # noqa: PLC0415  # as above

    table = tomllib.loads(files(__package__).joinpath("events.toml").read_text(encoding="utf-8"))
    rows = [row for event in table["event"] for row in _rows(event)]
    return tuple(sorted(rows, key=lambda row: row.code))


def _rows(event: dict[str, Any]) -> list[SpecialEvent]:
    """Return the row of an event and those of its variants, each of which gives only what differs."""
    first = {key: value for key, value in event.items() if key != "variant"}
    return [_row(first), *(_row({**first, **variant}) for variant in event.get("variant", ()))]


def _row(fields: dict[str, Any]) -> SpecialEvent:
    typed = {
        "status": EventStatus(fields.get("status", EventStatus.NATIONAL)),
        "lanes": tuple(fields["lanes"]),
        "vehicles": tuple(EventVehicle(vehicle) for vehicle in fields["vehicles"]),
    }
    return SpecialEvent(**{**fields, **typed})


@cache
def _undefined(code: int) -> SpecialEvent:
    words = unknown(code)
    return SpecialEvent(
        code=code,
        status=EventStatus.UNDEFINED,
        group="undefined",
        type_zh=words.zh,
        type_en=words.en,
        condition_zh="全国特情表未定义此编号",
        condition_en="the national table does not define this number",
        screen_zh=words.zh,
        screen_en=words.en,
        fee_display_zh="/",
        remedy_zh="保留编号，按本省规定处理；不清楚时转人工。",
        remedy_en="Keep the number and follow the province's rule; if in doubt hand over to the manned lane.",
        lanes=(),
        vehicles=(),
    )
