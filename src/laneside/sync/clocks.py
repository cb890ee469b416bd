"""Our clock beside the centre's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """How far the centre's clock is ahead of ours, give or take ``within_s``; read at ``at`` by our clock."""

    ahead_s: float
    within_s: float
    at: datetime

    @classmethod
    def of(cls, *, sent_at: datetime, travel_s: float, centre_at: datetime) -> ClockReading:
        """Compare: the centre read its clock somewhere between our question and its answer ``travel_s`` later."""
        ahead_s = (centre_at - sent_at).total_seconds() - travel_s / 2
        return cls(ahead_s=ahead_s, within_s=travel_s / 2, at=sent_at)


class ClockCheck:
    """Remember the newest comparison with the centre's clock; None until there was one."""

    def __init__(self) -> None:
        self.newest: ClockReading | None = None

    def note(self, *, sent_at: datetime, travel_s: float, centre_at: datetime) -> ClockReading:
        """Compare as :meth:`ClockReading.of` does, and remember."""
        self.newest = ClockReading.of(sent_at=sent_at, travel_s=travel_s, centre_at=centre_at)
        return self.newest
