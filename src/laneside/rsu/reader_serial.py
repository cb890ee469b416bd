"""Reader → host, old dialect (spec/rsu-frames.md 2.3)."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import ClassVar

from laneside.codec import CappRecord, IssueInfo, OldCappRecord, PassageBlock, SystemInfo, parse_capp
from laneside.codec.encodings import UNIX_TIME
from laneside.codec.layout import FieldSpec, Layout
from laneside.rsu.codes import CardAlgorithm
from laneside.rsu.host_serial import check_length
from laneside.rsu.message import Message, Tailed, layout_of_frame
from laneside.rsu.parts import (
    BALANCE_AFTER,
    COUNTER,
    ERROR,
    OBU_ID,
    OBU_STATUS,
    PURCHASE_TIME,
    TAC,
    TAIL_MAX,
    TERMINAL_NUMBER,
    TRANSACTION_NUMBER,
    TRANSACTION_TYPE,
    block_field,
    capp_field,
    issue_field,
    number,
    raw,
    system_field,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialStatus(Message):
    """B0: the reader and its one PSAM. ``psam_authorised`` 0 = authorised or not required (spec/unknowns.md 34)."""

    COMMAND: ClassVar[int] = 0xB0
    LAYOUT: ClassVar[Layout] = layout_of_frame(
        0xB0,
        number("status"),
        number("psam_channel"),
        number("psam_version"),
        number("psam_authorised"),
        TERMINAL_NUMBER,
        FieldSpec(attribute="algorithm_id", length=1, codes=CardAlgorithm),
        raw("maker_id", 1),
        raw("rsu_id", 3),
        raw("version", 2),
        raw("reserved", 5),
    )

    status: int
    psam_channel: int
    psam_version: int
    psam_authorised: int
    terminal_number: bytes
    algorithm_id: int
    maker_id: bytes
    rsu_id: bytes
    version: bytes
    reserved: bytes = bytes(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialTag(Message):
    """B2: a tag was found. ``system`` is the tag's EF01[0:26]; ``obu_status`` the two status bytes of its VST."""

    COMMAND: ClassVar[int] = 0xB2
    LAYOUT: ClassVar[Layout] = layout_of_frame(
        0xB2, OBU_ID, ERROR, system_field(), raw("cpu_card_id", 10), number("equipment_version"), OBU_STATUS
    )

    obu_id: bytes
    error: int
    system: bytes
    cpu_card_id: bytes
    equipment_version: int
    obu_status: bytes

    @property
    def status(self) -> int:
        """The status byte of spec/obu.md section 8, the first of the two."""
        return self.obu_status[0]

    @property
    def system_info(self) -> SystemInfo:
        """EF01 decoded. Raises CodecError."""
        return SystemInfo.from_bytes(self.system)


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialCard(Tailed):
    """B4: balance, 0015, 0019 and what was read of EF04 (at most 98 bytes, none where that failed)."""

    COMMAND: ClassVar[int] = 0xB4
    LAYOUT: ClassVar[Layout] = layout_of_frame(
        0xB4,
        OBU_ID,
        ERROR,
        number("card_status"),
        number("balance_fen", 4),
        issue_field(43),
        capp_field(),
        number("ef04_status"),
        number("ef04_offset", 2),
        number("ef04_length", 2),
    )
    TAIL: ClassVar[FieldSpec] = block_field()
    TAIL_SIZES: ClassVar[Container[int]] = range(TAIL_MAX + 1)

    obu_id: bytes
    error: int
    card_status: int = 0
    balance_fen: int
    issue: bytes
    capp: bytes
    ef04_status: int = 0
    ef04_offset: int = 0
    ef04_length: int = 0
    ef04: bytes = b""

    def __post_init__(self) -> None:
        """Hold the length field and the bytes together; where nothing was read the length may say what was asked."""
        if self.ef04:
            check_length(0xB4, self.ef04_length, self.ef04)
        super(SerialCard, self).__post_init__()  # slots make a new class, which bare super() misses

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
        return PassageBlock.from_bytes(self.ef04[:91])


_RESULT = (
    OBU_ID,
    ERROR,
    PURCHASE_TIME,
    TRANSACTION_NUMBER,
    COUNTER,
    TRANSACTION_TYPE,
    BALANCE_AFTER,
    TAC,
    FieldSpec(attribute="write_file_time_s", length=4, encoding=UNIX_TIME),
    FieldSpec(attribute="algorithm_id", length=1, codes=CardAlgorithm),
    number("ef04_write_status"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialDebitResult(Message):
    """B5: how C6 (or C8) ended. ``counter`` is N; ``algorithm_id`` the field's KeyType."""

    COMMAND: ClassVar[int] = 0xB5
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xB5, *_RESULT)

    obu_id: bytes
    error: int
    purchase_time: bytes
    transaction_number: bytes
    counter: int
    transaction_type: int = 0x09
    balance_after_fen: int
    tac: bytes
    write_file_time_s: int
    algorithm_id: int
    ef04_write_status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialTacResult(SerialDebitResult):
    """B8 with the fields of B5: the opcode of the answer to C8 is open (spec/unknowns.md 43), both are accepted."""

    COMMAND: ClassVar[int] = 0xB8
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xB8, *_RESULT)


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialAmounts(Tailed):
    """B9: what C9 read, at most 98 bytes of {province 1, fee 3}."""

    COMMAND: ClassVar[int] = 0xB9
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xB9, OBU_ID, ERROR)
    TAIL: ClassVar[FieldSpec] = raw("amounts", 0)
    TAIL_SIZES: ClassVar[Container[int]] = range(TAIL_MAX + 1)

    obu_id: bytes
    error: int
    amounts: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPsamChallenge(Message):
    """BD: what the centre needs to authorise the PSAM."""

    COMMAND: ClassVar[int] = 0xBD
    LAYOUT: ClassVar[Layout] = layout_of_frame(
        0xBD, ERROR, raw("serial", 10), number("version"), raw("area", 4), raw("random", 8)
    )

    error: int
    serial: bytes
    version: int
    area: bytes
    random: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPsamResult(Message):
    """BF: how the authorisation ended; ``status_word`` is the PSAM's."""

    COMMAND: ClassVar[int] = 0xBF
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xBF, ERROR, raw("status_word", 2))

    error: int
    status_word: bytes
