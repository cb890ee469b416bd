"""A settings file on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def settings_file(path: Path) -> dict[str, Any]:
    """Read a TOML file. Raises SettingError with its name."""
    import tomllib

    from laneside.errors import SettingError

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingError(f"{path}: {error.strerror}") from error
    except ValueError as error:  # not UTF-8, or not TOML
        raise SettingError(f"{path}: {error}") from error
