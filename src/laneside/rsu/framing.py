"""What both framings share: bytes that are no frame, as a value (spec/rsu-frames.md 2.1 and 3.1)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

HEAD_LENGTH: Final = 16
"""How many of the dropped bytes a BadFrame shows."""


class Flaw(StrEnum):
    """Why bytes were dropped."""

    NOISE = "noise"
    """Bytes outside any frame."""
    CHECK = "check"
    """BCC or CRC differs."""
    ESCAPE = "escape"
    """FE before another byte than 00 or 01."""
    TOO_SHORT = "too-short"
    """A frame below the smallest size."""
    TOO_LONG = "too-long"
    """More than the buffer holds, or a length field above the bound."""
    EMPTY = "empty"
    """A length field of zero: no command byte."""
    CUT = "cut"
    """The line fell silent inside a frame."""


class BadFrame(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes of the line that are no frame: why, how many, and the first of them (at most 16) for the log.

    Over a whole stream ``dropped`` counts every byte that went into no frame, exactly once.
    """

    flaw: Flaw
    dropped: int
    head: bytes = b""

    def __post_init__(self) -> None:
        """Check that the sample is a part of what was dropped."""
        assert self.dropped > 0, "something was dropped"
        assert len(self.head) <= min(self.dropped, HEAD_LENGTH), "the sample is a part of it"


def bad(flaw: Flaw, dropped: bytes | bytearray) -> BadFrame:
    """Return the report of dropped bytes."""
    return BadFrame(flaw=flaw, dropped=len(dropped), head=bytes(dropped[:HEAD_LENGTH]))


class Noise:
    """Collect the bytes outside frames: a burst becomes one report, endless noise reports of bounded size."""

    BOUND: Final = 256

    def __init__(self) -> None:
        self._dropped = bytearray()

    def add(self, dropped: bytes | bytearray) -> tuple[BadFrame, ...]:
        """Collect bytes; return a report for each full size of them."""
        self._dropped += dropped
        reports = []
        while len(self._dropped) >= self.BOUND:
            reports.append(bad(Flaw.NOISE, self._dropped[: self.BOUND]))
            del self._dropped[: self.BOUND]
        return tuple(reports)

    def end(self) -> tuple[BadFrame, ...]:
        """Return the report of what was collected: something else than noise follows."""
        report = (bad(Flaw.NOISE, self._dropped),) if self._dropped else ()
        self._dropped.clear()
        return report
