"""The port to the lane: who holds it, what the fixed antenna left behind, and what it shall show and open.

The structs are the wire form too: a lane link exchanges them as JSON.
"""

from __future__ import annotations

from typing import Protocol

import msgspec


class WaitingTrade(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase that the fixed antenna sent and never saw the end of; numbers as printed, bytes as upper-case hex."""

    card_id: str
    terminal_number: str
    transaction_number: str
    amount_fen: int
    sent_at: str


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What the lane knows of the vehicle before its barrier. Empty texts and None mean: nothing known."""

    captured_plate: str = ""
    lane_event: int | None = None
    open_trade: WaitingTrade | None = None


class Conclusion(msgspec.Struct, frozen=True, kw_only=True):
    """What the lane shall do at the end of a vehicle: open or stay shut, show, speak, and remember a paid one."""

    passage_id: str
    open_barrier: bool
    display: str
    voice: str = ""
    paid_card_id: str = ""
    paid_contract_serial: str = ""


class LaneLink(Protocol):
    """The link to one lane's computer, or the form that has none (then the record says 人工放行)."""

    @property
    def attached(self) -> bool:
        """Whether a lane is behind this link at all."""
        ...

    def occupy(self, lane_hex: str) -> None:
        """Take the lane. Raises LinkLostError; SettingError when the lane does not match."""
        ...

    def waiting(self) -> Waiting:
        """Ask what is before the barrier. Raises LinkLostError."""
        ...

    def conclude(self, conclusion: Conclusion) -> None:
        """Carry out the end of a vehicle; the same ``passage_id`` twice is harmless. Raises LinkLostError."""
        ...

    def release(self) -> None:
        """Give the lane back to its own equipment. Raises LinkLostError."""
        ...
