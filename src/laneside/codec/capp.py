"""File 0019 of the user card, record 1: the passage record in both layouts (spec/icc.md section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final, Literal, assert_never

from laneside.codec.forms import HEX_NUMBER, HEX_TEXT, PLATE, RAW, UNIX_TIME
from laneside.codec.layout import ChipFile, Field, Layout
from laneside.codec.plate import decode_plate
from laneside.errors import CodecError
from laneside.vocab import PROVINCES, EntryExitStatus, PlateColour, TollClass, VehicleStatusFlag

_CAPP_HEAD: Final = (
    Field(attribute="record_id", length=1, form=HEX_NUMBER),
    Field(attribute="length", length=1),
    Field(attribute="lock_flag", length=1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CappRecord(ChipFile):
    """复合消费过程文件, record 1 of file 0019 in the layout since 2019/2020, 43 bytes (icc.md 5.1).

    Times are Unix seconds UTC, weights kg, money fen; station, lane and gantry are upper-case hex digits.
    """

    LAYOUT: ClassVar[Layout] = Layout(
        file="icc-0019",
        fields=(
            *_CAPP_HEAD,
            Field(attribute="network", name="road_network", length=2, form=HEX_TEXT),
            Field(attribute="station", length=2, form=HEX_TEXT),
            Field(attribute="lane", length=1, form=HEX_TEXT),
            Field(attribute="unix_time_s", name="entry_exit_time", length=4, form=UNIX_TIME),
            Field(attribute="toll_class", name="vehicle_class", length=1, codes=TollClass),
            Field(attribute="status", name="entry_exit_status", length=1, codes=EntryExitStatus),
            Field(attribute="gantry", name="last_gantry", length=3, form=HEX_TEXT),
            Field(attribute="gantry_unix_time_s", name="gantry_pass_time", length=4, form=UNIX_TIME),
            Field(attribute="plate", length=12, form=PLATE),
            Field(attribute="plate_colour", length=1, codes=PlateColour),
            Field(attribute="axle_count", length=1),
            Field(attribute="gross_weight_kg", name="gross_weight", length=3),
            Field(attribute="vehicle_status_flag", length=1, codes=VehicleStatusFlag),
            Field(attribute="accumulated_fen", name="accumulated_amount", length=4),
        ),
        lengths=(43,),
    )

    record_id: int = 0xAA
    length: int = 0x29
    lock_flag: int = 0x00
    network: str
    station: str
    lane: str
    unix_time_s: int
    toll_class: int
    status: int
    gantry: str = "000000"
    gantry_unix_time_s: int = 0
    plate: str
    plate_colour: int
    axle_count: int = 0
    gross_weight_kg: int = 0
    vehicle_status_flag: int = 0xFF
    accumulated_fen: int = 0

    @property
    def station_hex(self) -> str:
        """收费站Hex, 8 digits."""
        return (self.network + self.station).upper()

    @property
    def lane_hex(self) -> str:
        """车道Hex, 10 digits."""
        return (self.station_hex + self.lane).upper()

    @property
    def moment(self) -> datetime:
        """The entry or exit time, aware, UTC."""
        return datetime.fromtimestamp(self.unix_time_s, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCappRecord(ChipFile):
    """Record 1 of file 0019 in the layout of 2007/2011, 43 bytes (icc.md 5.2)."""

    LAYOUT: ClassVar[Layout] = Layout(
        file="icc-0019",
        fields=(
            Field(attribute="record_id", length=1, form=HEX_NUMBER),
            Field(attribute="length", length=1),
            Field(attribute="lock_flag", name="application_lock_flag", length=1),
            Field(attribute="network", name="entry_exit_network", length=2, form=HEX_TEXT),
            Field(attribute="station", length=2, form=HEX_TEXT),
            Field(attribute="lane", length=1, form=HEX_TEXT),
            Field(attribute="unix_time_s", name="time", length=4, form=UNIX_TIME),
            Field(attribute="toll_class", name="vehicle_class", length=1, codes=TollClass),
            Field(attribute="status", name="entry_exit_status", length=1, codes=EntryExitStatus),
            Field(attribute="flag_stations", length=9, form=RAW),
            Field(attribute="collector_number", length=3),
            Field(attribute="shift", length=1),
            Field(attribute="plate", length=12, form=PLATE),
            Field(attribute="reserved", length=4, form=RAW),
        ),
        lengths=(43,),
    )

    record_id: int = 0xAA
    length: int = 0x29
    lock_flag: int = 0x00
    network: str
    station: str
    lane: str
    unix_time_s: int
    toll_class: int
    status: int
    flag_stations: bytes = bytes(9)
    collector_number: int = 0
    shift: int = 0
    plate: str
    reserved: bytes = bytes(4)

    @property
    def station_hex(self) -> str:
        """收费站Hex, 8 digits."""
        return (self.network + self.station).upper()

    @property
    def lane_hex(self) -> str:
        """车道Hex, 10 digits."""
        return (self.station_hex + self.lane).upper()

    @property
    def moment(self) -> datetime:
        """The entry or exit time, aware, UTC."""
        return datetime.fromtimestamp(self.unix_time_s, UTC)


CappLayout = Literal["new", "old", "auto"]


def parse_capp(data: bytes, layout: CappLayout = "new") -> CappRecord | OldCappRecord:
    """Decode record 1 of 0019. ``auto`` judges by the bytes as icc.md 5.2 says and takes *new* when nothing speaks.

    Raises CodecError.
    """
    match layout:
        case "new":
            return CappRecord.from_bytes(data)
        case "old":
            return OldCappRecord.from_bytes(data)
        case "auto":
            return parse_capp(data, capp_layout(data))
    assert_never(layout)


def capp_layout(data: bytes) -> Literal["new", "old"]:
    """Tell the layout of a 0019 record by its bytes (icc.md 5.2, confidence C)."""
    CappRecord.LAYOUT.check_size(data)
    colour, lead = data[33], data[21]
    if (colour <= 0x0C or colour == 0xFF) and (lead >= 0x81 or not any(data[21:33])):
        return "new"
    return "old" if _is_plausible_plate(data[27:39]) else "new"


_PLATE_INITIALS: Final = frozenset(province.initial for province in PROVINCES) | frozenset("使领挂学警港澳试超外")


def _is_plausible_plate(raw: bytes) -> bool:
    """Codes.md 5.3, general rule: a known first character, then letters and digits, 2 to 9 characters in all."""
    try:
        text = decode_plate(raw)
    except CodecError:
        return False
    return 2 <= len(text) <= 9 and text[0] in _PLATE_INITIALS and text[1:].isascii() and text[1:].isalnum()
