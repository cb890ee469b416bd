"""Host → reader, new dialect (spec/rsu-frames.md 3.2)."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Final, Self

from laneside.codec.layout import FieldSpec, Layout
from laneside.errors import CodecError
from laneside.rsu import codes
from laneside.rsu.host_serial import CLOCK, check_length
from laneside.rsu.lists import Entries
from laneside.rsu.message import LAYOUTS_KEPT, Message, Tailed, file_name, layout_of_frame
from laneside.rsu.parts import (
    AMOUNT,
    COUNTER,
    FACTOR,
    OBU_ID,
    PURCHASE_TIME,
    block_field,
    capp_field,
    number,
    raw,
)

if TYPE_CHECKING:
    from laneside.rsu.dialect import Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneInit(Message):
    """C0 as a lane sends it; the time fields are those of the gantry form. ``trans_mode`` is 09."""

    COMMAND: ClassVar[int] = 0xC0
    LAYOUT: ClassVar[Layout] = layout_of_frame(
        0xC0,
        *CLOCK,
        FieldSpec(attribute="lane_mode", length=1, codes=codes.LaneMode),
        number("wait_time_ms"),
        number("tx_power"),
        number("pll_channel"),
        number("trans_mode"),
        number("ef04_option"),
        number("ef04_offset", 2),
        number("ef04_length", 2),
        raw("reserved", 3),
    )

    unix_time_s: int
    date_time: bytes
    lane_mode: int
    wait_time_ms: int
    tx_power: int
    pll_channel: int
    trans_mode: int = 0x09
    ef04_option: int = 1
    ef04_offset: int = 314
    ef04_length: int = 91
    reserved: bytes = bytes(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class GantryInit(Tailed):
    """C0 as a gantry sends it; ``tx_power`` is at most 1Fh, ``trans_mode`` 01."""

    COMMAND: ClassVar[int] = 0xC0
    LAYOUT: ClassVar[Layout] = layout_of_frame(
        0xC0,
        *CLOCK,
        FieldSpec(attribute="lane_mode", length=1, codes=codes.LaneMode),
        number("bst_interval"),
        number("tx_power"),
        number("pll_channel"),
        number("trans_mode"),
        raw("flag_id", 3),
    )
    TAIL: ClassVar[FieldSpec] = raw("reserved", 0)
    TAIL_SIZES: ClassVar[Container[int]] = range(17)

    unix_time_s: int
    date_time: bytes
    lane_mode: int
    bst_interval: int
    tx_power: int
    pll_channel: int
    trans_mode: int = 0x01
    flag_id: bytes = bytes(3)
    reserved: bytes = b""


_HEAD: Final = (OBU_ID, FACTOR)
_PURCHASE: Final = (AMOUNT, PURCHASE_TIME, capp_field())
_TRADE: Final = FieldSpec(attribute="trade_mode", length=1, codes=codes.TcpTrade)
_BARE: Final = 66
_SECOND_PARTS: Final = (0, 5, 15)


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpDebit(Message):
    """C6 扣费 in its four forms (``C6Form``): bare, with EF04, and with a second part of 5 or 15 bytes.

    ``trade_mode`` is the field's OBUTradeType. The bare form has neither it nor ``ef04`` (91 bytes);
    ``second_part`` is the offset N and its bytes. For a single-chip tag ``capp`` and ``ef04`` carry EF07.
    """

    COMMAND: ClassVar[int] = 0xC6
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xC6, *_HEAD, _TRADE, *_PURCHASE, block_field())
    BARE: ClassVar[Layout] = layout_of_frame(0xC6, *_HEAD, *_PURCHASE)

    obu_id: bytes
    factor: bytes
    trade_mode: int | None = None
    amount_fen: int
    purchase_time: bytes
    capp: bytes
    ef04: bytes = b""
    second_part: bytes = b""

    def __post_init__(self) -> None:
        """Refuse a mixture of forms."""
        is_bare = self.trade_mode is None
        if is_bare is bool(self.ef04) or (is_bare and self.second_part):
            reason = "trade type and EF04 go together, in the bare form there is neither"
            raise CodecError(file=file_name(0xC6), offset=0, reason=reason)
        super(TcpDebit, self).__post_init__()  # slots make a new class, which bare super() misses

    @classmethod
    def layout_for(cls, size: int) -> Layout:
        """Tell the form by the size."""
        if size == _BARE:
            return cls.BARE
        second = size - max(cls.LAYOUT.sizes)
        return cls._with_second_part(second) if second in _SECOND_PARTS else cls.LAYOUT

    @property
    def layout(self) -> Layout:
        """The form of this value."""
        return self.BARE if self.trade_mode is None else self._with_second_part(len(self.second_part))

    @classmethod
    def _with_second_part(cls, size: int) -> Layout:
        if size == 0:
            return cls.LAYOUT
        if size not in _SECOND_PARTS:
            reason = f"a second part of {size} bytes, not 5 or 15"
            raise CodecError(file=file_name(0xC6), offset=max(cls.LAYOUT.sizes), reason=reason)
        return layout_of_frame(0xC6, *cls.LAYOUT.fields, raw("second_part", size))


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpTacRequest(Tailed):
    """C8 重取TAC. ``write`` begins with EF04CmdType (0 TAC only) and ends with offset, length and data to write.

    Neither has a width in the spec, and a form of 7 bytes without EF04CmdType was seen: what follows the counter is
    kept as it is. ``TAC_ONLY`` is all that a terminal at an open exit needs.
    """

    COMMAND: ClassVar[int] = 0xC8
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xC8, OBU_ID, COUNTER)
    TAIL: ClassVar[FieldSpec] = raw("write", 0)
    TAIL_SIZES: ClassVar[Container[int]] = range(129)
    TAC_ONLY: ClassVar[bytes] = bytes((codes.TacMode.TAC_ONLY,))

    obu_id: bytes
    counter: int
    write: bytes = TAC_ONLY

    @property
    def mode(self) -> int | None:
        """EF04CmdType; None in the form without it."""
        return self.write[0] if self.write else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpAmountsRequest(Message):
    """C9: read and write the amounts per province. At an exit: offset 405, length 80, write mode 2 (clear).

    The widths of the offsets and lengths are those of the old dialect; the length's is a setting
    (``FrameSet.amounts_length_size``). ``data`` is there with write mode 1 only.
    """

    COMMAND: ClassVar[int] = 0xC9

    obu_id: bytes
    read_mode: int
    read_offset: int
    read_length: int
    write_mode: int
    write_offset: int
    write_length: int
    data: bytes = b""
    length_size: int = 2

    def __post_init__(self) -> None:
        """Hold write mode, write length and the bytes together."""
        check_length(0xC9, self.write_length if self.write_mode == codes.AmountsWrite.UPDATE else 0, self.data)
        super(TcpAmountsRequest, self).__post_init__()  # slots make a new class, which bare super() misses

    @classmethod
    def read(cls, dialect: Dialect, data: bytes) -> Self:
        """Read with the width of this dialect's lengths."""
        width = dialect.frame_set.amounts_length_size
        layout = cls._layout(width, max(0, len(data) - max(cls._layout(width, 0).sizes)))
        return cls(**layout.parse(data), length_size=width)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read with lengths of two bytes."""
        layout = cls._layout(2, max(0, len(data) - max(cls._layout(2, 0).sizes)))
        return cls(**layout.parse(data))

    @property
    def layout(self) -> Layout:
        """The layout with this value's widths and data."""
        return self._layout(self.length_size, len(self.data))

    @classmethod
    @lru_cache(LAYOUTS_KEPT)
    def _layout(cls, width: int, size: int) -> Layout:
        return layout_of_frame(
            0xC9,
            OBU_ID,
            number("read_mode"),
            number("read_offset", 2),
            number("read_length", width),
            FieldSpec(attribute="write_mode", length=1, codes=codes.AmountsWrite),
            number("write_offset", 2),
            number("write_length", width),
            *((raw("data", size),) if size else ()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpPsamInit(Tailed):
    """CA: begin the authorisation of the PSAMs; BA answers. The spec names no field; what a make adds is kept."""

    COMMAND: ClassVar[int] = 0xCA
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xCA)
    TAIL: ClassVar[FieldSpec] = raw("appended", 0)
    TAIL_SIZES: ClassVar[Container[int]] = range(17)

    appended: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """One PSAM's part of CB: the 13-byte APDU that the centre sent."""

    LAYOUT: ClassVar[Layout] = layout_of_frame(0xCB, number("channel"), number("status"), raw("apdu", 13))

    channel: int
    status: int = 0
    apdu: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpPsamAuthorise(Message):
    """CB: hand each PSAM its APDU; BB answers per PSAM."""

    COMMAND: ClassVar[int] = 0xCB
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xCB)
    ENTRIES: ClassVar[Entries] = Entries(entry=Authorisation, attribute="psams", name="psam")

    psams: tuple[Authorisation, ...]

    @classmethod
    def layout_for(cls, size: int) -> Layout:
        """One entry per 15 bytes, at least one."""
        return layout_of_frame(0xCB, cls.ENTRIES.field_for(size))

    @property
    def layout(self) -> Layout:
        """The layout with as many entries as this value has."""
        return layout_of_frame(0xCB, self.ENTRIES.field_of(len(self.psams)))


@dataclass(frozen=True, slots=True, kw_only=True)
class BeaconChange(Message):
    """CE: whether the beacon id changes: ``codes.BeaconChange``."""

    COMMAND: ClassVar[int] = 0xCE
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xCE, FieldSpec(attribute="mode", length=1, codes=codes.BeaconChange))

    mode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatAnswer(Message):
    """CF: the host's answer to a B1."""

    COMMAND: ClassVar[int] = 0xCF
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xCF, number("zero"))

    zero: int = 0
