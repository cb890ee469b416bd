"""Status words as typed values. Each command class owns its table; the common rows are here (spec/icc.md section 9)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from laneside.errors import LanesideError


class Meaning(StrEnum):
    """What a status word says to the terminal; the value is the text for a log or a detail line."""

    OK = "ok"
    DATA_CORRUPT = "data may be corrupt"
    FILE_INVALID = "file invalid (application locked)"
    VERIFICATION_FAILED = "verification failed"
    MEMORY_FAILURE = "memory failure"
    WRONG_LENGTH = "wrong length"
    WRONG_STATE = "command not accepted in this state"
    WRONG_FILE_TYPE = "wrong file type"
    SECURITY_NOT_SATISFIED = "security status not satisfied"
    AUTHENTICATION_BLOCKED = "authentication or PIN blocked"
    NO_CHALLENGE = "no challenge, or reference data invalid"
    CONDITIONS_NOT_SATISFIED = "conditions not satisfied"
    NOT_AUTHORISED = "PSAM not authorised"
    OUT_OF_SESSION = "outside the session that the command belongs to"
    NOT_ALLOWED = "not allowed"
    MAC_MISSING = "MAC missing"
    MAC_WRONG = "MAC wrong"
    BAD_DATA = "bad data"
    LOCKED_OR_UNSUPPORTED = "function not supported, or application or card locked"
    NO_FILE = "no such file or application"
    NO_RECORD = "no such record"
    NO_SPACE = "no space"
    WRONG_PARAMETERS = "wrong P1-P2"
    KEY_NOT_FOUND = "key or data not found"
    WRONG_OFFSET = "wrong parameter or offset"
    UNKNOWN_INSTRUCTION = "instruction not known"
    UNKNOWN_CLASS = "class not known"
    GENERAL_ERROR = "general error"
    BALANCE_SHORT = "balance insufficient"
    PERMANENTLY_LOCKED = "application permanently locked"
    COUNTER_AT_MAXIMUM = "transaction counter at maximum"
    KEY_INDEX_UNKNOWN = "key index not supported"
    PROOF_GONE = "requested MAC or TAC not available"
    UNDEFINED = "undefined status word"


StatusTable = Mapping[int, Meaning]

GENERAL: Final[StatusTable] = MappingProxyType(
    {
        0x9000: Meaning.OK,
        0x6281: Meaning.DATA_CORRUPT,
        0x6283: Meaning.FILE_INVALID,
        0x6581: Meaning.MEMORY_FAILURE,
        0x6700: Meaning.WRONG_LENGTH,
        0x6901: Meaning.WRONG_STATE,
        0x6981: Meaning.WRONG_FILE_TYPE,
        0x6982: Meaning.SECURITY_NOT_SATISFIED,
        0x6983: Meaning.AUTHENTICATION_BLOCKED,
        0x6984: Meaning.NO_CHALLENGE,
        0x6985: Meaning.CONDITIONS_NOT_SATISFIED,
        0x6986: Meaning.NOT_ALLOWED,
        0x6987: Meaning.MAC_MISSING,
        0x6988: Meaning.MAC_WRONG,
        0x6A80: Meaning.BAD_DATA,
        0x6A81: Meaning.LOCKED_OR_UNSUPPORTED,
        0x6A82: Meaning.NO_FILE,
        0x6A83: Meaning.NO_RECORD,
        0x6A84: Meaning.NO_SPACE,
        0x6A86: Meaning.WRONG_PARAMETERS,
        0x6A88: Meaning.KEY_NOT_FOUND,
        0x6B00: Meaning.WRONG_OFFSET,
        0x6D00: Meaning.UNKNOWN_INSTRUCTION,
        0x6E00: Meaning.UNKNOWN_CLASS,
        0x6F00: Meaning.GENERAL_ERROR,
        0x9303: Meaning.PERMANENTLY_LOCKED,
    },
)


def statuses(rows: StatusTable) -> StatusTable:
    """Build a command's own table: the common rows, overruled by what the word means for this command."""
    return MappingProxyType({**GENERAL, **rows})


def meaning_of(sw: int, table: StatusTable) -> Meaning:
    """Look a status word up in a command's table; ``63Cx`` is the only one with a number inside."""
    if sw & 0xFFF0 == 0x63C0:
        return Meaning.VERIFICATION_FAILED
    return table.get(sw, Meaning.UNDEFINED)


class ChipRefusedError(LanesideError):
    """A chip answered a command, that a flow can't go on without, with an error status word."""

    code = "chip-refused"

    def __init__(self, *, step: str, sw: int, meaning: Meaning) -> None:
        super().__init__(f"{step}: {sw:04X} {meaning.value}")
        self.step = step
        self.sw = sw
        self.meaning = meaning
