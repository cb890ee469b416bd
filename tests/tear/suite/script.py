"""Where a passage is cut: every exchange, frame, lane call, journal write and upload passes here and is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from laneside.errors import LinkLostError


class PowerGoneError(BaseException):
    """The terminal dies here; nothing of its own code runs any more."""


class Kind(StrEnum):
    CUT_BEFORE = "cut-before"
    CUT_AFTER = "cut-after"
    MISS_BEFORE = "miss-before"
    MISS_AFTER = "miss-after"
    FLIPPED = "flipped"
    SHORT = "short"
    EMPTY = "empty"
    WRONG_SW = "wrong-sw"
    FULL = "full"
    FULL_STAYS = "full-stays"
    EIO = "eio"
    EIO_SYNCED = "eio-synced"
    POWER_BEFORE = "power-before"
    POWER_AFTER = "power-after"
    LOST = "lost"
    GARBLED = "garbled"
    HALVED = "halved"
    DOUBLED = "doubled"
    FOREIGN = "foreign"
    LATE = "late"
    UNPLUG_BEFORE = "unplug-before"
    UNPLUG_AFTER = "unplug-after"
    GONE_BEFORE = "gone-before"
    GONE_AFTER = "gone-after"
    PULLED_BEFORE = "pulled-before"
    PULLED_AFTER = "pulled-after"


_POWER = (Kind.POWER_BEFORE, Kind.POWER_AFTER)
_ONCE = (Kind.MISS_BEFORE, Kind.MISS_AFTER)
_UNPLUG = (Kind.UNPLUG_BEFORE, Kind.UNPLUG_AFTER)
_FRAME = (
    Kind.LOST, Kind.GARBLED, Kind.HALVED, Kind.DOUBLED, Kind.LATE, Kind.CUT_BEFORE, Kind.CUT_AFTER, *_UNPLUG,
    Kind.POWER_BEFORE,
)  # fmt: skip
_INSIDE = (*_ONCE, Kind.WRONG_SW, *_POWER)
_OVER_THE_AIR = (
    *_INSIDE, Kind.GONE_BEFORE, Kind.GONE_AFTER, Kind.PULLED_BEFORE, Kind.PULLED_AFTER,
)  # fmt: skip
_CHIP = (
    Kind.CUT_BEFORE, Kind.CUT_AFTER, *_ONCE, Kind.FLIPPED, Kind.SHORT, Kind.EMPTY, Kind.WRONG_SW, *_POWER,
)  # fmt: skip
KINDS: dict[str, tuple[Kind, ...]] = {
    "card": _CHIP,
    "tag": _CHIP,
    "psam": _CHIP,
    "to-reader": (*_FRAME, Kind.POWER_AFTER),
    "from-reader": (*_FRAME, Kind.FOREIGN),  # power gone after a frame came is power gone before what follows it
    "reader-card": _OVER_THE_AIR,
    "reader-tag": _OVER_THE_AIR,
    "reader-psam": _INSIDE,
    "lane": (*_ONCE, *_POWER),
    "centre": (*_ONCE, *_POWER),
    "journal": (Kind.FULL, Kind.FULL_STAYS, Kind.EIO, Kind.EIO_SYNCED, *_POWER),
}
BEFORE = (Kind.CUT_BEFORE, Kind.MISS_BEFORE)
AFTER = (Kind.CUT_AFTER, Kind.MISS_AFTER)


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """What goes wrong at event number ``at``."""

    at: int
    kind: Kind


class Script:
    """Count events and spoil one of them. ``begin`` mends everything and starts to count anew."""

    def __init__(self) -> None:
        self.begin(None)

    def begin(self, cut: Cut | None) -> None:
        self._cut = cut
        self.seen: list[str] = []
        self.broken = ""
        self.full = False
        self.dead = False
        self.fired = False

    def next(self, channel: str) -> Kind | None:
        """Count one event and say what goes wrong with it."""
        self.live()
        at = len(self.seen)
        self.seen.append(channel)
        if self._cut is None or self._cut.at != at:
            return None
        self.fired = True
        return self._cut.kind

    def die(self) -> None:
        self.dead = True
        raise PowerGoneError

    def live(self) -> None:
        """Stop a terminal that died while the reader was busy."""
        if self.dead:
            raise PowerGoneError

    def is_broken(self, channel: str) -> bool:
        """Say whether this link is gone: the air with card and tag, or the whole reader."""
        return self.broken == "reader" or (self.broken == "air" and channel != "psam")

    def exchange(self, channel: str, act: Callable[[], bytes]) -> bytes:
        """Let one APDU and its answer pass, as far as nothing happens to them."""
        kind = self.next(channel)
        if self.is_broken(channel):
            raise LinkLostError("the link is gone")
        if kind is Kind.POWER_BEFORE:
            self.die()
        if kind is Kind.CUT_BEFORE:
            self._break(channel)
        if kind in BEFORE:
            raise LinkLostError("cut before")
        answer = act()
        if kind is Kind.POWER_AFTER:
            self.die()
        if kind is Kind.CUT_AFTER:
            self._break(channel)
        if kind in AFTER:
            raise LinkLostError("cut after")
        return garbled(answer, kind)

    def call(self, channel: str, act: Callable[[], object], error: Exception) -> object:
        """Let a call to the lane or the centre pass."""
        kind = self.next(channel)
        if kind is Kind.POWER_BEFORE:
            self.die()
        if kind is Kind.MISS_BEFORE:
            raise error
        answer = act()
        if kind is Kind.POWER_AFTER:
            self.die()
        if kind is Kind.MISS_AFTER:
            raise error
        return answer

    def _break(self, channel: str) -> None:
        self.broken = "reader" if channel == "psam" else "air"


def garbled(answer: bytes, kind: Kind | None) -> bytes:
    """Spoil an answer; a flipped one keeps its status word, so that only its contents can tell."""
    match kind:
        case Kind.FLIPPED:
            return bytes(byte ^ 0x55 for byte in answer[:-2]) + answer[-2:]
        case Kind.SHORT:
            return answer[: len(answer) // 2]
        case Kind.EMPTY:
            return b""
        case Kind.WRONG_SW:
            return answer[:-2] + b"\x6f\x00"
        case _:
            return answer
