"""What the passage needs from outside besides the reader, the lane and the clock; a composition root brings them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from laneside.contract.parameters import Parameters, TariffTable
from laneside.plates.reading import PlateSight
from laneside.statuslist.index import StatusListIndex

RandomBytes = Callable[[int], bytes]
"""Return that many random bytes."""

Worker = Callable[[Callable[[], None]], None]
"""Run a job that talks to devices; may return before the job is done."""


class Documents(Protocol):
    """The centre's decisions as they hold at a moment; None where the device never got one."""

    def parameters(self, now: datetime) -> Parameters | None:
        """Return station, operators, shifts and policy."""
        ...

    def parameters_start(self, now: datetime) -> datetime | None:
        """Return when the next parameters on the device become active; None where none are to come."""
        ...

    def await_contact(self) -> None:
        """Wait shortly after a start until the centre was asked for newer decisions, so that no lost one is used."""
        ...

    def tariff(self, now: datetime) -> TariffTable | None:
        """Return the fee table."""
        ...

    def status_list(self, now: datetime) -> StatusListIndex | None:
        """Return the status list, ready to be asked."""
        ...


class PhotoStore(Protocol):
    """Photos on the device, named by the SHA-256 of what is stored."""

    def develop(self, image: bytes, *, side_px_max: int) -> bytes:
        """Re-encode a picture as JPEG without metadata, no side above the bound. ValueError when it is no picture."""
        ...

    def put(self, jpeg: bytes) -> str:
        """Store durably before returning; the digest comes back. Raises JournalError when the disk refuses."""
        ...

    def get(self, sha256: str) -> bytes | None:
        """Return a stored photo, or None."""
        ...


class PlateReader(Protocol):
    """What reads plates, in a process of its own. Calls return at once and may come from any thread."""

    @property
    def available(self) -> bool:
        """False once it was told that nothing can be read here; then there is no need to ask again."""
        ...

    def warm(self) -> None:
        """Get ready: a photo will come soon."""
        ...

    def read(self, photo: bytes, answer: Callable[[PlateSight], None]) -> None:
        """Read a photo and call ``answer`` later, from another thread. Of several that wait only the newest is read."""
        ...


class TerminalIdentity(Protocol):
    """Who this terminal is at the centre."""

    @property
    def terminal_id(self) -> str:
        """The id given at enrolment."""
        ...

    @property
    def slot(self) -> int:
        """The two-digit slot that keeps this terminal's record numbers apart from its neighbours'."""
        ...
