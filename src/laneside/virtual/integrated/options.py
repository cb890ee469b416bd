"""A virtual reader's make from a settings file and a pace from a word.

The file is the one that a terminal takes with ``--reader-settings``: the dialect's names at the top, and in the table
``virtual`` what only the virtual reader wants to know. The terminal's own table ``reader`` says nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from laneside.errors import SettingError
from laneside.rsu import DialectName, dialect_of
from laneside.rsu.settings import seconds, settings_table, whole, yes_or_no
from laneside.virtual.integrated.settings import (
    INSTANT,
    SERIAL_LINK,
    SERIAL_READER,
    TCP_LINK,
    TCP_READER,
    B3Form,
    Pace,
    ReaderSettings,
    Several,
    TearDown,
    Trigger,
)

REAL: Final = "real"
_MS_MAX: Final = 10_000.0
_HOUR_S: Final = 3600.0


def _tac_reply(value: Any) -> int:
    replies = {"B5": 0xB5, "B8": 0xB8}
    if value not in replies:
        raise ValueError("C8 is answered by B5 or B8")
    return replies[value]


_VIRTUAL: Final[Mapping[str, Callable[[Any], Any]]] = {
    "trigger": Trigger,
    "several": Several,
    "b2_short": yes_or_no,
    "b3_form": B3Form,
    "tear_down": TearDown,
    "short_errors": yes_or_no,
    "tac_reply": _tac_reply,
    "fallback_s": seconds(0, _HOUR_S),
    "heartbeat_s": seconds(0, _HOUR_S),
    "heartbeats_unanswered_max": whole(0, 1000),
    "remembered_tags": whole(0, 100),
    "remembered_s": seconds(0, _HOUR_S),
    "search_s": seconds(0.001, 10),
    "button_s": seconds(0, _HOUR_S),
    "beacon_s": seconds(0, _HOUR_S),
    "tag_remembers_beacon": yes_or_no,
    "antenna_id": whole(0, 0xFF),
    "psam_channel": whole(0, 0xFF),
}


def reader_settings(given: Mapping[str, Any], dialect: DialectName) -> ReaderSettings:
    """Read a settings file for a reader of this dialect, unless the file names another. Raises SettingError."""
    names = {"dialect": str(dialect), **given}
    own = settings_table("virtual.", _VIRTUAL, names.pop("virtual", {}))
    names.pop("reader", None)
    own_dialect = dialect_of(names)
    usual = SERIAL_READER if own_dialect.name is DialectName.SERIAL else TCP_READER
    return replace(usual, dialect=own_dialect, **own)


def pace_of(word: str, dialect: DialectName) -> Pace:
    """Read a pace: ``real``, ``0`` for everything at once, or BYTES:MS, bytes per second and ms per chip command.

    Raises SettingError.
    """
    if word == REAL:
        return SERIAL_LINK if dialect is DialectName.SERIAL else TCP_LINK
    if word == "0":
        return INSTANT
    width, _, each = word.partition(":")
    try:
        bytes_per_s, chip_ms = float(width), float(each)
    except ValueError:
        raise SettingError(f"{word!r} is no pace: real, 0, or BYTES_PER_SECOND:MS_PER_COMMAND") from None
    if not (0 <= bytes_per_s < float("inf") and 0 <= chip_ms <= _MS_MAX):
        raise SettingError(f"{word!r} is no pace: a command takes 0 to {_MS_MAX:.0f} ms, a line has a width")
    chip_s = chip_ms / 1000
    return replace(TCP_LINK, bytes_per_s=bytes_per_s, card_s=chip_s, tag_s=chip_s, psam_s=chip_s)
