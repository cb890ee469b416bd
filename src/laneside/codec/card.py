"""Files of the user card: 0015 issue data, 0018 wallet log, 0019 passage record (spec/icc.md sections 2, 4 and 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, ClassVar, Final, Literal, assert_never

from msgspec.structs import replace

from laneside.codec.bcd import bcd_from_digits, is_blank
from laneside.codec.encodings import DAY, DIGITS, HEX_NUMBER, HEX_TEXT, PLATE, PURCHASE_TIME, RAW, UNIX_TIME
from laneside.codec.layout import ChipFile, FieldSpec, Layout, Row, number, raw
from laneside.codec.plate import decode_plate
from laneside.errors import CodecError
from laneside.vocab.media import CardType, TransactionType
from laneside.vocab.provinces import PROVINCES, issuer_words
from laneside.vocab.vehicle import EntryExitStatus, PlateColour, TollClass, UserType, VehicleStatusFlag
from laneside.vocab.words import Words

_OLD_CARD_VERSION: Final = 0x10
_VERSION_OFFSET: Final = 9


def _version_words(version: int) -> Words | None:
    """Name a card version (icc.md 2); people write versions in hex."""
    if version == _OLD_CARD_VERSION:
        return Words(zh="10h 旧卡", en="10h old card with composite purchase")
    kinds = {4: Words(zh="全国联网3DES卡", en="national-network 3DES card"), 5: Words(zh="国密卡", en="SM4 card")}
    words = kinds.get(version >> 4)
    return words and Words(zh=f"{version:02X}h {words.zh}", en=f"{version:02X}h {words.en}")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueInfo(ChipFile):
    """卡片发行基本数据, file 0015: 43 bytes, on newer cards 50 (icc.md 2).

    Cards of version 10h have a colour of two bytes and no class (spec/unknowns.md 1): ``toll_class`` is None there.
    """

    FILE: ClassVar[str] = "icc-0015"
    SIZES: ClassVar[tuple[int, ...]] = (43, 50)

    issuer: Annotated[bytes, FieldSpec(length=8, encoding=RAW, name="issuer_id", words_of=issuer_words)]
    card_type: Annotated[int, number(codes=CardType)]
    version: Annotated[int, FieldSpec(length=1, name="card_version", words_of=_version_words)]
    network: Annotated[str, FieldSpec(length=2, encoding=DIGITS, name="network_id")]
    internal_number: Annotated[str, FieldSpec(length=8, encoding=DIGITS)]
    start: Annotated[date | None, FieldSpec(length=4, encoding=DAY, name="start_date")]
    expiry: Annotated[date | None, FieldSpec(length=4, encoding=DAY, name="expiry_date")]
    plate: Annotated[str, FieldSpec(length=12, encoding=PLATE)]
    user_type: Annotated[int, number(codes=UserType)]
    plate_colour: Annotated[int, number(codes=PlateColour)]
    toll_class: Annotated[int | None, number(name="vehicle_class", codes=TollClass)] = None
    reserved: Annotated[bytes, FieldSpec(length=7, encoding=RAW, optional=True)] = b""

    def check(self) -> None:
        """Refuse a class on a card that has no place for it, and a newer card without one."""
        if (self.toll_class is None) is not (self.version == _OLD_CARD_VERSION):
            reason = f"version {self.version:02X} does not go with class {self.toll_class}"
            raise CodecError(file=self.FILE, offset=42, reason=reason)

    @classmethod
    def layout_of(cls, data: bytes) -> Layout:
        """Return the layout of the card's version."""
        is_old = data[_VERSION_OFFSET : _VERSION_OFFSET + 1] == bytes((_OLD_CARD_VERSION,))
        return _OLD_ISSUE_LAYOUT if is_old else cls.LAYOUT

    @property
    def layout(self) -> Layout:
        """The layout of this card's version."""
        return _OLD_ISSUE_LAYOUT if self.version == _OLD_CARD_VERSION else self.LAYOUT

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


# Cards of version 10h (spec/unknowns.md 1): the byte of the class belongs to the colour.
_OLD_ISSUE_LAYOUT: Final = Layout(
    file=IssueInfo.FILE,
    fields=tuple(
        replace(each, length=2) if each.attribute == "plate_colour" else each
        for each in IssueInfo.LAYOUT.fields
        if each.attribute != "toll_class"
    ),
    sizes=IssueInfo.SIZES,
)


def _date_and_time(value: bytes, offset: int) -> Iterator[Row]:
    """Yield the seven bytes as the two fields that they are on the card."""
    digits = value.hex()
    day = None if is_blank(value) else f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"
    time = None if is_blank(value) else f"{digits[8:10]}:{digits[10:12]}:{digits[12:]}"
    yield Row(field="date", value=day, offset=offset, length=4)
    yield Row(field="time", value=time, offset=offset + 4, length=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletLogRecord(ChipFile):
    """终端交易记录, one record of file 0018, 23 bytes (icc.md 4). ``counter`` is N+1, the value after the increment."""

    FILE: ClassVar[str] = "icc-0018"
    SIZES: ClassVar[tuple[int, ...]] = (23,)

    counter: Annotated[int, number(2, "transaction_counter")]
    overdraft_limit_fen: Annotated[int, number(3, "overdraft_limit")] = 0
    amount_fen: Annotated[int, number(4, "amount")]
    transaction_type: Annotated[int, number(codes=TransactionType)]
    terminal_number: Annotated[bytes, raw(6)]
    purchase_time: Annotated[bytes, FieldSpec(length=7, encoding=PURCHASE_TIME, expand=_date_and_time)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _PassageRecord(ChipFile):
    """The fields with which both layouts of 0019 begin. Station and lane are upper-case hex digits."""

    FILE: ClassVar[str] = "icc-0019"

    record_id: Annotated[int, FieldSpec(length=1, encoding=HEX_NUMBER)] = 0xAA
    length: Annotated[int, number()] = 0x29
    lock_flag: Annotated[int, number()] = 0x00
    network: Annotated[str, FieldSpec(length=2, encoding=HEX_TEXT, name="road_network")]
    station: Annotated[str, FieldSpec(length=2, encoding=HEX_TEXT)]
    lane: Annotated[str, FieldSpec(length=1, encoding=HEX_TEXT)]
    unix_time_s: Annotated[int, FieldSpec(length=4, encoding=UNIX_TIME, name="entry_exit_time")]
    toll_class: Annotated[int, number(name="vehicle_class", codes=TollClass)]
    status: Annotated[int, number(name="entry_exit_status", codes=EntryExitStatus)]

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
class CappRecord(_PassageRecord):
    """复合消费过程文件, record 1 of file 0019 in the layout since 2019/2020, 43 bytes (icc.md 5.1).

    Times are Unix seconds UTC, weights kg, money fen; gantries are upper-case hex digits.
    """

    SIZES: ClassVar[tuple[int, ...]] = (43,)

    gantry: Annotated[str, FieldSpec(length=3, encoding=HEX_TEXT, name="last_gantry")] = "000000"
    gantry_unix_time_s: Annotated[int, FieldSpec(length=4, encoding=UNIX_TIME, name="gantry_pass_time")] = 0
    plate: Annotated[str, FieldSpec(length=12, encoding=PLATE)]
    plate_colour: Annotated[int, number(codes=PlateColour)]
    axle_count: Annotated[int, number()] = 0
    gross_weight_kg: Annotated[int, number(3, "gross_weight")] = 0
    vehicle_status_flag: Annotated[int, number(codes=VehicleStatusFlag)] = 0xFF
    accumulated_fen: Annotated[int, number(4, "accumulated_amount")] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCappRecord(_PassageRecord):
    """Record 1 of file 0019 in the layout of 2007/2011, 43 bytes (icc.md 5.2)."""

    SIZES: ClassVar[tuple[int, ...]] = (43,)

    lock_flag: Annotated[int, number(name="application_lock_flag")] = 0x00
    network: Annotated[str, FieldSpec(length=2, encoding=HEX_TEXT, name="entry_exit_network")]
    unix_time_s: Annotated[int, FieldSpec(length=4, encoding=UNIX_TIME, name="time")]
    flag_stations: Annotated[bytes, raw(9)] = bytes(9)
    collector_number: Annotated[int, number(3)] = 0
    shift: Annotated[int, number()] = 0
    plate: Annotated[str, FieldSpec(length=12, encoding=PLATE)]
    reserved: Annotated[bytes, raw(4)] = bytes(4)


CappLayout = Literal["new", "old", "auto"]


def parse_capp(data: bytes, layout: CappLayout = "new") -> CappRecord | OldCappRecord:
    """Decode record 1 of 0019; with ``auto`` the bytes decide as in icc.md 5.2. Raises CodecError."""
    match layout:
        case "new":
            return CappRecord.from_bytes(data)
        case "old":
            return OldCappRecord.from_bytes(data)
        case "auto":
            return parse_capp(data, capp_layout(data))
    assert_never(layout)


def capp_layout(data: bytes) -> Literal["new", "old"]:
    """Return which layout a record of 0019 has (icc.md 5.2, confidence C); *new* where neither fits.

    No byte names the layout, so the plate decides: in the new one it begins at byte 21 and its colour is byte 33, in
    the old one it begins at byte 27.
    """
    CappRecord.LAYOUT.check_size(data)
    colour, lead = data[33], data[21]
    if (colour <= 0x0C or colour == 0xFF) and (lead >= 0x81 or not any(data[21:33])):
        return "new"
    return "old" if _is_plausible_plate(data[27:39]) else "new"


_PLATE_INITIALS: Final = frozenset(province.initial for province in PROVINCES) | frozenset("使领挂学警港澳试超外")


def _is_plausible_plate(field: bytes) -> bool:
    """Return whether a field holds a known first character, then letters and digits, 2 to 9 in all (codes.md 5.3)."""
    try:
        text = decode_plate(field)
    except CodecError:
        return False
    return 2 <= len(text) <= 9 and text[0] in _PLATE_INITIALS and text[1:].isascii() and text[1:].isalnum()
