"""What goes wrong on order: with a frame in either direction, or with one command to a chip. Each fault fires once."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec import Struct
from msgspec.structs import replace


class Place(StrEnum):
    """Where a fault strikes; ``code`` is then a frame's command byte, or a chip's INS."""

    TO_READER = "to-reader"
    FROM_READER = "from-reader"
    CARD = "card"
    TAG = "tag"
    PSAM = "psam"

    @property
    def is_frame(self) -> bool:
        """Whether frames pass here."""
        return self in {Place.TO_READER, Place.FROM_READER}


class FaultKind(StrEnum):
    """What happens."""

    LOSE = "lose"
    """A frame never arrives. A chip's command never arrives (before), or its answer does not (after)."""
    GARBLE = "garble"
    """A frame with a wrong check. A chip's answer with its last data byte changed."""
    HALF = "half"
    """Only the first half of a frame."""
    DELAY = "delay"
    """``delay_s`` later."""
    DOUBLE = "double"
    """A frame twice."""
    FOREIGN = "foreign"
    """A reader's frame with another OBUID and a right check."""
    REFUSE = "refuse"
    """The chip answers ``status_word``: without acting (before), or although it acted (after)."""
    HOLD = "hold"
    """Kept back until released."""
    CUT = "cut"
    """The link is cut, before or after the frame passed."""
    UNPLUG = "unplug"
    """The reader loses its power, before or after."""
    LEAVE = "leave"
    """The tag leaves the field and comes back after ``delay_s``; 0 = when it is told to."""
    WITHDRAW_CARD = "withdraw-card"
    """The card is pulled out of its tag."""


class When(StrEnum):
    """Before the other side acted, or after it acted."""

    BEFORE = "before"
    AFTER = "after"


_FOR_FRAMES = frozenset(FaultKind) - {FaultKind.REFUSE}
_FOR_CHIPS = frozenset(FaultKind) - {FaultKind.HALF, FaultKind.DOUBLE, FaultKind.FOREIGN, FaultKind.DELAY}


class Fault(Struct, frozen=True, kw_only=True):
    """One planned fault. ``code`` is hex, empty for every one; ``skip`` fitting ones pass first.

    Raises ValueError for a kind that has no meaning at the place.
    """

    kind: FaultKind
    place: Place
    code: str = ""
    when: When = When.AFTER
    skip: int = 0
    delay_s: float = 0.0
    status_word: str = "6A82"

    def __post_init__(self) -> None:
        """Refuse what could never fire."""
        if self.kind not in (_FOR_FRAMES if self.place.is_frame else _FOR_CHIPS):
            raise ValueError(f"{self.kind} has no meaning at {self.place}")
        if self.skip < 0 or self.delay_s < 0 or len(bytes.fromhex(self.code)) > 1:
            raise ValueError("skip and delay are not negative, a code is one byte")
        if len(bytes.fromhex(self.status_word)) != 2:
            raise ValueError("a status word has two bytes")

    def fits(self, place: Place, code: int) -> bool:
        """Say whether this is what the fault waits for."""
        return self.place is place and self.code.upper() in {"", f"{code:02X}"}


class FaultPlan:
    """The faults that still wait. Not thread-safe: it belongs to its reader."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    @property
    def waiting(self) -> tuple[Fault, ...]:
        """The faults that have not fired yet."""
        return tuple(self._waiting)

    def add(self, fault: Fault) -> None:
        """Plan one more."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Forget all that have not fired."""
        self._waiting.clear()

    def take(self, place: Place, code: int) -> dict[When, Fault]:
        """Count one passing and take out the faults that it sets off, at most one before and one after."""
        fired: dict[When, Fault] = {}
        left = []
        for fault in self._waiting:
            if not fault.fits(place, code):
                left.append(fault)
            elif fault.skip > 0:
                left.append(replace(fault, skip=fault.skip - 1))
            elif fault.when in fired:
                left.append(fault)
            else:
                fired[fault.when] = fault
        self._waiting = left
        return fired

    def described(self) -> list[dict[str, object]]:
        """Write what waits, for the panel."""
        return [dict(msgspec.to_builtins(fault)) for fault in self._waiting]
