"""The centre's folder for its owner's eyes only, whatever the umask, also where an older release made it."""

from __future__ import annotations

from laneside.centre.settings import Settings


def keep_private(settings: Settings) -> None:
    """Make the folder if it is not there, and take from others what they may read of it.

    SQLite gives its journal files the mode of the database, so the database is there with its mode before it is opened.
    """
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.data.chmod(0o700)
    settings.database_file.touch(mode=0o600)
    for file in settings.data.glob("centre.*"):
        file.chmod(0o600)
