"""What a virtual reader says, in the words of neither dialect; ``SerialSpeech`` and ``TcpSpeech`` are the two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from laneside.card.channel import TagPresence
from laneside.rsu import Message
from laneside.virtual.integrated.reading import CardRead, Ef04Read, Trouble, VehicleRead
from laneside.virtual.integrated.sam import SamFacts
from laneside.virtual.integrated.trading import Done, Proof, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class TagSeen:
    """A tag as its VST shows it. ``system`` are 27 bytes of EF01, ``card_id`` ten bytes or zeros."""

    presence: TagPresence
    system: bytes
    card_id: bytes = bytes(10)

    @property
    def obu_id(self) -> bytes:
        """The MAC id."""
        return self.presence.mac_id

    @property
    def region(self) -> bytes:
        """The first four issuer bytes, twice."""
        return self.system[:4] * 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRead:
    """Everything that a B4 may carry."""

    vehicle: VehicleRead
    card: CardRead
    ef04: Ef04Read
    ef04_offset: int
    ef04_length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountsDone:
    """How a C9 ended: what was read, and the troubles of reading and writing."""

    listed: bytes = b""
    read: Trouble | None = None
    write: Trouble | None = None

    @property
    def trouble(self) -> Trouble | None:
        """The first trouble."""
        return self.read or self.write


class Speech(Protocol):
    """One dialect's messages. ``unix_time_s`` is the reader's own clock, as C0 set it."""

    def status(self, sam: SamFacts, *, searching: bool) -> Message:
        """Say B0."""
        ...

    def heartbeat(self, sam: SamFacts, *, searching: bool) -> Message:
        """Say that the reader lives."""
        ...

    def tag(self, seen: TagSeen) -> Message:
        """Say B2."""
        ...

    def vehicle(self, seen: TagSeen, vehicle: VehicleRead, ef04: Ef04Read | None) -> Message:
        """Say B3."""
        ...

    def card(self, seen: TagSeen, pair: PairRead) -> Message:
        """Say B4."""
        ...

    def result(self, obu_id: bytes, done: Done, *, unix_time_s: int) -> Message:
        """Say B5."""
        ...

    def tac(self, obu_id: bytes, proof: Proof, done: Done, written: Written, *, unix_time_s: int) -> Message:
        """Answer C8; ``done`` is the debit before it."""
        ...

    def amounts(self, obu_id: bytes, done: AmountsDone) -> Message:
        """Say B9."""
        ...

    def challenge(self, sam: SamFacts, random: bytes | None) -> Message:
        """Answer CD or CA."""
        ...

    def authorised(self, channel: int, status_word: bytes) -> Message:
        """Answer CF or CB for one PSAM."""
        ...
