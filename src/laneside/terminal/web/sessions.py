"""Sessions in memory: a cookie's token, its CSRF token, and whether it belongs to whoever is on duty."""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from laneside.passage.answers import Rejected
from laneside.terminal.services import OnDuty

COOKIE = "laneside_session"
_SESSIONS_MAX = 64


@dataclass(slots=True, kw_only=True)
class Session:
    """One browser. ``duty`` is the very duty it logged in to; ``notices`` wait for the next page that is drawn."""

    token: str
    csrf: str
    duty: OnDuty | None = None
    lane_hex: str = ""
    notices: list[Rejected] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)

    def csrf_matches(self, presented: str) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(self.csrf.encode(), presented.encode())

    def take_notices(self) -> tuple[Rejected, ...]:
        """Return what waits to be shown, once."""
        waiting, self.notices = tuple(self.notices), []
        return waiting

    def take_typed(self) -> dict[str, str]:
        """Return what was typed into a rejected form, once."""
        typed, self.typed = self.typed, {}
        return typed


class Sessions:
    """All browsers of this terminal; the oldest goes when there are too many."""

    def __init__(self, *, random_bytes: Callable[[int], bytes]) -> None:
        self._random_bytes = random_bytes
        self._lock = Lock()
        self._by_token: OrderedDict[str, Session] = OrderedDict()

    def find(self, token: str | None) -> Session | None:
        """Return the session of a cookie."""
        with self._lock:
            if token is None or token not in self._by_token:
                return None
            self._by_token.move_to_end(token)
            return self._by_token[token]

    def begin(self, duty: OnDuty | None = None) -> Session:
        """Make a new session with fresh tokens; a login always gets one, so that nobody can plant a token before it."""
        session = Session(token=self._random_bytes(32).hex(), csrf=self._random_bytes(32).hex(), duty=duty)
        with self._lock:
            self._by_token[session.token] = session
            while len(self._by_token) > _SESSIONS_MAX:
                self._by_token.popitem(last=False)
        return session

    def end(self, session: Session) -> None:
        """Forget a session."""
        with self._lock:
            self._by_token.pop(session.token, None)
