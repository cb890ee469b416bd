"""Theme and language, kept on the device."""

from __future__ import annotations

import msgspec

from laneside.sync import Folder
from laneside.terminal.services import Language, Preference, Theme

_FILE = "preferences.json"


class StoredPreferences:
    """Remember how this terminal shows itself (a :class:`laneside.terminal.services.Preferences`)."""

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
    """Read the file; a damaged one is no reason not to start, the looks just begin anew."""
    try:
        kept = msgspec.json.decode(body, type=dict[str, str])
        return Preference(theme=Theme(kept["theme"]), language=Language(kept["language"]))
    except (msgspec.MsgspecError, KeyError, ValueError):
        return Preference()
