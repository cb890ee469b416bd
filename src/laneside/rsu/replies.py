"""The messages of a reader to its host: of both dialects, of the old one, of the new one (spec/rsu-frames.md 2.3, 3.3).

A frame that ends after its error code is a ShortReply, whatever its command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

import msgspec

from laneside.codec.layout import number, raw
from laneside.codec.tag import SystemInfo
from laneside.errors import CodecError
from laneside.rsu.codes import CardAlgorithm, SerialReaderStatus, TcpReaderStatus
from laneside.rsu.fields import (
    EF04_LENGTHS,
    EF04_ROWS,
    SERIAL_EF04_SIZES,
    U8,
    U16,
    U32,
    CappFile,
    Counter,
    ErrorCode,
    IssueFile43,
    IssueFile50,
    Moment,
    ObuId,
    Tac,
    TagStatus,
    TerminalNumber,
    TransactionKind,
    TransactionNumber,
    UnixTime,
    VehicleFile,
    VstStatus,
    VstSystemFile,
    entries,
    variable,
)
from laneside.rsu.message import Message, MessageForm, file_name
from laneside.rsu.requests import check_length

if TYPE_CHECKING:
    from laneside.rsu.dialect import Dialect

AlgorithmId = Annotated[int, number(codes=CardAlgorithm)]


# Both dialects.


class Vehicle(Message, frozen=True, kw_only=True):
    """B3: the decrypted vehicle file, in some new readers the passage block of EF04 with it."""

    COMMAND: ClassVar[int] = 0xB3

    obu_id: ObuId
    error: ErrorCode
    vehicle: VehicleFile
    ef04: Annotated[bytes, variable((0, *EF04_LENGTHS), EF04_ROWS)] = b""


# The old dialect.


class SerialStatus(Message, frozen=True, kw_only=True):
    """B0: the reader and its one PSAM. ``psam_authorised`` 0 = authorised or not required (spec/unknowns.md 34)."""

    COMMAND: ClassVar[int] = 0xB0

    status: Annotated[int, number(codes=SerialReaderStatus)]
    psam_channel: U8
    psam_version: U8
    psam_authorised: U8
    terminal_number: TerminalNumber
    algorithm_id: AlgorithmId
    maker_id: Annotated[bytes, raw(1)]
    rsu_id: Annotated[bytes, raw(3)]
    version: Annotated[bytes, raw(2)]
    reserved: Annotated[bytes, raw(5)] = bytes(5)


class SerialTag(Message, frozen=True, kw_only=True):
    """B2: a tag was found. ``system`` is the tag's EF01[0:26]; ``obu_status`` the two status bytes of its VST."""

    COMMAND: ClassVar[int] = 0xB2

    obu_id: ObuId
    error: ErrorCode
    system: VstSystemFile
    cpu_card_id: Annotated[bytes, raw(10)]
    equipment_version: U8
    obu_status: VstStatus

    @property
    def status(self) -> int:
        """The status byte of spec/obu.md section 8, the first of the two."""
        return self.obu_status[0]

    @property
    def system_info(self) -> SystemInfo:
        """EF01 decoded. Raises CodecError."""
        return SystemInfo.from_bytes(self.system)


class SerialCard(Message, frozen=True, kw_only=True):
    """B4: balance, 0015, 0019 and what was read of EF04 (at most 98 bytes, none where that failed)."""

    COMMAND: ClassVar[int] = 0xB4

    obu_id: ObuId
    error: ErrorCode
    card_status: U8 = 0
    balance_fen: U32
    issue: IssueFile43
    capp: CappFile
    ef04_status: U8 = 0
    ef04_offset: U16 = 0
    ef04_length: U16 = 0
    ef04: Annotated[bytes, variable(SERIAL_EF04_SIZES, EF04_ROWS)] = b""

    def check(self) -> None:
        """Refuse a length that is not that of the bytes; where nothing was read it may be what was asked for."""
        if self.ef04:
            check_length(0xB4, self.ef04_length, self.ef04)


class SerialDebitResult(Message, frozen=True, kw_only=True):
    """B5: how C6 (or C8) ended. ``counter`` is N; ``algorithm_id`` the field's KeyType."""

    COMMAND: ClassVar[int] = 0xB5

    obu_id: ObuId
    error: ErrorCode
    purchase_time: Moment
    transaction_number: TransactionNumber
    counter: Counter
    transaction_type: TransactionKind = 0x09
    balance_after_fen: U32
    tac: Tac
    write_file_time_s: UnixTime
    algorithm_id: AlgorithmId
    ef04_write_status: U8


class SerialTacResult(SerialDebitResult, frozen=True, kw_only=True):
    """B8 with the fields of B5: the opcode of the answer to C8 is open (spec/unknowns.md 43), both are accepted."""

    COMMAND: ClassVar[int] = 0xB8


class SerialAmounts(Message, frozen=True, kw_only=True):
    """B9: what C9 read, at most 98 bytes of {province 1, fee 3}."""

    COMMAND: ClassVar[int] = 0xB9

    obu_id: ObuId
    error: ErrorCode
    amounts: Annotated[bytes, variable(SERIAL_EF04_SIZES)] = b""


class SerialPsamChallenge(Message, frozen=True, kw_only=True):
    """BD: what the centre needs to authorise the PSAM."""

    COMMAND: ClassVar[int] = 0xBD

    error: ErrorCode
    serial: Annotated[bytes, raw(10)]
    version: U8
    area: Annotated[bytes, raw(4)]
    random: Annotated[bytes, raw(8)]


class SerialPsamResult(Message, frozen=True, kw_only=True):
    """BF: how the authorisation ended; ``status_word`` is the PSAM's."""

    COMMAND: ClassVar[int] = 0xBF

    error: ErrorCode
    status_word: Annotated[bytes, raw(2)]


# The new dialect.


class PsamChannel(msgspec.Struct, frozen=True, kw_only=True):
    """One PSAM's part of B0."""

    channel: U8
    version: U8
    authorised: U8
    terminal_number: TerminalNumber


class TcpStatus(Message, frozen=True, kw_only=True):
    """B0: the reader and its PSAMs. ``interface_version`` is for example ``03040000``."""

    COMMAND: ClassVar[int] = 0xB0

    status: Annotated[int, number(codes=TcpReaderStatus)]
    psams: Annotated[tuple[PsamChannel, ...], entries(PsamChannel, "psam", counted=True, least=0)] = ()
    algorithm_id: AlgorithmId
    maker_id: Annotated[bytes, raw(1)]
    rsu_id: Annotated[bytes, raw(3)]
    version: Annotated[bytes, raw(2)]
    work_status: U8
    flag_id: Annotated[bytes, raw(3)] = bytes(3)
    interface_version: Annotated[bytes, raw(4)] = bytes(4)


class TcpTag(Message, frozen=True, kw_only=True):
    """B2: a tag was found. ``system`` is the tag's EF01[0:26], ``status`` the byte of spec/obu.md section 8.

    Of 37 bytes with the command both ``antenna_id`` and ``device_type`` are there, of 36 one of them, which a setting
    names (spec/unknowns.md 36). ``device_type`` is the reader's own number: ``Dialect.device_type`` undoes a swap.
    ``tear_down`` has the opposite sense of EF01[26].
    """

    COMMAND: ClassVar[int] = 0xB2

    obu_id: ObuId
    error: ErrorCode
    antenna_id: Annotated[int | None, number()] = None
    device_type: Annotated[int | None, number()] = None
    system: VstSystemFile
    equipment_version: U8
    status: TagStatus
    tear_down: U8 = 0

    def check(self) -> None:
        """Refuse a tag with neither of the two bytes."""
        if self.antenna_id is None and self.device_type is None:
            raise CodecError(file=file_name(0xB2), offset=5, reason="antenna id or device type, at least one")

    @classmethod
    def form_for(cls, dialect: Dialect, size: int) -> MessageForm:
        """Return the form of the size; what the one byte of the short form is, the dialect knows."""
        if size != _TAG_WITH_ANTENNA.fixed_size:
            return cls.FORM
        return _TAG_WITH_DEVICE if dialect.b2_form == "device-type" else _TAG_WITH_ANTENNA

    @property
    def form(self) -> MessageForm:
        """The form of this value."""
        if self.device_type is None:
            return _TAG_WITH_ANTENNA
        return _TAG_WITH_DEVICE if self.antenna_id is None else self.FORM

    @property
    def system_info(self) -> SystemInfo:
        """EF01 decoded. Raises CodecError."""
        return SystemInfo.from_bytes(self.system)


_TAG_WITH_ANTENNA = TcpTag.FORM.without("device_type")
_TAG_WITH_DEVICE = TcpTag.FORM.without("antenna_id")


class TcpCard(Message, frozen=True, kw_only=True):
    """B4: vehicle, balance, passage block (91 bytes, of some readers 95), 0015 in 50 bytes, 0019."""

    COMMAND: ClassVar[int] = 0xB4

    obu_id: ObuId
    error: ErrorCode
    transaction_type: U8 = 0x10
    vehicle: VehicleFile
    balance_fen: U32
    ef04: Annotated[bytes, variable(EF04_LENGTHS, EF04_ROWS)]
    issue: IssueFile50
    capp: CappFile


class TcpDebitResult(Message, frozen=True, kw_only=True):
    """B5: how C6 ended. ``counter`` is ICCPaySerial = N, ``transaction_number`` PSAMSerial."""

    COMMAND: ClassVar[int] = 0xB5

    obu_id: ObuId
    error: ErrorCode
    terminal_number: TerminalNumber
    purchase_time: Moment
    transaction_type: TransactionKind = 0x09
    algorithm_id: AlgorithmId
    key_version: U8
    tac: Tac
    counter: Counter
    transaction_number: TransactionNumber
    balance_after_fen: U32


class TcpTacResult(Message, frozen=True, kw_only=True):
    """B8: the answer to C8."""

    COMMAND: ClassVar[int] = 0xB8

    obu_id: ObuId
    error: ErrorCode
    tac: Tac
    mac: Annotated[bytes, raw(4)]
    balance_fen: U32


class TcpAmounts(Message, frozen=True, kw_only=True):
    """B9: the amounts per province. ``listed`` is the length field (whose width the spec leaves open) and the list."""

    COMMAND: ClassVar[int] = 0xB9

    obu_id: ObuId
    error: ErrorCode
    read_status: U8
    write_status: U8
    listed: Annotated[bytes, variable(range(257))] = b""


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """One PSAM's part of BA: what the centre needs to authorise it (spec/psam-and-crypto.md section 3)."""

    channel: U8
    terminal_number: TerminalNumber
    serial: Annotated[bytes, raw(10)]
    version: U8
    key_type: U8
    area: Annotated[bytes, raw(8)]
    random: Annotated[bytes, raw(8)]


class TcpPsamChallenges(Message, frozen=True, kw_only=True):
    """BA: one entry of 35 bytes per PSAM, at least one."""

    COMMAND: ClassVar[int] = 0xBA

    psams: Annotated[tuple[Challenge, ...], entries(Challenge, "psam")]


class TcpPsamResult(Message, frozen=True, kw_only=True):
    """BB: how one PSAM's authorisation ended."""

    COMMAND: ClassVar[int] = 0xBB

    channel: U8
    error: ErrorCode
    status_word: Annotated[bytes, raw(2)]


class TagPosition(Message, frozen=True, kw_only=True):
    """D0 of a phased array: ``place`` is X and Y, of equal widths that the spec does not give."""

    COMMAND: ClassVar[int] = 0xD0

    obu_id: ObuId
    place: Annotated[bytes, variable(range(2, 17, 2))]
