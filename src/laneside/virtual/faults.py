"""Faults on order: what goes wrong at one exchange of the roadside or of its integrated reader. Each fires once."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Place(StrEnum):
    """Where a fault happens, and so what its ``code`` is."""

    CARD = "card"
    """Chips: the code is a command's INS byte."""
    TAG = "tag"
    PSAM = "psam"
    LANE = "lane"
    """The lane's channel: the code is the operation of a request."""
    TO_READER = "to-reader"
    """Frames of an integrated reader: the code is a frame's command byte."""
    FROM_READER = "from-reader"

    @property
    def is_frame(self) -> bool:
        """Whether frames pass here."""
        return self in {Place.TO_READER, Place.FROM_READER}


class FaultKind(StrEnum):
    """What happens. The roadside's own channels know HOLD, CUT and WITHDRAW_CARD; the reader knows all."""

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
    """The connection is cut."""
    UNPLUG = "unplug"
    """The reader loses its power."""
    LEAVE = "leave"
    """The tag leaves the field and comes back after ``delay_s``; 0 = when it is told to."""
    WITHDRAW_CARD = "withdraw-card"
    """The card is pulled out of its tag."""


class When(StrEnum):
    """Before the other side acted, or after it acted and before its answer arrives."""

    BEFORE = "before"
    AFTER = "after"


_OF_ANY_CHANNEL = frozenset({FaultKind.HOLD, FaultKind.CUT, FaultKind.WITHDRAW_CARD})
_OF_FRAMES = frozenset(FaultKind) - {FaultKind.REFUSE}
_OF_CHIPS = frozenset(FaultKind) - {FaultKind.HALF, FaultKind.DOUBLE, FaultKind.FOREIGN, FaultKind.DELAY}


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One planned fault. An empty ``code`` fits every exchange of the place; ``skip`` fitting ones pass first.

    ``code`` is one byte in hex, for the lane an operation. Raises ValueError for a kind without meaning at the place.
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
        if self.kind not in self._kinds_here():
            raise ValueError(f"{self.kind} has no meaning at {self.place}")
        one_byte = self.place is Place.LANE or len(bytes.fromhex(self.code)) <= 1
        if self.skip < 0 or self.delay_s < 0 or not one_byte:
            raise ValueError("skip and delay are not negative, a code is one byte")
        if len(bytes.fromhex(self.status_word)) != 2:
            raise ValueError("a status word has two bytes")

    def fits(self, place: Place, code: str) -> bool:
        """Return whether an exchange is one that the fault waits for."""
        return self.place is place and self.code.upper() in {"", code.upper()}

    def _kinds_here(self) -> frozenset[FaultKind]:
        if self.place is Place.LANE:
            return _OF_ANY_CHANNEL
        return _OF_FRAMES if self.place.is_frame else _OF_CHIPS


class FaultPlan:
    """The faults that have not fired yet. Not thread-safe: one loop, or one reader, owns it."""

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

    def take(self, place: Place, code: str) -> dict[When, Fault]:
        """Count one exchange and remove the faults that it fires: at most one before and one after the act."""
        fired: dict[When, Fault] = {}
        left = []
        for fault in self._waiting:
            if not fault.fits(place, code):
                left.append(fault)
            elif fault.skip > 0:
                left.append(msgspec.structs.replace(fault, skip=fault.skip - 1))
            elif fault.when in fired:
                left.append(fault)  # two equal faults fire at two exchanges, one after the other
            else:
                fired[fault.when] = fault
        self._waiting = left
        return fired
