"""What both framings share: a frame that could not be taken, as a value (spec/rsu-frames.md 2.1 and 3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HEAD_LENGTH: Final = 16
"""How many of the dropped bytes a BadFrame shows."""


class Flaw(StrEnum):
    """Why bytes were dropped."""

    NOISE = "noise"
    """Bytes outside any frame."""
    CHECK = "check"
    """BCC or CRC differs."""
    ESCAPE = "escape"
    """FE before something else than 00 or 01."""
    TOO_SHORT = "too-short"
    """A frame below the smallest size."""
    TOO_LONG = "too-long"
    """More than the buffer holds, or a length field above the bound."""
    EMPTY = "empty"
    """A length field of zero: no command byte."""
    CUT = "cut"
    """The line fell silent inside a frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadFrame:
    """Bytes of the line that are no frame: why, how many, and the first of them (at most 16) for the log.

    Over a whole stream ``dropped`` counts every byte that went into no frame, exactly once.
    """

    flaw: Flaw
    dropped: int
    head: bytes = b""

    def __post_init__(self) -> None:
        """Hold the count and the sample together."""
        assert self.dropped > 0, "something was dropped"
        assert len(self.head) <= min(self.dropped, HEAD_LENGTH), "the sample is a part of it"


def bad(flaw: Flaw, dropped: bytes | bytearray) -> BadFrame:
    """Report dropped bytes."""
    return BadFrame(flaw=flaw, dropped=len(dropped), head=bytes(dropped[:HEAD_LENGTH]))


class Noise:
    """Count the bytes outside frames, so that a burst becomes one report and endless noise becomes bounded ones."""

    BOUND: Final = 256

    def __init__(self) -> None:
        self._dropped = bytearray()

    def add(self, dropped: bytes | bytearray) -> tuple[BadFrame, ...]:
        """Count bytes; return reports of full size as soon as there are that many."""
        self._dropped += dropped
        reports = []
        while len(self._dropped) >= self.BOUND:
            reports.append(bad(Flaw.NOISE, self._dropped[: self.BOUND]))
            del self._dropped[: self.BOUND]
        return tuple(reports)

    def end(self) -> tuple[BadFrame, ...]:
        """Report what was counted: something else than noise comes now."""
        report = (bad(Flaw.NOISE, self._dropped),) if self._dropped else ()
        self._dropped.clear()
        return report
