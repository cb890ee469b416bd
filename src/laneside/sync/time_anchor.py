"""The centre's signed time: what the terminal's clock is held against, and what ends an excursion of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from laneside.contract.parameters import Policy
from laneside.contract.signing import canonical
from laneside.journal.journal import Journal


class Anchored(msgspec.Struct, frozen=True, kw_only=True):
    """Why the time could go back: by how much the clock had been ahead, and who said that it is right now."""

    ahead_s: int
    by: str


class TimeAnchor:
    """Tell the journal's clock the centre's time; anchor it where the clock had run ahead and is right again.

    The province's policy says up to where the machine's clock counts as right, and how far the journal may be ahead of
    it without an anchor: small steps end by themselves.
    """

    def __init__(self, journal: Journal, *, policy: Callable[[], Policy]) -> None:
        self._journal = journal
        self._policy = policy

    def told(self, right: datetime) -> None:
        """Take in the centre's time. Raises JournalError where an anchor can't be written down."""
        clock, policy = self._journal.clock, self._policy()
        clock.told(right)
        ahead_s = clock.behind_s()
        if ahead_s > policy.clock_step_s_max and abs(clock.off_s()) <= policy.clock_off_s_max:
            self._journal.anchor(canonical(Anchored(ahead_s=int(ahead_s), by="centre")))
