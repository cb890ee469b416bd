"""Listen to a reader's channels: every exchange is told, with its time and how long it took.

Nothing is redacted while card and tag wait: what is told is a :data:`Writing`, which the listener calls afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

from msgspec import Struct

from laneside.card.apdu import Device
from laneside.card.channel import CardChannel, TagPresence
from laneside.card.redaction import Redactor, Secrets
from laneside.clock import Clock
from laneside.errors import LanesideError, LinkLostError

T = TypeVar("T")


class TraceLine(Struct, frozen=True, array_like=True):
    """One exchange: where, what, when, how long in ms, both sides redacted, and how it ended; journaled as it is.

    ``at_ms`` counts from 1970 (:func:`epoch_ms`), in a kept trace from its first line. ``status`` is a status word,
    ``ok``, or the code and text of what went wrong.
    """

    channel: str
    name: str
    at_ms: int
    took_ms: float
    sent: str
    received: str
    status: str


def epoch_ms(at: datetime) -> int:
    """Return a moment as milliseconds since 1970."""
    return round(1000 * at.timestamp())


Writing = Callable[[], TraceLine]
"""Writes one exchange down. To be called once, in the order of telling: what was hidden once is hidden from then on."""

Tell = Callable[[Writing], None]


class Tracer:
    """Wrap what opens a reader's chips. ``tell`` gets every exchange."""

    def __init__(self, *, clock: Clock, tell: Tell) -> None:
        self._clock = clock
        self._tell = tell
        self._secrets = Secrets()

    def opening(self, device: Device, open_chip: Callable[[], CardChannel]) -> Callable[[], CardChannel]:
        """Listen to a chip that is opened by ``open_chip``."""

        def opened() -> CardChannel:
            return self._traced(device, self._timed(device, open_chip))

        return opened

    def opening_tag(
        self, open_tag: Callable[[], tuple[TagPresence, CardChannel]]
    ) -> Callable[[], tuple[TagPresence, CardChannel]]:
        """Listen to a tag that is opened by ``open_tag``."""

        def opened() -> tuple[TagPresence, CardChannel]:
            presence, channel = self._timed(Device.TAG, open_tag)
            return presence, self._traced(Device.TAG, channel)

        return opened

    def transmit(self, device: Device, redactor: Redactor, channel: CardChannel, command: bytes) -> bytes:
        """Exchange one APDU and report it; a lost answer is reported and raised again."""
        at, start_s = self._clock.now(), self._clock.monotonic_s()
        answer: bytes | None = None
        trouble = ""
        try:
            answer = channel.transmit(command)
        except LinkLostError as error:
            trouble = f"{error.code}: {error}"
            raise
        finally:
            took_ms = 1000 * (self._clock.monotonic_s() - start_s)
            self._tell(partial(_written, device, redactor, command, answer, trouble=trouble, at=at, took_ms=took_ms))
        return answer

    def _traced(self, device: Device, channel: CardChannel) -> CardChannel:
        return _TracedChannel(self, device, channel, Redactor(device, self._secrets))

    def _timed(self, device: Device, open_chip: Callable[[], T]) -> T:
        at, start_s = self._clock.now(), self._clock.monotonic_s()
        status = "ok"
        try:
            return open_chip()
        except LanesideError as error:
            status = f"{error.code}: {error}"
            raise
        finally:
            took_ms = 1000 * (self._clock.monotonic_s() - start_s)
            name = "power on"
            told = TraceLine(device.value, name, epoch_ms(at), took_ms, "", "", status)
            self._tell(lambda: told)


class _TracedChannel:
    """A powered chip that is listened to."""

    def __init__(self, tracer: Tracer, device: Device, channel: CardChannel, redactor: Redactor) -> None:
        self._tracer = tracer
        self._device = device
        self._channel = channel
        self._redactor = redactor

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU."""
        return self._tracer.transmit(self._device, self._redactor, self._channel, command)

    def close(self) -> None:
        """Remove power."""
        self._channel.close()


def _written(
    device: Device,
    redactor: Redactor,
    command: bytes,
    answer: bytes | None,
    *,
    trouble: str,
    at: datetime,
    took_ms: float,
) -> TraceLine:
    shown = redactor.write(command, answer)
    status = shown.status or trouble or "no answer"
    return TraceLine(device.value, shown.name, epoch_ms(at), took_ms, shown.sent, shown.received, status)
