"""Command and answer APDUs, the exchange that a flow yields, and the one place that follows ``61xx`` and ``6Cxx``.

A flow is a generator: it yields an :class:`Exchange`, receives the :class:`Response`, and returns its result. It does
no I/O, so that the same flow runs over a chip, over a script of literal bytes and under a simulator.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, TypeVar

import msgspec

from laneside.card.status import GENERAL, ChipRefusedError, Meaning, StatusTable, meaning_of
from laneside.errors import LinkLostError

GET_RESPONSE_ROUNDS_MAX: Final = 8


class Device(StrEnum):
    """The chip that an exchange is meant for."""

    CARD = "card"
    TAG = "tag"
    PSAM = "psam"


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """One raw answer: data and status word."""

    data: bytes
    sw: int

    @classmethod
    def from_bytes(cls, answer: bytes) -> Response | None:
        """Split an answer; None when it is too short to hold a status word, which is no answer at all."""
        if len(answer) < 2:
            return None
        return cls(data=answer[:-2], sw=int.from_bytes(answer[-2:], "big"))


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One command on its way to one chip; ``step`` names it for logs and errors."""

    device: Device
    apdu: bytes
    step: str


class AnswerLostError(LinkLostError):
    """No usable answer came to this step of this chip: it may or may not have acted."""

    def __init__(self, *, device: Device, step: str, reason: str) -> None:
        super().__init__(f"{device.value}: no answer to {step}: {reason}")
        self.device = device
        self.step = step


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(ABC):
    """One command of one chip. A subclass states its bytes and what status words mean for it."""

    NAME: ClassVar[str]
    STATUSES: ClassVar[StatusTable] = GENERAL

    @property
    @abstractmethod
    def header(self) -> bytes:
        """CLA INS P1 P2."""

    @property
    def data(self) -> bytes:
        """The command's data, at most 255 bytes."""
        return b""

    @property
    def le(self) -> int | None:
        """The length asked for; None sends no Le byte."""
        return None

    def encoded(self, *, le: int | None) -> bytes:
        """Put the APDU together with a given Le."""
        assert len(self.header) == 4, "CLA INS P1 P2"
        assert len(self.data) <= 255, "a short APDU"
        body = bytes((len(self.data),)) + self.data if self.data else b""
        return self.header + body + (b"" if le is None else bytes((le,)))

    def __bytes__(self) -> bytes:
        return self.encoded(le=self.le)


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A complete answer, ``61xx`` and ``6Cxx`` already followed, with the meaning that the command gives it."""

    step: str
    data: bytes
    sw: int
    meaning: Meaning

    @property
    def ok(self) -> bool:
        """Whether the chip answered ``9000``."""
        return self.meaning is Meaning.OK

    def expect(self, length: int | None = None) -> bytes:
        """Return the data of an answer that must be ``9000`` (and that long). Raises ChipRefusedError."""
        if not self.ok:
            raise ChipRefusedError(step=self.step, sw=self.sw, meaning=self.meaning)
        if length is not None and len(self.data) != length:
            raise ChipRefusedError(
                step=f"{self.step} gave {len(self.data)} bytes", sw=self.sw, meaning=Meaning.WRONG_LENGTH
            )
        return self.data

    def __str__(self) -> str:
        return f"{self.step}: {self.sw:04X} {self.meaning.value}"


Result = TypeVar("Result")
ChipFlow: TypeAlias = Generator[Exchange, Response, Result]


def ask(device: Device, command: Command, *, repeat: bool = True) -> ChipFlow[Reply]:
    """Send one command and bring its whole answer home. Raises AnswerLostError when only half of it can be had.

    ``repeat`` False never sends the command again, whatever the chip says of its Le.
    """
    response = yield Exchange(device=device, apdu=bytes(command), step=command.NAME)
    if repeat and response.sw >> 8 == 0x6C:
        response = yield Exchange(device=device, apdu=command.encoded(le=response.sw & 0xFF), step=command.NAME)
    if response.sw >> 8 == 0x61:
        response = yield from _get_response(device, command.NAME, response)
    return Reply(
        step=command.NAME,
        data=response.data,
        sw=response.sw,
        meaning=meaning_of(response.sw, command.STATUSES),
    )


def _get_response(device: Device, step: str, first: Response) -> ChipFlow[Response]:
    """Fetch what the chip holds ready. The command has run already: an error here is a lost answer, not a refusal."""
    data, length = first.data, first.sw & 0xFF
    for _ in range(GET_RESPONSE_ROUNDS_MAX):
        part = yield Exchange(device=device, apdu=bytes((0x00, 0xC0, 0x00, 0x00, length)), step=step)
        data += part.data
        length = part.sw & 0xFF
        if part.sw >> 8 not in (0x61, 0x6C):
            break
    else:
        raise AnswerLostError(device=device, step=step, reason="GET RESPONSE does not end")
    if part.sw != 0x9000:
        raise AnswerLostError(device=device, step=step, reason=f"GET RESPONSE answered {part.sw:04X}")
    return Response(data=data, sw=part.sw)
