"""Work with chips as generators: each yields the next command and receives the answer, so that time can pass between.

Commands are written out here rather than taken from the terminal's card room, which this reader is to test.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from laneside.errors import LanesideError
from laneside.virtual.chips.apdu import OK
from laneside.virtual.faults import Place

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One command to one chip. Empty bytes come back when no answer came."""

    chip: Place
    command: bytes


Job = Generator[Ask, bytes, Result]


class NoReplyError(LanesideError):
    """The chip, or the radio to it, gave no answer."""

    code = "virtual-reader-no-reply"

    def __init__(self, chip: Place) -> None:
        super().__init__(f"{chip} gives no answer")
        self.chip = chip


class RefusedError(LanesideError):
    """The chip answered another status word than 9000."""

    code = "virtual-reader-refused"

    def __init__(self, chip: Place, status_word: bytes) -> None:
        super().__init__(f"{chip} answers {status_word.hex().upper()}")
        self.chip = chip
        self.status_word = status_word


def sent(chip: Place, command: bytes | str) -> Job[bytes]:
    """Send a command that must succeed; its data come back. Raises NoReplyError, RefusedError."""
    answer = yield Ask(chip=chip, command=bytes.fromhex(command) if isinstance(command, str) else command)
    if len(answer) < len(OK):
        raise NoReplyError(chip)
    if answer[-2:] != OK:
        raise RefusedError(chip, answer[-2:])
    return answer[:-2]
