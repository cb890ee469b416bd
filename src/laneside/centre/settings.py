"""Where the centre lives and what it tolerates."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import URL

from laneside.access.limits import ConnectionLimits, WaitRule
from laneside.access.proxies import TrustedProxies
from laneside.centre.storage.database import sqlite_url
from laneside.errors import SettingError

TRIES_OF_PERSON: Final = WaitRule(free=5, first_s=10, longest_s=300, fade_s=600)
"""For one account from one address: a password mistyped costs seconds, a guesser gets 288 tries a day."""

TRIES_OF_ADDRESS: Final = WaitRule(free=20, first_s=10, longest_s=300, fade_s=600)
"""For all accounts from one address, where people of one office may share it."""


class LoginLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What people who log in may cost.

    A password takes 64 MB and about a tenth of a second: ``threads`` are hashed at a time, ``waiting_max`` wait for
    it in all and ``waiting_per_address_max`` from one address. Who is refused unlooked at is told so after
    ``refusal_delay_s``.
    """

    threads: int = 1
    waiting_max: int = 16
    waiting_per_address_max: int = 4
    refusal_delay_s: float = 1.0
    of_person: WaitRule = TRIES_OF_PERSON
    of_address: WaitRule = TRIES_OF_ADDRESS

    def __post_init__(self) -> None:
        """Refuse limits that let no one in. Raises SettingError."""
        if min(self.threads, self.waiting_max, self.waiting_per_address_max, self.of_person.free) <= 0:
            raise SettingError("limits of logins must be positive")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Folder, hosts and limits. Sizes in bytes; ``hosts`` are the names under which a browser or terminal may call.

    Of ``trusted_proxies``, addresses or networks, client, host and scheme are believed.
    """

    data: Path
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    secure_cookies: bool = False
    message_bytes_max: int = 256 * 1024
    photo_bytes_max: int = 1024 * 1024
    form_bytes_max: int = 16 * 1024
    request_age_s_max: int = 600
    code_life: timedelta = timedelta(hours=1)
    session_life: timedelta = timedelta(hours=12)
    trusted_proxies: tuple[str, ...] = ()
    page_threads: int = 8
    login: LoginLimits = LoginLimits()
    connections: ConnectionLimits = ConnectionLimits()

    def __post_init__(self) -> None:
        """Refuse what has no meaning."""
        sizes = (self.message_bytes_max, self.photo_bytes_max, self.form_bytes_max, self.request_age_s_max)
        if min(sizes) <= 0 or self.page_threads <= 0 or not self.hosts:
            raise SettingError("limits must be positive, and at least one host must be named")
        TrustedProxies(self.trusted_proxies)

    @property
    def database_url(self) -> URL:
        """Return the address of the embedded database."""
        return sqlite_url(self.database_file)

    @property
    def database_file(self) -> Path:
        """Return the embedded database's file."""
        return self.data / "centre.sqlite3"

    @property
    def photo_folder(self) -> Path:
        """Return where photos lie."""
        return self.data / "photos"

    @property
    def settings_file(self) -> Path:
        """Return where an operator may write what the centre is attached to; it need not be there."""
        return self.data / "centre.toml"

    @property
    def key_file(self) -> Path:
        """Return where the centre's key lies."""
        return self.data / "centre.key"
