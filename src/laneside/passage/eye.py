"""The plate reader as the desk uses it: the newest photo is read, a late reading of an older one is dropped."""

from __future__ import annotations

from collections.abc import Callable

from laneside.contract.parameters import Policy
from laneside.passage.plate_sight import Use
from laneside.passage.ports import PlateReader, PlateSight


class Eye:
    """Look at one photo at a time. Not thread-safe: the desk calls it under its lock."""

    def __init__(self, reader: PlateReader | None, policy: Callable[[], Policy]) -> None:
        self._reader = reader
        self._policy = policy
        self._looks_begun = 0
        self._waits_for: int | None = None

    @property
    def use(self) -> Use:
        """What the province wants done with a reading."""
        return self._policy().plate_reading

    @property
    def looks(self) -> bool:
        """Say whether a photo is being read."""
        return self._waits_for is not None

    def warm(self) -> None:
        """Get ready for the vehicle that has come."""
        reader = self._wanted()
        if reader is not None:
            reader.warm()

    def look(self, photo: bytes, tell: Callable[[int, PlateSight], None]) -> None:
        """Begin to read a photo, where plates are read at all; ``tell`` gets the look's number, from another thread."""
        self.look_away()
        reader = self._wanted()
        if reader is not None:
            self._looks_begun += 1
            self._waits_for = look = self._looks_begun
            reader.read(photo, lambda sight: tell(look, sight))

    def saw(self, look: int) -> bool:
        """Say whether this look is the one that is waited for, and then wait no longer."""
        waited_for = self._waits_for == look
        if waited_for:
            self.look_away()
        return waited_for

    def look_away(self) -> None:
        """Wait for no reading any more."""
        self._waits_for = None

    def _wanted(self) -> PlateReader | None:
        """Return the reader, where there is one that can read and the province wants it used."""
        reader = self._reader
        return reader if reader is not None and reader.available and self.use != "off" else None
