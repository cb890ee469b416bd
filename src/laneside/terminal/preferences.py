"""How this terminal shows itself: theme and language, kept on the device."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from laneside.sync.folder import Folder
from laneside.vocab.words import Language

_FILE = "preferences.json"


class Theme(StrEnum):
    """Light of the surroundings: normal, full sun, night."""

    NORMAL = "normal"
    DAY = "day"
    NIGHT = "night"


class Preference(msgspec.Struct, frozen=True, kw_only=True):
    """One choice of both."""

    theme: Theme = Theme.NORMAL
    language: Language = Language.ZH


class Preferences:
    """What was chosen last."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        body = folder.read(_FILE)
        self._current = Preference() if body is None else _parse(body)

    def current(self) -> Preference:
        """Return what was chosen last."""
        return self._current

    def choose(self, preference: Preference) -> None:
        """Keep a choice."""
        self._current = preference
        self._folder.write(_FILE, msgspec.json.encode(preference))


def _parse(body: bytes) -> Preference:
    """Read the file; after a damaged one the terminal starts with the usual looks."""
    try:
        kept = msgspec.json.decode(body, type=dict[str, str])
        return Preference(theme=Theme(kept["theme"]), language=Language(kept["language"]))
    except (msgspec.MsgspecError, KeyError, ValueError):
        return Preference()
