"""Files of the user card: 0015 issue data, 0018 wallet log, 0019 passage record (spec/icc.md sections 2, 4 and 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar, Final, Literal, assert_never

from laneside.codec.bcd import bcd_from_digits, is_blank, moment_of
from laneside.codec.forms import (
    DAY,
    DIGITS,
    HEX_NUMBER,
    HEX_TEXT,
    PLATE,
    PURCHASE_TIME,
    RAW,
    UNIX_TIME,
)
from laneside.codec.layout import ChipFile, Field, Layout, Row
from laneside.codec.plate import decode_plate
from laneside.codec.wording import province_words
from laneside.errors import CodecError
from laneside.vocab import (
    PROVINCES,
    CardType,
    EntryExitStatus,
    PlateColour,
    TollClass,
    TransactionType,
    UserType,
    VehicleStatusFlag,
    Words,
)

_OLD_CARD_VERSION: Final = 0x10
_VERSION_OFFSET: Final = 9


def _version_words(version: int) -> Words | None:
    """Say what a card version means (icc.md 2); versions are written in hex in the field."""
    if version == _OLD_CARD_VERSION:
        return Words(zh="10h 旧卡", en="10h old card with composite purchase")
    kinds = {4: Words(zh="全国联网3DES卡", en="national-network 3DES card"), 5: Words(zh="国密卡", en="SM4 card")}
    words = kinds.get(version >> 4)
    return words and Words(zh=f"{version:02X}h {words.zh}", en=f"{version:02X}h {words.en}")


_ISSUE_HEAD: Final = (
    Field(attribute="issuer", name="issuer_id", length=8, form=RAW, say=province_words),
    Field(attribute="card_type", length=1, codes=CardType),
    Field(attribute="version", name="card_version", length=1, say=_version_words),
    Field(attribute="network", name="network_id", length=2, form=DIGITS),
    Field(attribute="internal_number", length=8, form=DIGITS),
    Field(attribute="start", name="start_date", length=4, form=DAY),
    Field(attribute="expiry", name="expiry_date", length=4, form=DAY),
    Field(attribute="plate", length=12, form=PLATE),
    Field(attribute="user_type", length=1, codes=UserType),
)
_ISSUE_TAIL: Final = Field(attribute="reserved", length=7, form=RAW, optional=True)

_ISSUE: Final = Layout(
    file="icc-0015",
    fields=(
        *_ISSUE_HEAD,
        Field(attribute="plate_colour", length=1, codes=PlateColour),
        Field(attribute="toll_class", name="vehicle_class", length=1, codes=TollClass),
        _ISSUE_TAIL,
    ),
    lengths=(43, 50),
)
_OLD_ISSUE: Final = Layout(
    file="icc-0015",
    fields=(*_ISSUE_HEAD, Field(attribute="plate_colour", length=2, codes=PlateColour), _ISSUE_TAIL),
    lengths=(43, 50),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueInfo(ChipFile):
    """卡片发行基本数据, file 0015: 43 bytes, on newer cards 50 (icc.md 2).

    Cards of version 10h have a colour of two bytes and no class (spec/unknowns.md 1): ``toll_class`` is None there.
    """

    LAYOUT: ClassVar[Layout] = _ISSUE

    issuer: bytes
    card_type: int
    version: int
    network: str
    internal_number: str
    start: date | None
    expiry: date | None
    plate: str
    user_type: int
    plate_colour: int
    toll_class: int | None = None
    reserved: bytes = b""

    def __post_init__(self) -> None:
        """Refuse a class on a card that has no place for it, and the other way round."""
        if (self.toll_class is None) is not (self.version == _OLD_CARD_VERSION):
            reason = f"version {self.version:02X} does not go with class {self.toll_class}"
            raise CodecError(file=_ISSUE.file, offset=42, reason=reason)
        super(IssueInfo, self).__post_init__()  # slots make a new class, which bare super() misses

    @classmethod
    def layout_of(cls, data: bytes) -> Layout:
        """Tell the old layout by the card's version."""
        return _OLD_ISSUE if data[_VERSION_OFFSET : _VERSION_OFFSET + 1] == bytes((_OLD_CARD_VERSION,)) else _ISSUE

    @property
    def layout(self) -> Layout:
        """The layout of this card's version."""
        return _OLD_ISSUE if self.version == _OLD_CARD_VERSION else _ISSUE

    @property
    def card_id(self) -> str:
        """The printed card number, 20 digits."""
        return self.network + self.internal_number

    @property
    def region(self) -> bytes:
        """Diversification factor 1, 8 bytes: the first four issuer bytes, twice."""
        return self.issuer[:4] * 2

    @property
    def factor(self) -> bytes:
        """Diversification factor 2, 8 bytes: the internal number."""
        return bcd_from_digits(self.internal_number)

    @property
    def is_sm4(self) -> bool:
        """Whether the card is a 国密 card (version high nibble 5)."""
        return self.version >> 4 == 5

    @property
    def is_stored_value(self) -> bool:
        """Whether the balance is real money."""
        return self.card_type == CardType.STORED_VALUE


def _date_and_time(value: bytes, offset: int) -> Iterator[Row]:
    """Show the seven bytes as the two fields that they are on the card."""
    digits = value.hex()
    day = None if is_blank(value) else f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"
    time = None if is_blank(value) else f"{digits[8:10]}:{digits[10:12]}:{digits[12:]}"
    yield Row(field="date", value=day, offset=offset, length=4)
    yield Row(field="time", value=time, offset=offset + 4, length=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletLogRecord(ChipFile):
    """终端交易记录, one record of file 0018, 23 bytes (icc.md 4). ``counter`` is N+1, the value after the increment."""

    LAYOUT: ClassVar[Layout] = Layout(
        file="icc-0018",
        fields=(
            Field(attribute="counter", name="transaction_counter", length=2),
            Field(attribute="overdraft_limit_fen", name="overdraft_limit", length=3),
            Field(attribute="amount_fen", name="amount", length=4),
            Field(attribute="transaction_type", length=1, codes=TransactionType),
            Field(attribute="terminal_number", length=6, form=RAW),
            Field(attribute="purchase_time", length=7, form=PURCHASE_TIME, expand=_date_and_time),
        ),
        lengths=(23,),
    )

    counter: int
    overdraft_limit_fen: int = 0
    amount_fen: int
    transaction_type: int
    terminal_number: bytes
    purchase_time: bytes

    @property
    def moment(self) -> datetime | None:
        """The time of the trade, aware, UTC; None in a record that was never written."""
        return moment_of(self.purchase_time)


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
