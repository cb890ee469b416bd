"""What an upload must hold to be shown: digits, dates, codes, names and lengths (spec/exit-record.md section 2).

The centre refuses the rest at its door. A terminal never asks here: what its chips say is in the record of a debit that
has happened, so whatever a card or tag can hold passes, unknown numbers of the code tables too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec

from laneside.clock import from_beijing_digits
from laneside.contract.records import EVENT_KINDS, ImageRecord, PassageEvent, RecordUpload
from laneside.errors import ContractError
from laneside.vocab.vehicle import VehicleKind

TEXT_MAX: Final = 4000
LIST_MAX: Final = 1000
NUMBER_MAX: Final = 10**15
"""Far beyond any sum in fen; 26 digits fit no database's number and no column of a page."""

_TOLL_CLASS_MAX: Final = 27  # the last local one (spec/codes.md section 1)
_KINDS: Final = frozenset(int(member) for member in VehicleKind)
# Line breaks and tabs are what people type into a reason; marks that turn the direction of writing hide what is read.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")

Check = Callable[[Any], bool]


def check_upload(message: RecordUpload | PassageEvent | ImageRecord) -> None:
    """Raise ContractError, naming the field of the wire, for what the pages could not show."""
    _check("upload", msgspec.to_builtins(message))


def without_controls(text: str) -> str:
    """Return a text with a blank for each control character that the centre would refuse."""
    return _CONTROLS.sub(" ", text)


def _check(name: str, value: Any) -> None:
    match value:
        case dict():
            for key, inner in value.items():
                _check(key, inner)
            return
        case list() | tuple():
            _hold(name, len(value) <= LIST_MAX, f"more than {LIST_MAX} entries")
            for inner in value:
                _check(name, inner)
            return
        case None | bool():
            return
        case str():
            _hold(name, len(value) <= TEXT_MAX, f"longer than {TEXT_MAX} characters")
            _hold(name, _CONTROLS.search(value) is None, "holds control characters")
        case int() | float():
            _hold(name, abs(value) <= NUMBER_MAX, f"not within -{NUMBER_MAX} to {NUMBER_MAX}")
    form, check = _FORMS.get(name, ("", _anything))
    _hold(name, check(value), f"not {form}")


def _hold(name: str, holds: object, trouble: str) -> None:
    if not holds:
        raise ContractError(f"{name}: {trouble}")


def _anything(_value: Any) -> bool:
    return True


def _like(pattern: str) -> Check:
    """Return a check for a whole text; ``re.ASCII`` so that no digit but 0 to 9 is one."""
    form = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and form.fullmatch(value) is not None


def _is_moment(value: Any) -> bool:
    try:
        from_beijing_digits(value)
    except ValueError:
        return False
    return True


def _is_day(value: Any) -> bool:
    return _is_moment(f"{value}000000")


def _is_vehicle_id(value: Any) -> bool:
    """Return whether a text is empty or plate, ``_`` and a colour of at most one byte, as a chip may hold it."""
    plate, underscore, colour = value.rpartition("_")
    known = len(colour) <= 3 and colour.isascii() and colour.isdigit() and int(colour) <= 0xFF
    return value == "" or (underscore == "_" and len(plate) <= 24 and known)


def _is_share(value: Any) -> bool:
    return bool(0 <= value <= 1)


# An id is a part of a page's address, so it holds nothing that an address would take for its own.
_NAME: Final = ("letters, digits, - and _, at most 80", _like(r"(?:[0-9A-Za-z][0-9A-Za-z_-]{0,79})?"))
_HEX: Final = ("whole bytes in hex", _like(r"(?:[0-9A-Fa-f]{2})*"))
_LANE: Final = ("a lane's 10 hex digits", _like(r"(?:[0-9A-Fa-f]{10})?"))
_DIGEST: Final = ("a SHA-256 in lower-case hex", _like(r"[0-9a-f]{64}"))
_MOMENT: Final = ("a time of the form yyyyMMddHHmmss", _is_moment)
_VEHICLE: Final = ("a plate, _ and the number of a colour", _is_vehicle_id)
_SHARE: Final = ("a share from 0 to 1", _is_share)
_SHORT: Final = ("at most 80 characters", lambda value: len(str(value)) <= 80)

_FORMS: Final[dict[str, tuple[str, Check]]] = {
    "id": _NAME, "passId": _NAME, "passageId": _NAME, "terminalId": _NAME, "vehicleSignId": _NAME, "cardId": _NAME,
    "tac": _HEX, "terminalNo": _HEX, "terminalTransNo": _HEX, "cappBefore": _HEX, "cappAfter": _HEX,
    "vehicleSign": _HEX, "laneHex": _LANE, "laneNum": _LANE, "exTollLaneHex": _LANE, "enTollLaneHex": _LANE,
    "exTime": _MOMENT, "enTime": _MOMENT, "at": _MOMENT, "opTime": _MOMENT, "onTime": _MOMENT, "offTime": _MOMENT,
    "workDate": ("a day of the form yyyyMMdd", _is_day),
    "photoSha256": _DIGEST, "cutOutSha256": _DIGEST,
    "vehicleId": _VEHICLE, "identifyVehicleId": _VEHICLE, "others": _VEHICLE,
    "confidence": _SHARE, "colourConfidence": _SHARE, "characters": _SHARE,
    "vehicleType": ("a toll class", lambda value: 1 <= value <= _TOLL_CLASS_MAX),
    "vehicleClass": ("a vehicle kind", lambda value: value in _KINDS),
    "kind": ("a kind of event", lambda value: value in EVENT_KINDS),
    "code": _SHORT, "operatorId": _SHORT, "operatorName": _SHORT, "obuId": _SHORT, "mediaNo": _SHORT, "plate": _SHORT,
}  # fmt: skip
