"""How much a stranger may take: connections, their time, and tries of passwords."""

from __future__ import annotations

from typing import Final

import msgspec

from laneside.errors import SettingError

_DOUBLINGS_MAX: Final = 30


class ConnectionLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How many connections there may be, and the seconds that headers, a whole request and its answer may take.

    ``idle_s`` is how long a connection is kept open between two requests.
    """

    total_max: int = 1000
    per_caller_max: int = 256
    headers_s: float = 10.0
    request_s: float = 120.0
    answer_s: float = 600.0
    idle_s: int = 5

    def __post_init__(self) -> None:
        """Refuse limits that let no one in. Raises SettingError."""
        if min(self.total_max, self.per_caller_max, self.headers_s, self.request_s, self.answer_s, self.idle_s) <= 0:
            raise SettingError("limits of connections must be positive")


class WaitRule(msgspec.Struct, frozen=True, kw_only=True):
    """The wait after wrong tries: none for fewer than ``free``, then ``first_s``, doubled up to ``longest_s``.

    After each ``fade_s`` without a wrong try only half of them count.
    """

    free: int
    first_s: float
    longest_s: float
    fade_s: float

    def wait_s(self, count: int) -> float:
        """Return how long to wait after so many wrong tries."""
        if count < self.free:
            return 0.0
        return min(self.first_s * 2.0 ** min(count - self.free, _DOUBLINGS_MAX), self.longest_s)
