"""The fault plan of the roadside: which exchange is kept back, cut, or loses its card; each fault fires once.

A fault names a channel and what runs over it: a chip's INS byte as two hex digits, or the operation of a lane request.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class FaultKind(StrEnum):
    """What happens to the exchange."""

    HOLD = "hold"
    CUT = "cut"
    WITHDRAW_CARD = "withdraw-card"


class When(StrEnum):
    """Whether it strikes before the other side acted, or after it acted and before it answers."""

    BEFORE = "before"
    AFTER = "after"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One planned fault. An empty ``ins`` fits every exchange; ``skip`` fitting ones pass before it fires."""

    kind: FaultKind
    channel: str
    ins: str = ""
    when: When = When.AFTER
    skip: int = 0

    def fits(self, channel: str, ins: str) -> bool:
        """Say whether an exchange is of the kind this fault waits for."""
        return self.channel == channel and self.ins.upper() in {"", ins.upper()}


class FaultPlan:
    """The faults that still wait. Not thread-safe: it belongs to the server's loop."""

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

    def take(self, channel: str, ins: str) -> dict[When, Fault]:
        """Count one exchange and take out the faults that it sets off, at most one before and one after the act."""
        fired: dict[When, Fault] = {}
        left = []
        for fault in self._waiting:
            if not fault.fits(channel, ins):
                left.append(fault)
            elif fault.skip > 0:
                left.append(msgspec.structs.replace(fault, skip=fault.skip - 1))
            elif fault.when in fired:
                left.append(fault)
            else:
                fired[fault.when] = fault
        self._waiting = left
        return fired
