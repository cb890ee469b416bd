"""The messages that a virtual reader sends, whatever the dialect; ``SerialReplies`` and ``TcpReplies`` make them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from laneside.rsu import Message
from laneside.virtual.integrated.chip_jobs import CardRead, Ef04Read, PsamInfo, Trouble, VehicleRead
from laneside.virtual.integrated.field import TagSeen
from laneside.virtual.integrated.purchase import TacProof, TradeResult, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRead:
    """Everything that a B4 may carry."""

    vehicle: VehicleRead
    card: CardRead
    ef04: Ef04Read
    ef04_offset: int
    ef04_length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountsResult:
    """How a C9 ended: what was read, and what went wrong in reading and writing."""

    listed: bytes = b""
    read: Trouble | None = None
    write: Trouble | None = None

    @property
    def trouble(self) -> Trouble | None:
        """What went wrong first."""
        return self.read or self.write


class Replies(Protocol):
    """One dialect's messages. ``unix_time_s`` is the reader's own clock, as C0 has set it."""

    def status(self, psam: PsamInfo, *, searching: bool) -> Message:
        """Return B0."""
        ...

    def heartbeat(self, psam: PsamInfo, *, searching: bool) -> Message:
        """Return the heartbeat."""
        ...

    def tag(self, seen: TagSeen) -> Message:
        """Return B2."""
        ...

    def vehicle(self, seen: TagSeen, vehicle: VehicleRead, ef04: Ef04Read | None) -> Message:
        """Return B3."""
        ...

    def card(self, seen: TagSeen, pair: PairRead) -> Message:
        """Return B4."""
        ...

    def result(self, obu_id: bytes, trade: TradeResult, *, unix_time_s: int) -> Message:
        """Return B5."""
        ...

    def tac(self, obu_id: bytes, proof: TacProof, trade: TradeResult, written: Written, *, unix_time_s: int) -> Message:
        """Return the answer to C8; ``trade`` is the debit before it."""
        ...

    def amounts(self, obu_id: bytes, result: AmountsResult) -> Message:
        """Return B9."""
        ...

    def challenge(self, psam: PsamInfo, random: bytes | None) -> Message:
        """Return the answer to CD or CA."""
        ...

    def authorised(self, channel: int, status_word: bytes) -> Message:
        """Return the answer to CF or CB for one PSAM."""
        ...
