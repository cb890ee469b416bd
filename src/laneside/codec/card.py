"""Files of the user card: 0015 issue data and 0018 wallet log (spec/icc.md sections 2 and 4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final

from laneside.codec.bcd import bcd_from_digits, is_blank, moment_of
from laneside.codec.forms import DAY, DIGITS, PLATE, PURCHASE_TIME, RAW
from laneside.codec.layout import ChipFile, Field, Layout, Row
from laneside.errors import CodecError
from laneside.vocab import CardType, PlateColour, TollClass, TransactionType, UserType, Words, issuer_words

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
    Field(attribute="issuer", name="issuer_id", length=8, form=RAW, say=issuer_words),
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
