"""How long must pass before a password may be tried again: the wait grows with each wrong one, and fades."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from math import ceil
from typing import Final

import msgspec

from laneside.access.limits import WaitRule

_KEYS_MAX: Final = 10_000


class _Tries(msgspec.Struct, frozen=True):
    count: int
    at_s: float


class LoginTries:
    """Wrong tries by whom they were made, in this process's memory. Times are of a monotonic clock, in seconds.

    Not safe for threads: its owner sees to that.
    """

    def __init__(self) -> None:
        self._tries: OrderedDict[Hashable, _Tries] = OrderedDict()

    def count(self, key: Hashable, rule: WaitRule, now_s: float) -> int:
        """Return the wrong tries that still count."""
        kept = self._tries.get(key)
        if kept is None:
            return 0
        return kept.count >> int(max(0.0, now_s - kept.at_s) / rule.fade_s)

    def left_s(self, key: Hashable, rule: WaitRule, now_s: float) -> int:
        """Return how many whole seconds are left to wait; 0 when a try is taken."""
        kept = self._tries.get(key)
        if kept is None:
            return 0
        return max(0, ceil(kept.at_s + rule.wait_s(kept.count) - now_s))

    def anyone_waits(self, rule: WaitRule, now_s: float, *, but: Hashable) -> bool:
        """Return whether anyone must wait by a rule, one left out for whom another rule holds."""
        return any(self.left_s(key, rule, now_s) for key in self._tries if key != but)

    def failed(self, key: Hashable, rule: WaitRule, now_s: float) -> int:
        """Count a wrong try and return how many count now."""
        return self.put(key, self.count(key, rule, now_s) + 1, now_s)

    def put(self, key: Hashable, count: int, at_s: float) -> int:
        """Set how many wrong tries count and when the last was made; the oldest key goes when there are too many."""
        self._tries[key] = _Tries(count, at_s)
        self._tries.move_to_end(key)
        if len(self._tries) > _KEYS_MAX:
            self._tries.popitem(last=False)
        return count

    def forget(self, key: Hashable) -> None:
        """Begin anew: the right password was given."""
        self._tries.pop(key, None)
