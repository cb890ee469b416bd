"""Read a dialect from the settings of a file; the names are those of spec/unknowns.md section 4 without ``rsu.``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from laneside.errors import SettingError
from laneside.rsu.dialect import SERIAL, TCP, B2Form, C6Form, Dialect, DialectName, ErrorTable, InitForm
from laneside.rsu.serial_frame import RsctlMode
from laneside.rsu.tcp_frame import CrcMode


def whole(low: int, high: int) -> Callable[[Any], int]:
    """Return a function that reads a whole number within bounds."""

    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"not a whole number from {low} to {high}")
        return value

    return read


def seconds(low: float, high: float) -> Callable[[Any], float]:
    """Return a function that reads a time in seconds within bounds."""

    def read(value: Any) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"not a number of seconds from {low:g} to {high:g}")
        return float(value)

    return read


def yes_or_no(value: Any) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise ValueError("not true or false")  # noqa: TRY004 - every bad setting is a ValueError here.
    return value


_OWN: Final[Mapping[str, Callable[[Any], Any]]] = {
    "error_table": ErrorTable,
    "crc_mode": CrcMode,
    "b2_form": B2Form,
    "c6_form": C6Form,
    "rsctl_mode": RsctlMode,
    "lane_mode": whole(0, 0xFF),
    "devtype_swap": yes_or_no,
    "ef04_offset": whole(0, 0xFFFF),
    "ef04_len": whole(0, 0xFF),
}
_FRAME_SET: Final[Mapping[str, Callable[[Any], Any]]] = {
    "init": InitForm,
    "antenna_command": whole(0, 0xFF),
    "factor_in_c1": yes_or_no,
    "tac_again": yes_or_no,
    "amounts": yes_or_no,
    "amounts_length_size": whole(1, 4),
}
_TIMEOUTS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "step_ms": whole(1, 60_000),
    "debit_ms": whole(1, 60_000),
}


def dialect_of(settings: Mapping[str, Any]) -> Dialect:
    """Return a dialect: ``dialect`` ("serial" or "tcp"), the switches, and the tables ``frame_set`` and ``timeouts``.

    A setting that is left out keeps its default. Raises SettingError for a name or a value without meaning.
    """
    given = dict(settings)
    name = _read("dialect", DialectName, given.pop("dialect", None))
    own = SERIAL if name is DialectName.SERIAL else TCP
    frame_set = replace(own.frame_set, **settings_table("frame_set.", _FRAME_SET, given.pop("frame_set", {})))
    timeouts = replace(own.timeouts, **settings_table("timeouts.", _TIMEOUTS, given.pop("timeouts", {})))
    return replace(own, frame_set=frame_set, timeouts=timeouts, **settings_table("", _OWN, given))


def settings_table(prefix: str, known: Mapping[str, Callable[[Any], Any]], given: Any) -> dict[str, Any]:
    """Read one table; ``known`` reads the value of each name. Raises SettingError for an unknown name, a bad value."""
    if not isinstance(given, Mapping):
        raise SettingError(f"rsu.{prefix.rstrip('.')}: not a table")
    if unknown := sorted(set(given) - set(known)):
        raise SettingError(f"rsu.{prefix}{unknown[0]}: no such setting")
    return {name: _read(prefix + name, known[name], value) for name, value in given.items()}


def _read(name: str, read: Callable[[Any], Any], value: Any) -> Any:
    try:
        return read(value)
    except ValueError as error:
        raise SettingError(f"rsu.{name}: {value!r}: {error}") from None
