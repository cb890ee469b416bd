"""The people who may look at the centre's pages: their passwords and sessions. Operators of terminals are not here."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete, insert, select, update

from laneside.centre.storage.database import Database
from laneside.centre.storage.tables import accounts, sessions
from laneside.clock import Clock
from laneside.errors import SettingError

_PASSWORD_MAX: Final = 200


class AccountSession(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who is logged in; ``csrf`` must come back with everything that changes something."""

    account: str
    csrf: str


class Accounts:
    """Accounts and sessions in the database."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        random_bytes: Callable[[int], bytes],
        session_life: timedelta,
    ) -> None:
        self._database = database
        self._clock = clock
        self._random_bytes = random_bytes
        self._session_life = session_life
        self._hasher = PasswordHasher()
        self._nobody: str | None = None

    def token(self) -> str:
        """Return 32 random bytes in letters."""
        return urlsafe_b64encode(self._random_bytes(32)).rstrip(b"=").decode()

    def set_password(self, name: str, password: str) -> None:
        """Make an account or give it a new password; its sessions end. SettingError if the password can't be one."""
        if not 8 <= len(password) <= _PASSWORD_MAX:
            raise SettingError(f"a password has 8 to {_PASSWORD_MAX} characters")
        # The older release counted tries and locked accounts in these two columns.
        values = {"password_hash": self._hash(password), "failures": 0, "locked_until": None}
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.account == name))
            if connection.execute(update(accounts).where(accounts.c.name == name).values(**values)).rowcount == 0:
                connection.execute(insert(accounts).values(name=name, **values))

    def exist(self) -> bool:
        """Return whether there is any account yet."""
        with self._database.reading() as connection:
            return connection.execute(select(accounts.c.name).limit(1)).first() is not None

    def log_in(self, name: str, password: str) -> str | None:
        """Return the token of a new session, or None: a wrong name and a wrong password look the same.

        This takes 64 MB and about a tenth of a second; who may ask how often is for :mod:`laneside.centre.logins`.
        """
        if len(password) > _PASSWORD_MAX:
            return None
        with self._database.reading() as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == name)).mappings().one_or_none()
        right = self._verify(self._hash_of_nobody() if row is None else row["password_hash"], password)
        return self._open_session(name) if right and row is not None else None

    def session(self, token: str) -> AccountSession | None:
        """Return whose session a token is; None for an unknown or ended one."""
        if not token:
            return None
        query = select(sessions).where(sessions.c.token_digest == _digest(token))
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None or row["expires_at"] <= self._clock.now():
            return None
        return AccountSession(account=row["account"], csrf=row["csrf"])

    def log_out(self, token: str) -> None:
        """End a session."""
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_digest == _digest(token)))

    def _open_session(self, name: str) -> str:
        token, now = self.token(), self._clock.now()
        row = {"account": name, "csrf": self.token(), "expires_at": now + self._session_life}
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            connection.execute(insert(sessions).values(token_digest=_digest(token), **row))
        return token

    def _hash_of_nobody(self) -> str:
        """Return a hash that no password fits, so that an unknown name takes as long as a known one."""
        if self._nobody is None:
            self._nobody = self._hash(self.token())
        return self._nobody

    def _hash(self, password: str) -> str:
        return self._hasher.hash(password, salt=self._random_bytes(16))

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except VerifyMismatchError:
            return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
