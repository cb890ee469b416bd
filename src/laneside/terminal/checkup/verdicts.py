"""From facts and the centre's limits to lines with what to do; the texts are data beside this module."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final

from laneside.contract.parameters import Limits, Policy
from laneside.terminal.checkup.facts import Facts
from laneside.terminal.checkup.report import CheckItem, CheckLevel, CheckReport
from laneside.vocab import Words

_OK, _WARN, _STOP = CheckLevel.OK, CheckLevel.WARN, CheckLevel.STOP
_NOTHING: Final = Words(zh="", en="")


def judged(facts: Facts, policy: Policy, at: datetime) -> CheckReport:
    """Judge everything, in the order in which a collector can do something about it."""
    items = (
        _reader(facts),
        _psam(facts),
        _authorisation(facts),
        _centre(facts),
        _clock(facts, policy),
        _journal(facts),
        _disk(facts, policy),
        _above("storage", facts.free_mb, policy.check_free_mb),
        _battery(facts, policy),
        _parameters(facts),
        _tariff(facts),
        _list(facts, policy),
        _below("unsent", facts.unsent, policy.check_unsent),
        _none_left("refused", facts.refused),
        _none_left("open-debits", facts.open_debits),
        _ports(facts),
        _pcsc(facts),
        _plates(facts),
    )
    return CheckReport(at=at, items=items)


def _reader(facts: Facts) -> CheckItem:
    if facts.reader_trouble:
        cause = facts.reader_cause if facts.reader_cause in _texts()["reader"] else "mute"
        return _item("reader", _STOP, cause, trouble=facts.reader_trouble)
    if facts.firmware:
        return _item("reader", _OK, "answers-as", firmware=facts.firmware)
    return _item("reader", _OK, "answers")


def _psam(facts: Facts) -> CheckItem:
    if not facts.psam.present:
        return _item("psam", _STOP, "absent", trouble=facts.psam.trouble or "-")
    return _item("psam", _OK, "present", number=facts.psam.terminal_number.hex().upper())


def _authorisation(facts: Facts) -> CheckItem:
    if facts.psam.present and facts.psam.authorised:
        return _item("authorisation", _OK, "authorised")
    if not facts.psam.present:
        return _item("authorisation", _STOP, "no-psam")
    return _item("authorisation", _STOP, "missing", trouble=facts.authorisation_trouble or "-")


def _centre(facts: Facts) -> CheckItem:
    if facts.centre_trouble:
        return _item("centre", _WARN, "unreachable", trouble=facts.centre_trouble)
    return _item("centre", _OK, "reachable")


def _clock(facts: Facts, policy: Policy) -> CheckItem:
    if facts.clock_ahead_s is None:
        return _item("clock", _WARN, "unknown")
    off_s = abs(facts.clock_ahead_s)
    level = _level(off_s, policy.check_clock_s)
    way = "behind" if facts.clock_ahead_s > 0 else "ahead"
    return _item("clock", level, "right" if level is _OK else way, seconds=round(off_s))


def _journal(facts: Facts) -> CheckItem:
    if facts.journal_trouble:
        return _item("journal", _STOP, "broken", trouble=facts.journal_trouble)
    return _item("journal", _OK, "whole", entries=facts.journal_entries)


def _disk(facts: Facts, policy: Policy) -> CheckItem:
    if facts.sync_ms is None:
        return _item("disk", _STOP, "broken", trouble=facts.sync_trouble)
    level = _level(facts.sync_ms, policy.check_sync_ms)
    return _item("disk", level, "ok" if level is _OK else "slow", ms=f"{facts.sync_ms:.1f}")


def _battery(facts: Facts, policy: Policy) -> CheckItem:
    if facts.battery_percent is None:
        return _item("battery", _OK, "none")
    return _above("battery", facts.battery_percent, policy.check_battery_percent)


def _parameters(facts: Facts) -> CheckItem:
    if facts.parameters_version is None:
        return _item("parameters", _STOP, "none")
    return _item("parameters", _OK, "ok", version=facts.parameters_version)


def _tariff(facts: Facts) -> CheckItem:
    return _item("tariff", _OK, "ok", version=facts.tariff_version) if facts.tariff_version else _none("tariff", _STOP)


def _list(facts: Facts, policy: Policy) -> CheckItem:
    if facts.list_age_s is None:
        return _none("list", _WARN)
    level = _level(facts.list_age_s, policy.check_list_age_s)
    hours = f"{facts.list_age_s / 3600:.1f}"
    return _item("list", level, "ok" if level is _OK else "old", version=facts.list_version, hours=hours)


def _ports(facts: Facts) -> CheckItem:
    if not facts.serial_ports:
        return _none("serial", _OK)
    return _item("serial", _OK, "ok", names=", ".join(facts.serial_ports))


def _pcsc(facts: Facts) -> CheckItem:
    if facts.pcsc_readers is None:
        return _item("pcsc", _OK, "off")
    return _item("pcsc", _OK, "ok", names=", ".join(facts.pcsc_readers)) if facts.pcsc_readers else _none("pcsc", _OK)


def _plates(facts: Facts) -> CheckItem:
    """Judge plate reading: without it plates are typed, so it never keeps a shift from being opened."""
    match facts.plate_trouble:
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
    """Judge a value that shall stay below its limits."""
    level = _level(value, limits)
    return _item(name, level, "ok" if level is _OK else "many", value=value)


def _above(name: str, value: int, limits: Limits) -> CheckItem:
    """Judge a value that shall stay above its limits."""
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
    return value, Words(zh=lines[2], en=lines[3]) if len(lines) == 4 else _NOTHING
