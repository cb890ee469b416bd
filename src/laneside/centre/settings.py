"""Where the centre lives and what it tolerates."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
from sqlalchemy import URL

from laneside.centre.storage.database import sqlite_url
from laneside.errors import SettingError


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Folder, hosts and limits. Sizes in bytes; ``hosts`` are the names under which a browser or terminal may call."""

    data: Path
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    secure_cookies: bool = False
    message_bytes_max: int = 256 * 1024
    photo_bytes_max: int = 1024 * 1024
    form_bytes_max: int = 16 * 1024
    request_age_s_max: int = 600
    code_life: timedelta = timedelta(hours=1)
    session_life: timedelta = timedelta(hours=12)
    login_tries_max: int = 5
    login_lock: timedelta = timedelta(minutes=5)

    def __post_init__(self) -> None:
        """Refuse what has no meaning."""
        sizes = (self.message_bytes_max, self.photo_bytes_max, self.form_bytes_max, self.request_age_s_max)
        if min(sizes) <= 0 or self.login_tries_max <= 0 or not self.hosts:
            raise SettingError("limits must be positive, and at least one host must be named")

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
