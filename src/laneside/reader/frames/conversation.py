"""One connection to an integrated reader: frames out, messages in, heartbeats answered, the rest left aside."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable
from typing import Final, Protocol

from laneside.clock import Clock
from laneside.errors import CodecError, LinkLostError, ReaderSilentError
from laneside.rsu import BadFrame, Dialect, DialectName, Direction, Message, SerialFrame, TcpFrame, is_heartbeat, parse
from laneside.rsu.replies import SerialStatus, TcpStatus
from laneside.rsu.requests import HeartbeatAnswer

Status = SerialStatus | TcpStatus

STATUS: Final = 0xB0
FIRST_RSCTL: Final = 0x01  # its nibbles swapped are the 10 that a host begins with (spec/rsu-frames.md 2.1, examples)
POWER_UP_RSCTL: Final = 0x98
CHUNK_WAIT_S_MAX: Final = 0.25
CUT_AFTER_S: Final = 0.2
"""A frame of 500 bytes takes 43 ms on the slowest line: one that pauses for longer has lost its end."""
PUMP_CHUNKS_MAX: Final = 64
NO_TAG: Final = bytes(4)


class Observer(Protocol):
    """Who listens to a conversation."""

    def frame(self, direction: Direction, body: bytes) -> None:
        """Take one frame's body, before anybody understood it."""
        ...

    def dropped(self, bad: BadFrame) -> None:
        """Take bytes that were no frame."""
        ...


class ByteLink(Protocol):
    """A serial line or a TCP connection. Both directions raise LinkLostError when it is gone."""

    def write(self, data: bytes) -> None:
        """Send all bytes."""
        ...

    def read(self, *, timeout_s: float) -> bytes:
        """Return what has arrived, at the latest after the time-out; empty when nothing has."""
        ...

    def close(self) -> None:
        """Hang up; twice is harmless."""
        ...


class Conversation:
    """Speak one dialect over one link. ``dropped`` counts what was no message; ``heard_s`` is when it last spoke."""

    def __init__(self, link: ByteLink, dialect: Dialect, clock: Clock, *, observer: Observer | None = None) -> None:
        self._link = link
        self._dialect = dialect
        self._clock = clock
        self._observer = observer
        self._decoder = dialect.decoder()
        self._waiting: deque[Message] = deque()
        self._rsctl = FIRST_RSCTL
        self._sequence = 0
        self._initialised = False
        self._last_byte_s = clock.monotonic_s()
        self.status: Status | None = None
        self.heard_s = clock.monotonic_s()
        self.dropped = 0

    @property
    def silent_s(self) -> float:
        """How long ago the reader last said anything."""
        return self._clock.monotonic_s() - self.heard_s

    def initialise(self, init: Message, *, tries: int, timeout_s: float) -> None:
        """Send C0 until B0 answers. From then on a B0 of power-up means a new start. Raises LinkLostError."""
        for _ in range(tries):
            self.send(init)
            if self.expect({STATUS}, obu_id=None, timeout_s=timeout_s) is not None:
                self._initialised = True
                return
        raise ReaderSilentError("the reader does not answer C0")

    def send(self, message: Message) -> None:
        """Send one message. Raises LinkLostError."""
        body = message.body(self._dialect)
        self._tell(Direction.TO_READER, body)
        self._link.write(bytes(self._dialect.frame(self._next_number(), body)))

    def expect(self, commands: Container[int], *, obu_id: bytes | None, timeout_s: float) -> Message | None:
        """Return the next message with one of these commands, of this tag if one is named; None when time is over.

        A message of another tag, or one that comes too late for its question, is dropped here. Raises LinkLostError.
        """
        deadline_s = self._clock.monotonic_s() + timeout_s
        while True:
            left_s = deadline_s - self._clock.monotonic_s()
            message = self._next(max(left_s, 0.0))
            if message is not None and message.command(self._dialect) in commands and _is_of(message, obu_id):
                return message
            if left_s <= 0 and not self._waiting:
                return None

    def pump(self) -> None:
        """Take what has arrived and answer heartbeats; what was not asked for is dropped. Raises LinkLostError."""
        for _ in range(PUMP_CHUNKS_MAX):
            if not self._receive(0.0):
                break
        self._waiting.clear()

    def close(self) -> None:
        """Hang up."""
        self._link.close()

    def _next(self, timeout_s: float) -> Message | None:
        if not self._waiting:
            self._receive(min(timeout_s, CHUNK_WAIT_S_MAX))
        return self._waiting.popleft() if self._waiting else None

    def _receive(self, timeout_s: float) -> bool:
        """Read one chunk; False when there was none. A frame that pauses in its middle is given up."""
        chunk = self._link.read(timeout_s=timeout_s)
        now_s = self._clock.monotonic_s()
        if chunk:
            self._last_byte_s = now_s
            self._sort(self._decoder.feed(chunk))
        elif self._decoder.pending and now_s - self._last_byte_s > CUT_AFTER_S:
            self._sort(self._decoder.idle())
        return bool(chunk)

    def _sort(self, found: Iterable[SerialFrame | TcpFrame | BadFrame]) -> None:
        for each in found:
            if isinstance(each, BadFrame):
                self.dropped += each.dropped
                if self._observer is not None:
                    self._observer.dropped(each)
            else:
                self._take(each)

    def _take(self, frame: SerialFrame | TcpFrame) -> None:
        self.heard_s = self._clock.monotonic_s()
        if isinstance(frame, SerialFrame):
            self._rsctl = frame.rsctl
        self._tell(Direction.FROM_READER, frame.body)
        try:
            message = parse(self._dialect, Direction.FROM_READER, frame.body)
        except CodecError:
            self.dropped += len(frame.body)
            return
        if is_heartbeat(message):
            self._answer_heartbeat()
            return
        if isinstance(message, SerialStatus | TcpStatus):
            self.status = message
            self._watch_for_restart(frame)
        self._waiting.append(message)

    def _watch_for_restart(self, frame: SerialFrame | TcpFrame) -> None:
        """Give up on a reader that started again: it holds no tag and knows no C0."""
        if self._initialised and isinstance(frame, SerialFrame) and frame.rsctl == POWER_UP_RSCTL:
            raise LinkLostError("the reader started again")

    def _answer_heartbeat(self) -> None:
        if self._dialect.name is DialectName.TCP:
            self.send(HeartbeatAnswer())

    def _next_number(self) -> int:
        if self._dialect.name is DialectName.SERIAL:
            return self._dialect.rsctl_mode.answer(self._rsctl)
        self._sequence = (self._sequence + 1) & 0xFF
        return self._sequence

    def _tell(self, direction: Direction, body: bytes) -> None:
        if self._observer is not None:
            self._observer.frame(direction, body)


def _is_of(message: Message, obu_id: bytes | None) -> bool:
    """Return whether a message is of this tag; one without a tag field is of every tag, one with none of no tag."""
    named: bytes | None = getattr(message, "obu_id", None)
    if not named:
        return True
    return named != NO_TAG if obu_id is None else named == obu_id
