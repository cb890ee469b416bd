"""The plate reader as the desk uses it: the newest photo is read, a late result of an older one is dropped."""

from __future__ import annotations

from collections.abc import Callable

from laneside.contract.parameters import Policy
from laneside.passage.picture.plate_evidence import Use
from laneside.passage.ports import PlateReader
from laneside.plates.reading import PlateSight


class PlateReadingSession:
    """Read one photo at a time. Not thread-safe: the desk calls it under its lock."""

    def __init__(self, reader: PlateReader | None, policy: Callable[[], Policy]) -> None:
        self._reader = reader
        self._policy = policy
        self._begun = 0
        self._waits_for: int | None = None

    @property
    def use(self) -> Use:
        """What the province wants done with a reading."""
        return self._policy().plate_reading

    @property
    def pending(self) -> bool:
        """Whether a photo is being read."""
        return self._waits_for is not None

    def warm_up(self) -> None:
        """Load the models for the vehicle that has come."""
        reader = self._wanted()
        if reader is not None:
            reader.warm()

    def begin(self, photo: bytes, answer: Callable[[int, PlateSight], None]) -> None:
        """Begin to read a photo, where plates are read at all.

        ``answer`` gets the number of this reading with its result, from another thread.
        """
        self.cancel()
        reader = self._wanted()
        if reader is not None:
            self._begun += 1
            self._waits_for = number = self._begun
            reader.read(photo, lambda sight: answer(number, sight))

    def accept(self, number: int) -> bool:
        """Return whether this is the reading that is waited for, and then wait no longer."""
        accepted = self._waits_for == number
        if accepted:
            self.cancel()
        return accepted

    def cancel(self) -> None:
        """Wait for no result any more."""
        self._waits_for = None

    def _wanted(self) -> PlateReader | None:
        """Return the reader, where there is one that can read and the province wants it used."""
        reader = self._reader
        return reader if reader is not None and reader.available and self.use != "off" else None
