"""The report of a checkup: what was measured, judged by the centre's limits, in lines that say what to do."""

from __future__ import annotations

import tomllib
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from laneside.contract.parameters import CheckLimits, Limits
from laneside.reader.port import PsamState
from laneside.vocab.words import Words


class CheckLevel(StrEnum):
    """Fit, fit with something to watch, not fit for a shift."""

    OK = "ok"
    WARN = "warn"
    STOP = "stop"

    @property
    def exit_status(self) -> int:
        """0, 1 or 2."""
        return tuple(CheckLevel).index(self)


class Measurements(msgspec.Struct, frozen=True, kw_only=True):
    """Each ``…_trouble`` is empty where all is well; None means that it could not be measured, or does not exist.

    ``reader_cause`` is the error's code, ``firmware`` what an integrated reader says of its make.
    ``offered_again`` is how much was offered again because the centre was put back, None unless that was lately.
    ``clock_ahead_s`` is by how much the centre's clock is ahead of the machine's. ``authorisation_trouble`` is the last
    reason why the PSAM is not authorised. ``pcsc_readers`` is None where PC/SC is not installed or not running,
    ``plate_trouble`` where the province wants no plate read, ``job_troubles`` where the terminal is not running.
    """

    reader_trouble: str
    reader_cause: str
    firmware: str
    psam: PsamState
    authorisation_trouble: str
    centre_trouble: str
    offered_again: int | None
    clock_ahead_s: float | None
    journal_trouble: str
    journal_entries: int
    sync_ms: float | None
    sync_trouble: str
    free_mb: int
    battery_percent: int | None
    parameters_version: int | None
    list_version: str
    list_age_s: int | None
    tariff_version: str
    unsent: int
    refused: int
    open_debits: int
    serial_ports: tuple[str, ...]
    pcsc_readers: tuple[str, ...] | None
    plate_trouble: str | None
    job_troubles: tuple[str, ...] | None = None


class CheckItem(msgspec.Struct, frozen=True, kw_only=True):
    """One line. ``value`` is what was found, ``remedy`` what to do; it is empty where nothing is to be done."""

    name: str
    level: CheckLevel
    title: Words
    value: Words
    remedy: Words


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """All lines and the worst of them."""

    at: datetime
    items: tuple[CheckItem, ...]

    @property
    def level(self) -> CheckLevel:
        """The worst level of all lines."""
        return max((item.level for item in self.items), key=lambda level: level.exit_status, default=CheckLevel.OK)


_OK, _WARN, _STOP = CheckLevel.OK, CheckLevel.WARN, CheckLevel.STOP
_NO_WORDS: Final = Words(zh="", en="")


def judge(found: Measurements, limits: CheckLimits, at: datetime) -> CheckReport:
    """Judge everything, in the order in which a collector can do something about it."""
    items = (
        _reader(found),
        _psam(found),
        _authorisation(found),
        _centre(found),
        _jobs(found),
        _clock(found, limits),
        _journal(found),
        _disk(found, limits),
        _above("storage", found.free_mb, limits.check_free_mb),
        _battery(found, limits),
        _parameters(found),
        _tariff(found),
        _list(found, limits),
        _below("unsent", found.unsent, limits.check_unsent),
        _none_left("refused", found.refused),
        _none_left("open-debits", found.open_debits),
        _ports(found),
        _pcsc(found),
        _plates(found),
    )
    return CheckReport(at=at, items=items)


def _reader(found: Measurements) -> CheckItem:
    if found.reader_trouble:
        cause = found.reader_cause if found.reader_cause in _texts()["reader"] else "mute"
        return _item("reader", _STOP, cause, trouble=found.reader_trouble)
    if found.firmware:
        return _item("reader", _OK, "answers-as", firmware=found.firmware)
    return _item("reader", _OK, "answers")


def _psam(found: Measurements) -> CheckItem:
    if not found.psam.present:
        return _item("psam", _STOP, "absent", trouble=found.psam.trouble or "-")
    return _item("psam", _OK, "present", number=found.psam.terminal_number.hex().upper())


def _authorisation(found: Measurements) -> CheckItem:
    if found.psam.present and found.psam.authorised:
        return _item("authorisation", _OK, "authorised")
    if not found.psam.present:
        return _item("authorisation", _STOP, "no-psam")
    return _item("authorisation", _STOP, "missing", trouble=found.authorisation_trouble or "-")


def _centre(found: Measurements) -> CheckItem:
    if found.centre_trouble:
        return _item("centre", _WARN, "unreachable", trouble=found.centre_trouble)
    if found.offered_again is not None:
        return _item("centre", _WARN, "put-back", offered=found.offered_again)
    return _item("centre", _OK, "reachable")


def _jobs(found: Measurements) -> CheckItem:
    """Judge the jobs with the centre: vehicles can be worked without them, but nothing is sent."""
    if found.job_troubles is None:
        return _item("jobs", _OK, "off")
    if found.job_troubles:
        return _item("jobs", _WARN, "failing", troubles="; ".join(found.job_troubles))
    return _item("jobs", _OK, "ok")


def _clock(found: Measurements, limits: CheckLimits) -> CheckItem:
    if found.clock_ahead_s is None:
        return _item("clock", _WARN, "unknown")
    off_s = abs(found.clock_ahead_s)
    level = _level(off_s, limits.check_clock_s)
    way = "behind" if found.clock_ahead_s > 0 else "ahead"
    return _item("clock", level, "right" if level is _OK else way, seconds=round(off_s))


def _journal(found: Measurements) -> CheckItem:
    if found.journal_trouble:
        return _item("journal", _STOP, "broken", trouble=found.journal_trouble)
    return _item("journal", _OK, "whole", entries=found.journal_entries)


def _disk(found: Measurements, limits: CheckLimits) -> CheckItem:
    if found.sync_ms is None:
        return _item("disk", _STOP, "broken", trouble=found.sync_trouble)
    level = _level(found.sync_ms, limits.check_sync_ms)
    return _item("disk", level, "ok" if level is _OK else "slow", ms=f"{found.sync_ms:.1f}")


def _battery(found: Measurements, limits: CheckLimits) -> CheckItem:
    if found.battery_percent is None:
        return _item("battery", _OK, "none")
    return _above("battery", found.battery_percent, limits.check_battery_percent)


def _parameters(found: Measurements) -> CheckItem:
    if found.parameters_version is None:
        return _item("parameters", _STOP, "none")
    return _item("parameters", _OK, "ok", version=found.parameters_version)


def _tariff(found: Measurements) -> CheckItem:
    return _item("tariff", _OK, "ok", version=found.tariff_version) if found.tariff_version else _none("tariff", _STOP)


def _list(found: Measurements, limits: CheckLimits) -> CheckItem:
    if found.list_age_s is None:
        return _none("list", _WARN)
    level = _level(found.list_age_s, limits.check_list_age_s)
    hours = f"{found.list_age_s / 3600:.1f}"
    return _item("list", level, "ok" if level is _OK else "old", version=found.list_version, hours=hours)


def _ports(found: Measurements) -> CheckItem:
    if not found.serial_ports:
        return _none("serial", _OK)
    return _item("serial", _OK, "ok", names=", ".join(found.serial_ports))


def _pcsc(found: Measurements) -> CheckItem:
    if found.pcsc_readers is None:
        return _item("pcsc", _OK, "off")
    return _item("pcsc", _OK, "ok", names=", ".join(found.pcsc_readers)) if found.pcsc_readers else _none("pcsc", _OK)


def _plates(found: Measurements) -> CheckItem:
    """Judge plate reading: without it plates are typed, so it never keeps a shift from being opened."""
    match found.plate_trouble:
        case None:
            return _item("plates", _OK, "off")
        case "":
            return _item("plates", _OK, "ok")
        case "not-installed" | "busy" as state:
            return _item("plates", _OK, state)
        case trouble:
            return _item("plates", _WARN, trouble)


def _none(name: str, level: CheckLevel) -> CheckItem:
    return _item(name, level, "none")


def _none_left(name: str, count: int) -> CheckItem:
    return _item(name, _WARN if count else _OK, "some" if count else "none", count=count)


def _below(name: str, value: int, limits: Limits) -> CheckItem:
    """Judge a value that must stay below its limits."""
    level = _level(value, limits)
    return _item(name, level, "ok" if level is _OK else "many", value=value)


def _above(name: str, value: int, limits: Limits) -> CheckItem:
    """Judge a value that must stay above its limits."""
    warn, stop = limits
    level = _STOP if stop is not None and value < stop else _WARN if warn is not None and value < warn else _OK
    return _item(name, level, "ok" if level is _OK else "low", value=value)


def _level(value: float, limits: Limits) -> CheckLevel:
    warn, stop = limits
    if stop is not None and value > stop:
        return _STOP
    return _WARN if warn is not None and value > warn else _OK


def _item(name: str, level: CheckLevel, state: str, **params: object) -> CheckItem:
    texts = _texts()[name]
    value, remedy = texts[state]
    return CheckItem(
        name=name, level=level, title=texts["title"][0], value=_filled(value, params), remedy=_filled(remedy, params)
    )


def _filled(words: Words, params: dict[str, object]) -> Words:
    return Words(zh=words.zh.format(**params), en=words.en.format(**params))


@cache
def _texts() -> dict[str, dict[str, tuple[Words, Words]]]:
    source = files("laneside.terminal.checkup") / "texts.toml"
    tables: dict[str, dict[str, list[str]]] = tomllib.loads(source.read_text(encoding="utf-8"))
    return {name: {state: _pair(lines) for state, lines in table.items()} for name, table in tables.items()}


def _pair(lines: list[str]) -> tuple[Words, Words]:
    """Read value (or title) in both languages, and the remedy where there is one."""
    value = Words(zh=lines[0], en=lines[1])
    return value, Words(zh=lines[2], en=lines[3]) if len(lines) == 4 else _NO_WORDS
