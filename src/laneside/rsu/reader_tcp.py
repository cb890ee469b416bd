"""Reader → host, new dialect (spec/rsu-frames.md 3.3)."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Final, Self

from laneside.codec import (
    CappRecord,
    IssueInfo,
    OldCappRecord,
    PassageBlock,
    SystemInfo,
    VehicleInfo,
    parse_capp,
    parse_vehicle,
)
from laneside.codec.layout import FieldSpec, Layout
from laneside.errors import CodecError
from laneside.rsu.codes import CardAlgorithm
from laneside.rsu.lists import Entries
from laneside.rsu.message import LAYOUTS_KEPT, Message, Tailed, file_name, layout_of_frame
from laneside.rsu.parts import (
    BALANCE_AFTER,
    BLOCK_LENGTH,
    COUNTER,
    ERROR,
    OBU_ID,
    PURCHASE_TIME,
    STATUS,
    TAC,
    TERMINAL_NUMBER,
    TRANSACTION_NUMBER,
    TRANSACTION_TYPE,
    block_field,
    capp_field,
    issue_field,
    number,
    raw,
    system_field,
    vehicle_field,
)

if TYPE_CHECKING:
    from laneside.rsu.dialect import Dialect

_EF04_LENGTHS: Final = (BLOCK_LENGTH, 95)  # spec/unknowns.md 17: some readers have 95
_GBK_LEAD: Final = 0x81


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle(Tailed):
    """B3 of either dialect: the decrypted vehicle file, in some new readers the passage block of EF04 with it."""

    COMMAND: ClassVar[int] = 0xB3
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xB3, OBU_ID, ERROR, vehicle_field())
    TAIL: ClassVar[FieldSpec] = block_field()
    TAIL_SIZES: ClassVar[Container[int]] = (0, *_EF04_LENGTHS)

    obu_id: bytes
    error: int
    vehicle: bytes
    ef04: bytes = b""

    @property
    def vehicle_info(self) -> VehicleInfo:
        """The vehicle file decoded. Raises CodecError."""
        return parse_vehicle(self.vehicle)

    @property
    def passage_block(self) -> PassageBlock:
        """The 91 bytes of EF04 decoded. Raises CodecError."""
        return PassageBlock.from_bytes(self.ef04[:BLOCK_LENGTH])


@dataclass(frozen=True, slots=True, kw_only=True)
class PsamChannel:
    """One PSAM's part of B0."""

    LAYOUT: ClassVar[Layout] = layout_of_frame(
        0xB0, number("channel"), number("version"), number("authorised"), TERMINAL_NUMBER
    )

    channel: int
    version: int
    authorised: int
    terminal_number: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpStatus(Message):
    """B0: the reader and its PSAMs. ``interface_version`` is for example ``03040000``."""

    COMMAND: ClassVar[int] = 0xB0
    ENTRIES: ClassVar[Entries] = Entries(entry=PsamChannel, attribute="psams", name="psam")

    status: int
    psams: tuple[PsamChannel, ...] = ()
    algorithm_id: int
    maker_id: bytes
    rsu_id: bytes
    version: bytes
    work_status: int
    flag_id: bytes = bytes(3)
    interface_version: bytes = bytes(4)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read as many PSAMs as the second byte says."""
        values = cls._layout(data[1] if len(data) > 1 else 0).parse(data)
        del values["psam_count"]
        return cls(**values)

    @property
    def layout(self) -> Layout:
        """The layout with as many PSAMs as this value has."""
        return self._layout(len(self.psams))

    def wire_values(self) -> dict[str, object]:
        """Return the fields by attribute, the count among them."""
        return {**self.values(), "psam_count": len(self.psams)}

    @classmethod
    @lru_cache(LAYOUTS_KEPT)
    def _layout(cls, count: int) -> Layout:
        return layout_of_frame(
            0xB0,
            number("status"),
            number("psam_count"),
            *((cls.ENTRIES.field_of(count),) if count else ()),
            FieldSpec(attribute="algorithm_id", length=1, codes=CardAlgorithm),
            raw("maker_id", 1),
            raw("rsu_id", 3),
            raw("version", 2),
            number("work_status"),
            raw("flag_id", 3),
            raw("interface_version", 4),
        )


_TAG_TAIL: Final = (system_field(), number("equipment_version"), STATUS, number("tear_down"))
_ANTENNA: Final = number("antenna_id")
_DEVICE: Final = number("device_type")


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpTag(Message):
    """B2: a tag was found. ``system`` is the tag's EF01[0:26], ``status`` the byte of spec/obu.md section 8.

    Of 37 bytes with the command both ``antenna_id`` and ``device_type`` are there, of 36 one of them, which a setting
    names. ``device_type`` is the reader's own number: ``Dialect.device_type`` undoes a swap. ``tear_down`` has the
    opposite sense of EF01[26].
    """

    COMMAND: ClassVar[int] = 0xB2
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xB2, OBU_ID, ERROR, _ANTENNA, _DEVICE, *_TAG_TAIL)
    WITH_ANTENNA: ClassVar[Layout] = layout_of_frame(0xB2, OBU_ID, ERROR, _ANTENNA, *_TAG_TAIL)
    WITH_DEVICE: ClassVar[Layout] = layout_of_frame(0xB2, OBU_ID, ERROR, _DEVICE, *_TAG_TAIL)

    obu_id: bytes
    error: int
    antenna_id: int | None = None
    device_type: int | None = None
    system: bytes
    equipment_version: int
    status: int
    tear_down: int = 0

    @classmethod
    def read(cls, dialect: Dialect, data: bytes) -> Self:
        """Read the one byte of the short form as the dialect says."""
        short = cls.WITH_DEVICE if dialect.b2_form == "device-type" else cls.WITH_ANTENNA
        return cls(**(short if len(data) in short.sizes else cls.LAYOUT).parse(data))

    @classmethod
    def layout_for(cls, size: int) -> Layout:
        """Tell the form by the size; the one byte of the short form is the antenna id."""
        return cls.WITH_ANTENNA if size in cls.WITH_ANTENNA.sizes else cls.LAYOUT

    @property
    def layout(self) -> Layout:
        """The form of this value. Raises CodecError where there is neither byte."""
        match self.antenna_id, self.device_type:
            case None, None:
                raise CodecError(file=file_name(0xB2), offset=5, reason="antenna id or device type, at least one")
            case _, None:
                return self.WITH_ANTENNA
            case None, _:
                return self.WITH_DEVICE
            case _:
                return self.LAYOUT

    @property
    def system_info(self) -> SystemInfo:
        """EF01 decoded. Raises CodecError."""
        return SystemInfo.from_bytes(self.system)

    @property
    def is_issuer_plausible(self) -> bool:
        """Whether the issuer starts with a GBK lead byte: a check on the form that was taken."""
        return self.system[0] >= _GBK_LEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpCard(Message):
    """B4: vehicle, balance, passage block (91 bytes, of some readers 95), 0015 in 50 bytes, 0019."""

    COMMAND: ClassVar[int] = 0xB4

    obu_id: bytes
    error: int
    transaction_type: int = 0x10
    vehicle: bytes
    balance_fen: int
    ef04: bytes
    issue: bytes
    capp: bytes

    @classmethod
    def layout_for(cls, size: int) -> Layout:
        """Tell the length of EF04 by the size."""
        longer = cls._layout(_EF04_LENGTHS[1])
        return longer if size in longer.sizes else cls._layout(BLOCK_LENGTH)

    @property
    def layout(self) -> Layout:
        """The layout with this value's EF04."""
        return self._layout(len(self.ef04) if len(self.ef04) in _EF04_LENGTHS else BLOCK_LENGTH)

    @classmethod
    @lru_cache(LAYOUTS_KEPT)
    def _layout(cls, ef04_length: int) -> Layout:
        return layout_of_frame(
            0xB4,
            OBU_ID,
            ERROR,
            number("transaction_type"),
            vehicle_field(),
            number("balance_fen", 4),
            block_field(ef04_length),
            issue_field(50),
            capp_field(),
        )

    @property
    def vehicle_info(self) -> VehicleInfo:
        """The vehicle file decoded. Raises CodecError."""
        return parse_vehicle(self.vehicle)

    @property
    def issue_info(self) -> IssueInfo:
        """0015 decoded. Raises CodecError."""
        return IssueInfo.from_bytes(self.issue)

    @property
    def capp_record(self) -> CappRecord | OldCappRecord:
        """0019 decoded. Raises CodecError."""
        return parse_capp(self.capp)

    @property
    def passage_block(self) -> PassageBlock:
        """The 91 bytes of EF04 decoded. Raises CodecError."""
        return PassageBlock.from_bytes(self.ef04[:BLOCK_LENGTH])


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpDebitResult(Message):
    """B5: how C6 ended. ``counter`` is ICCPaySerial = N, ``transaction_number`` PSAMSerial."""

    COMMAND: ClassVar[int] = 0xB5
    LAYOUT: ClassVar[Layout] = layout_of_frame(
        0xB5,
        OBU_ID,
        ERROR,
        TERMINAL_NUMBER,
        PURCHASE_TIME,
        TRANSACTION_TYPE,
        FieldSpec(attribute="algorithm_id", length=1, codes=CardAlgorithm),
        number("key_version"),
        TAC,
        COUNTER,
        TRANSACTION_NUMBER,
        BALANCE_AFTER,
    )

    obu_id: bytes
    error: int
    terminal_number: bytes
    purchase_time: bytes
    transaction_type: int = 0x09
    algorithm_id: int
    key_version: int
    tac: bytes
    counter: int
    transaction_number: bytes
    balance_after_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpTacResult(Message):
    """B8: the answer to C8."""

    COMMAND: ClassVar[int] = 0xB8
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xB8, OBU_ID, ERROR, TAC, raw("mac", 4), number("balance_fen", 4))

    obu_id: bytes
    error: int
    tac: bytes
    mac: bytes
    balance_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpAmounts(Tailed):
    """B9: the amounts per province. ``listed`` is the length field (whose width the spec leaves open) and the list."""

    COMMAND: ClassVar[int] = 0xB9
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xB9, OBU_ID, ERROR, number("read_status"), number("write_status"))
    TAIL: ClassVar[FieldSpec] = raw("listed", 0)
    TAIL_SIZES: ClassVar[Container[int]] = range(257)

    obu_id: bytes
    error: int
    read_status: int
    write_status: int
    listed: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One PSAM's part of BA: what the centre needs to authorise it (spec/psam-and-crypto.md section 3)."""

    LAYOUT: ClassVar[Layout] = layout_of_frame(
        0xBA,
        number("channel"),
        TERMINAL_NUMBER,
        raw("serial", 10),
        number("version"),
        number("key_type"),
        raw("area", 8),
        raw("random", 8),
    )

    channel: int
    terminal_number: bytes
    serial: bytes
    version: int
    key_type: int
    area: bytes
    random: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpPsamChallenges(Message):
    """BA: one entry of 35 bytes per PSAM, at least one."""

    COMMAND: ClassVar[int] = 0xBA
    ENTRIES: ClassVar[Entries] = Entries(entry=Challenge, attribute="psams", name="psam")

    psams: tuple[Challenge, ...]

    @classmethod
    def layout_for(cls, size: int) -> Layout:
        """One entry per 35 bytes."""
        return layout_of_frame(0xBA, cls.ENTRIES.field_for(size))

    @property
    def layout(self) -> Layout:
        """The layout with as many entries as this value has."""
        return layout_of_frame(0xBA, self.ENTRIES.field_of(len(self.psams)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpPsamResult(Message):
    """BB: how one PSAM's authorisation ended."""

    COMMAND: ClassVar[int] = 0xBB
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xBB, number("channel"), ERROR, raw("status_word", 2))

    channel: int
    error: int
    status_word: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TagPosition(Tailed):
    """D0 of a phased array: ``place`` is X and Y, of equal widths that the spec does not give."""

    COMMAND: ClassVar[int] = 0xD0
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xD0, OBU_ID)
    TAIL: ClassVar[FieldSpec] = raw("place", 0)
    TAIL_SIZES: ClassVar[Container[int]] = range(2, 17, 2)

    obu_id: bytes
    place: bytes

    @property
    def x_y(self) -> tuple[bytes, bytes]:
        """Both halves; what they count is the make's own."""
        half = len(self.place) // 2
        return self.place[:half], self.place[half:]
