"""What the centre decides and the terminal obeys: stations, lanes, operators, settings, tariffs, the status list.

Each is a document with a version that only rises and a moment from which it holds; the device keeps current and next.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from math import inf
from typing import Annotated, Literal

import msgspec
from msgspec import field

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time with its offset: one without is refused where it is read, for none could be compared with it."""


class DocumentKind(StrEnum):
    """The kinds of signed document; each has versions of its own."""

    PARAMETERS = "parameters"
    TARIFF = "tariff"
    STATUS_LIST = "status-list"


class DocumentHead(msgspec.Struct, frozen=True, kw_only=True):
    """What the centre signs of a document (Ed25519): kind, generation, version, activation, the body's SHA-256 in hex.

    Versions rise within a generation of the centre's store; a document of a higher generation comes before all of a
    lower one. Generation 0 is that of stores which did not count them yet.
    """

    kind: DocumentKind = field(name="kind")
    generation: int = field(name="generation", default=0)
    version: int = field(name="version")
    activates_at: Moment = field(name="activatesAt")
    digest: str = field(name="digest", default="")
    signature: bytes = field(name="signature", default=b"")

    @property
    def order(self) -> tuple[int, int]:
        """What tells the newer of two documents of a kind."""
        return self.generation, self.version


class SignedDocument(DocumentHead, frozen=True, kw_only=True):
    """A document: its head and its canonical bytes. Older software wrote no digest, so it is worked out here."""

    body: bytes = field(name="body")

    def __post_init__(self) -> None:
        """Refuse a body that is not the head's."""
        found = sha256(self.body).hexdigest()
        if self.digest not in {"", found}:
            raise ValueError("the document's body is not the one that its head names")
        msgspec.structs.force_setattr(self, "digest", found)

    @property
    def head(self) -> DocumentHead:
        """The document without its body."""
        return DocumentHead(**{name: getattr(self, name) for name in DocumentHead.__struct_fields__})


class LaneUse(StrEnum):
    """The type under which a lane is registered at the centre."""

    ETC_ENTRY = "etc-entry"
    ETC_EXIT = "etc-exit"
    MIXED_ENTRY = "mixed-entry"
    MIXED_EXIT = "mixed-exit"


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """A lane: GB code 21 characters, hex code 10 digits (network, station, lane)."""

    lane_id: str = field(name="laneId")
    lane_hex: str = field(name="laneHex")
    name: str = field(name="name")
    use: LaneUse = field(name="use")


class VirtualEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The 虚拟入口站 that is the entry in every record of an open exit."""

    lane_id: str = field(name="laneId")
    lane_hex: str = field(name="laneHex")
    station_name: str = field(name="stationName")


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """A station: hex code 8 digits; its lanes and its virtual entry."""

    station_hex: str = field(name="stationHex")
    name: str = field(name="name")
    lanes: tuple[Lane, ...] = field(name="lanes")
    virtual_entry: VirtualEntry = field(name="virtualEntry")


class Role(StrEnum):
    """Who may do what: a collector works vehicles, a shift leader releases and unlocks, an administrator sets up."""

    COLLECTOR = "collector"
    SHIFT_LEADER = "shift-leader"
    ADMINISTRATOR = "administrator"


class Operator(msgspec.Struct, frozen=True, kw_only=True):
    """One person of one station; ``verifier`` is scrypt(n=2**14, r=8, p=1, 32 bytes) over password and ``salt``."""

    operator_id: str = field(name="operatorId")
    name: str = field(name="name")
    role: Role = field(name="role")
    station_hex: str = field(name="stationHex")
    salt: bytes = field(name="salt")
    verifier: bytes = field(name="verifier")


class ShiftPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One shift: number, name, first minute of the day (Beijing). A night shift keeps the date it began on."""

    number: int = field(name="number")
    name: str = field(name="name")
    starts_minute: int = field(name="startsMinute")


Limits = tuple[int | None, int | None]
"""From where on a check before the shift warns, and from where on it stops; None never."""


class CheckLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of 班前检查; in a document they are written among the policy's own settings."""

    check_clock_s: Limits = field(name="checkClockS", default=(30, 300))
    check_sync_ms: Limits = field(name="checkSyncMs", default=(200, 2000))
    check_free_mb: Limits = field(name="checkFreeMb", default=(1024, 256))
    check_battery_percent: Limits = field(name="checkBatteryPercent", default=(30, 10))
    check_list_age_s: Limits = field(name="checkListAgeS", default=(86400, None))
    check_unsent: Limits = field(name="checkUnsent", default=(200, None))


class Policy(CheckLimits, frozen=True, kw_only=True):
    """The settings of spec/unknowns.md that a province may turn, with the defaults named there."""

    duplicate_window_s: int = field(name="duplicateWindowS", default=300)
    running_trip: str = field(name="runningTrip", default="refuse")
    running_trip_age_s_max: int = field(name="runningTripAgeSMax", default=7 * 86400)
    write_ef04_on_open: bool = field(name="writeEf04OnOpen", default=True)
    status_list_age_s_max: int = field(name="statusListAgeSMax", default=24 * 3600)
    confirm_same_as_pair: bool = field(name="confirmSameAsPair", default=False)
    card_only: str = field(name="cardOnly", default="refuse")
    key_index: Literal["by-version", "01", "41"] = field(name="keyIndex", default="by-version")
    layout_0019: Literal["new", "old", "auto"] = field(name="layout0019", default="new")
    removal_ok: int = field(name="removalOk", default=0x01)
    removal_mask: int = field(name="removalMask", default=0x0F)
    search_s: float = field(name="searchS", default=10.0)
    idle_question_s: int = field(name="idleQuestionS", default=180)
    login_tries_max: int = field(name="loginTriesMax", default=5)
    clock_step_s_max: int = field(name="clockStepSMax", default=300)
    photo_side_px_max: int = field(name="photoSidePxMax", default=1280)
    plate_reading: Literal["prefill", "compare", "off"] = field(name="plateReading", default="prefill")
    foreign_issuers: tuple[str, ...] = field(name="foreignIssuers", default=())

    @property
    def clock_off_s_max(self) -> float:
        """By how many seconds a clock may be off when a debit is made: where the check before the shift stops."""
        stops = self.check_clock_s[1]
        return inf if stops is None else stops


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """Everything but money and lists that one station's terminals need."""

    station: Station = field(name="station")
    operators: tuple[Operator, ...] = field(name="operators")
    shifts: tuple[ShiftPlan, ...] = field(name="shifts")
    policy: Policy = field(name="policy")


class TariffRow(msgspec.Struct, frozen=True, kw_only=True):
    """The open exit's fixed fee of one station and class, gross and after the 95 % (spec/unknowns.md 51)."""

    station_hex: str = field(name="stationHex")
    toll_class: int = field(name="tollClass")
    fee_fen: int = field(name="feeFen")
    fee95_fen: int = field(name="fee95Fen")


class HolidayWindow(msgspec.Struct, frozen=True, kw_only=True):
    """A holiday during which passenger cars up to ``seats_max`` seats pass free; end is exclusive."""

    name: str = field(name="name")
    starts_at: Moment = field(name="startsAt")
    ends_at: Moment = field(name="endsAt")
    seats_max: int = field(name="seatsMax", default=7)


class KindRule(msgspec.Struct, frozen=True, kw_only=True):
    """What a vehicle kind costs: the share in per cent taken off (100 is free), the record's discountType if any."""

    vehicle_kind: int = field(name="vehicleKind")
    off_percent: int = field(name="offPercent")
    discount_type: int | None = field(name="discountType", default=None)


class TariffTable(msgspec.Struct, frozen=True, kw_only=True):
    """A whole fee table. ``rate_version`` is the 13-digit version string of spec/exit-record.md 3.1."""

    rate_version: str = field(name="rateVersion")
    rows: tuple[TariffRow, ...] = field(name="rows")
    holidays: tuple[HolidayWindow, ...] = field(name="holidays", default=())
    kinds: tuple[KindRule, ...] = field(name="kinds", default=())


class ListedObject(StrEnum):
    """What a status list row speaks of."""

    CARD = "card"
    OBU = "obu"


class StatusListRow(msgspec.Struct, frozen=True, kw_only=True):
    """A key with one type; several rows may hold the same key (spec/status-lists.md rule 1)."""

    listed: ListedObject = field(name="object")
    key: str = field(name="key")
    type_code: int = field(name="type")


class StatusListFull(msgspec.Struct, frozen=True, kw_only=True):
    """A whole, small list: ``list_version`` in the form yyyyMMddHHmm, and when it was made."""

    list_version: str = field(name="listVersion")
    made_at: Moment = field(name="madeAt")
    rows: tuple[StatusListRow, ...] = field(name="rows")
