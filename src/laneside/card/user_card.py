"""The user card: its selection and everything that is read from it (spec/icc.md sections 2-6 and 8.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import ClassVar, Final

from msgspec import Struct, field

from laneside.card.apdu import ChipFlow, Command, Device, ask
from laneside.card.files import ReadBinary, ReadRecord, Select
from laneside.card.status import ChipRefusedError, Meaning, StatusTable, statuses
from laneside.codec.card import IssueInfo, WalletLogRecord
from laneside.errors import CodecError

TOLL_APPLICATION: Final = bytes.fromhex("1001")
CAPP_LENGTH: Final = 43
WALLET_LOG_LENGTH: Final = 23
WALLET_LOG_RECORDS: Final = 50
ISSUE_LENGTHS: Final = (50, 43)

_LOCKED_ROWS: Final = {0x6A81: Meaning.LOCKED_OR_UNSUPPORTED}


class ApplicationState(Enum):
    """How the toll application answered its selection."""

    OPEN = "open"
    LOCKED = "locked"


class ForeignCardError(ChipRefusedError):
    """The card has no toll application: a bank card, a bus card, something else."""

    code = "foreign-card"


class LockedCardError(ChipRefusedError):
    """The card's application is locked and nothing of it can be read."""

    code = "locked-card"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadIssueInfo(ReadBinary):
    """READ BINARY of 0015 (SFI 15h): 50 bytes, on older cards 43."""

    NAME: ClassVar[str] = "read 0015"
    STATUSES: ClassVar[StatusTable] = statuses(_LOCKED_ROWS)
    sfi: int | None = 0x15


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCapp(ReadRecord):
    """READ RECORD 1 of 0019 (``CC``)."""

    NAME: ClassVar[str] = "read 0019"
    STATUSES: ClassVar[StatusTable] = statuses(_LOCKED_ROWS)
    sfi: int = 0x19
    number: int = 1
    length: int = CAPP_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWalletLog(ReadRecord):
    """READ RECORD n of 0018 (``C4``), 1 being the newest."""

    NAME: ClassVar[str] = "read 0018"
    STATUSES: ClassVar[StatusTable] = statuses(_LOCKED_ROWS)
    sfi: int = 0x18
    length: int = WALLET_LOG_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class GetBalance(Command):
    """GET BALANCE of the wallet, ``80 5C 00 02 04``."""

    NAME: ClassVar[str] = "balance"
    STATUSES: ClassVar[StatusTable] = statuses(_LOCKED_ROWS)

    @property
    def header(self) -> bytes:
        """``80 5C 00 02``."""
        return bytes.fromhex("805C0002")

    @property
    def le(self) -> int | None:
        """Four bytes."""
        return 4


class PresentedCard(Struct, frozen=True, kw_only=True, dict=True):
    """One user card as it was read; journaled as it is.

    ``issue_file`` is 0015, ``capp`` record 1 of 0019 (43 bytes), ``log_entry`` the newest entry of 0018 if readable.
    The bytes are kept and each file is decoded once, when it is first asked for. Raises CodecError for a 0015 or 0018
    that can not be decoded.
    """

    issue_file: bytes = field(name="issue")
    capp: bytes = field(name="capp")
    balance_fen: int = field(name="balance_fen")
    log_entry: bytes | None = field(name="log", default=None)
    locked: bool = field(name="locked", default=False)

    def __post_init__(self) -> None:
        """Refuse files that can't be decoded."""
        _ = self.issue, self.log

    @cached_property
    def issue(self) -> IssueInfo:
        """0015 decoded."""
        return IssueInfo.from_bytes(self.issue_file)

    @cached_property
    def log(self) -> WalletLogRecord | None:
        """The newest entry of 0018 decoded."""
        return None if self.log_entry is None else WalletLogRecord.from_bytes(self.log_entry)

    @property
    def card_id(self) -> str:
        """The printed card number, 20 digits."""
        return self.issue.card_id

    @property
    def counter(self) -> int | None:
        """The purchase counter after the newest logged trade; None if the log can't be read or is empty."""
        return None if self.log is None else self.log.counter


def select_application() -> ChipFlow[ApplicationState]:
    """Select the toll application. Raises ForeignCardError for a card without it, ChipRefusedError otherwise."""
    reply = yield from ask(Device.CARD, Select(file_id=TOLL_APPLICATION))
    if reply.meaning is Meaning.FILE_INVALID:
        return ApplicationState.LOCKED
    if reply.meaning is Meaning.NO_FILE:
        raise ForeignCardError(step="toll application", sw=reply.sw, meaning=reply.meaning)
    reply.expect()
    return ApplicationState.OPEN


def read_issue_info() -> ChipFlow[IssueInfo]:
    """Read 0015, first 50 bytes, then 43 where the file ends there. Raises ChipRefusedError, CodecError."""
    long, short = ISSUE_LENGTHS
    reply = yield from ask(Device.CARD, ReadIssueInfo(length=long))
    if reply.meaning is Meaning.WRONG_OFFSET:
        reply = yield from ask(Device.CARD, ReadIssueInfo(length=short))
    return IssueInfo.from_bytes(reply.expect())


def read_capp() -> ChipFlow[bytes]:
    """Read record 1 of 0019 as it is, 43 bytes. Raises ChipRefusedError."""
    reply = yield from ask(Device.CARD, ReadCapp())
    return reply.expect(CAPP_LENGTH)


def read_balance() -> ChipFlow[int]:
    """Read the balance in fen. Raises ChipRefusedError."""
    reply = yield from ask(Device.CARD, GetBalance())
    return int.from_bytes(reply.expect(4), "big")


def read_log(number: int) -> ChipFlow[WalletLogRecord | None]:
    """Read entry ``number`` of 0018; None where the ring has no such entry yet. Raises ChipRefusedError, CodecError."""
    reply = yield from ask(Device.CARD, ReadWalletLog(number=number))
    if reply.meaning is Meaning.NO_RECORD:
        return None
    data = reply.expect(WALLET_LOG_LENGTH)
    if data.strip(b"\x00") == b"" or data.strip(b"\xff") == b"":
        return None  # a place of the ring that was made at issue and never written
    return WalletLogRecord.from_bytes(data)


def read_newest_log() -> ChipFlow[WalletLogRecord | None]:
    """Read the newest entry of 0018; None also where the card does not let it be read or it makes no sense."""
    try:
        return (yield from read_log(1))
    except (ChipRefusedError, CodecError):
        return None  # the log is evidence, not a condition: some cards want the PIN for it


def read_card() -> ChipFlow[PresentedCard]:
    """Read the whole card. Raises ForeignCardError, LockedCardError, ChipRefusedError, CodecError."""
    selected = yield from select_application()
    if selected is ApplicationState.OPEN:
        return (yield from _read_selected(locked=False))
    try:
        return (yield from _read_selected(locked=True))
    except ChipRefusedError as error:
        raise LockedCardError(step="locked application", sw=error.sw, meaning=error.meaning) from error


def _read_selected(*, locked: bool) -> ChipFlow[PresentedCard]:
    issue = yield from read_issue_info()
    capp = yield from read_capp()
    balance_fen = yield from read_balance()
    log = yield from read_newest_log()
    return PresentedCard(
        issue_file=bytes(issue),
        capp=capp,
        balance_fen=balance_fen,
        log_entry=None if log is None else bytes(log),
        locked=locked,
    )
