"""Let people log in without a cost to anyone else: in threads of their own, a few at a time, slower after wrong tries.

A terminal's upload never waits behind a password. No account is ever locked for everyone: a wrong password counts for
its account from its address, and for its address.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import msgspec

from laneside.access.login_tries import LoginTries
from laneside.access.proxies import caller_of
from laneside.centre.accounts import Accounts
from laneside.centre.settings import LoginLimits
from laneside.clock import Clock

_BUSY_S: Final = 2
_LATE_ANSWERS_MAX: Final = 100
"""A connection whose answer is kept back is not closed for others, so these must stay few."""


class LoggedIn(msgspec.Struct, frozen=True):
    """The token of the session that was opened."""

    token: str


class WrongPassword(msgspec.Struct, frozen=True):
    """No account has this name and password."""


class TooManyTries(msgspec.Struct, frozen=True):
    """The password was not looked at: this address must wait first."""

    wait_s: int


class TooBusy(msgspec.Struct, frozen=True):
    """The password was not looked at: too many people are logging in."""

    wait_s: int = _BUSY_S


LoginAnswer = LoggedIn | WrongPassword | TooManyTries | TooBusy


class Logins:
    """The one way to a session. Used by the server's event loop only."""

    def __init__(self, accounts: Accounts, clock: Clock, limits: LoginLimits) -> None:
        self._accounts = accounts
        self._clock = clock
        self._limits = limits
        self._tries = LoginTries()
        self._waiting: Counter[str] = Counter()
        self._late_answers = 0
        self._pool = ThreadPoolExecutor(limits.threads, thread_name_prefix="login")

    async def log_in(self, name: str, password: str, address: str) -> LoginAnswer:
        """Open a session for the right name and password, asked from an address."""
        caller = caller_of(address)
        wait_s = self._wait_s(name, caller)
        if wait_s:
            return await self._late(TooManyTries(wait_s))
        if self._waiting[caller] >= self._limits.waiting_per_address_max:
            return await self._late(TooManyTries(_BUSY_S))
        if self._waiting.total() >= self._limits.waiting_max:
            return await self._late(TooBusy())
        self._waiting[caller] += 1
        try:
            token = await asyncio.get_running_loop().run_in_executor(self._pool, self._accounts.log_in, name, password)
        finally:
            self._waiting -= Counter({caller: 1})
        return self._counted(name, caller, token)

    def close(self) -> None:
        """End the threads; a password that is being hashed is waited for."""
        self._pool.shutdown(cancel_futures=True)

    async def _late(self, refusal: TooManyTries | TooBusy) -> TooManyTries | TooBusy:
        """Let whoever floods the login wait for the answer, so that it is not asked again at once."""
        if self._late_answers < _LATE_ANSWERS_MAX:
            self._late_answers += 1
            try:
                await asyncio.sleep(self._limits.refusal_delay_s)
            finally:
                self._late_answers -= 1
        return refusal

    def _counted(self, name: str, caller: str, token: str | None) -> LoginAnswer:
        if token is not None:
            self._tries.forget((name, caller))
            return LoggedIn(token)
        now_s = self._clock.monotonic_s()
        self._tries.failed((name, caller), self._limits.of_person, now_s)
        self._tries.failed(caller, self._limits.of_address, now_s)
        return WrongPassword()

    def _wait_s(self, name: str, caller: str) -> int:
        now_s = self._clock.monotonic_s()
        return max(
            self._tries.left_s((name, caller), self._limits.of_person, now_s),
            self._tries.left_s(caller, self._limits.of_address, now_s),
        )
