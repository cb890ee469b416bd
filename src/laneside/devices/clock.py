"""The machine's own clock, for composition roots."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """Real time (a :class:`laneside.clock.Clock`)."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
