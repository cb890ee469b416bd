"""The line to the host: frames in and out, its pace, and what goes wrong with a frame."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from typing import Final

from laneside.rsu import READER_RSCTL, BadFrame, SerialFrame, TcpFrame
from laneside.virtual.faults import Fault, FaultKind, FaultPlan, Place, When
from laneside.virtual.integrated.schedule import Act, HeldActs, Schedule
from laneside.virtual.integrated.settings import ReaderSettings

FOREIGN_OBU: Final = bytes.fromhex("3AFFFF01")
"""The OBUID that a foreign reply carries."""
TRACE_MAX: Final = 2_000
TAC_RSCTL: Final = 0x68
"""RSCTL of the answer to C8, whether it is a B5 or a B8."""

ApplyFault = Callable[[Fault], None]


class Line:
    """Both directions of one link: ``deliver`` takes a host's body, ``apply_fault`` a fault of more than a frame."""

    def __init__(
        self,
        settings: ReaderSettings,
        schedule: Schedule,
        faults: FaultPlan,
        held: HeldActs,
        *,
        deliver: Callable[[bytes], None],
        apply_fault: ApplyFault,
    ) -> None:
        self._settings = settings
        self._schedule = schedule
        self._faults = faults
        self._held = held
        self._deliver = deliver
        self._apply_fault = apply_fault
        self._outgoing: list[bytes] = []
        self._last = b""
        self.bad_frames = 0
        self.heard: Counter[int] = Counter()
        """How many whole frames of each command came, over all links: a second C6 would show here."""
        self.trace: deque[tuple[float, Place, bytes]] = deque(maxlen=TRACE_MAX)
        self.disconnect()

    def connect(self) -> None:
        """Begin with a host, without anything of an earlier one."""
        self.disconnect()
        self._outgoing.clear()
        self.up = True

    def disconnect(self) -> None:
        """Lose the host, and what is on the line in either direction; what ``outgoing`` holds was sent."""
        self.up = False
        self._decoder = self._settings.dialect.decoder()
        self._in_free_s = self._out_free_s = 0.0
        self._link = object()  # a new one for each link: what belongs to an earlier one is dropped
        self._sequence = 0

    def receive(self, data: bytes) -> None:
        """Take bytes from the host; they arrive when the line's pace allows."""
        link = self._link
        self._in_free_s = max(self._in_free_s, self._schedule.now_s) + self._settings.pace.wire_s(len(data))
        self._schedule.at(self._in_free_s, lambda: self._arrived(link, data))

    @property
    def clear_at_s(self) -> float:
        """When the last byte to the host has left."""
        return self._out_free_s

    def send(self, body: bytes, *, number: int | None = None) -> None:
        """Send a body in a frame; ``number`` is an RSCTL other than the frame's usual one."""
        frame = bytes(self._settings.dialect.frame(self._number_of(body) if number is None else number, body))
        self._last = frame
        fired = self._faults.take(Place.FROM_READER, body[:1].hex())
        self._pass(fired, self._guarded(lambda: self._put(frame)), frame=frame)

    def resend(self) -> None:
        """Send the last frame again, byte for byte."""
        if self._last:
            self._put(self._last)

    def outgoing(self) -> bytes:
        """Return what has left since the last call."""
        data = b"".join(self._outgoing)
        self._outgoing.clear()
        return data

    # --- from the host

    def _arrived(self, link: object, data: bytes) -> None:
        if link is not self._link:
            return
        for found in self._decoder.feed(data):
            if isinstance(found, BadFrame):
                self.bad_frames += 1
            elif link is self._link:
                self._take(found)

    def _take(self, frame: SerialFrame | TcpFrame) -> None:
        """Apply the faults at a host's frame, and deliver what is left of it."""
        self.trace.append((self._schedule.now_s, Place.TO_READER, bytes(frame)))
        self.heard[frame.body[0]] += 1
        fired = self._faults.take(Place.TO_READER, frame.body[:1].hex())
        deliver = self._guarded(lambda: self._deliver(frame.body))
        self._pass(fired, deliver, frame=None)

    # --- to the host

    def _put(self, frame: bytes) -> None:
        """Let bytes go out at the line's pace."""
        link = self._link
        self._out_free_s = max(self._out_free_s, self._schedule.now_s) + self._settings.pace.wire_s(len(frame))
        if self._out_free_s > self._schedule.now_s:
            self._schedule.at(self._out_free_s, lambda: self._left(link, frame))
        else:
            self._left(link, frame)

    def _left(self, link: object, frame: bytes) -> None:
        if self.up and link is self._link:
            self.trace.append((self._schedule.now_s, Place.FROM_READER, frame))
            self._outgoing.append(frame)

    def _number_of(self, body: bytes) -> int:
        if self._settings.is_serial:
            return READER_RSCTL.get(body[0], READER_RSCTL[0xB0])
        self._sequence = self._sequence % 0xFF + 1
        return self._sequence

    # --- faults

    def _guarded(self, act: Act) -> Act:
        """Return the act as one that happens only on the link on which it began."""
        link = self._link

        def guarded() -> None:
            if link is self._link:
                act()

        return guarded

    def _pass(self, fired: dict[When, Fault], act: Act, *, frame: bytes | None) -> None:
        """Let a frame pass, or what the faults leave of it. ``frame`` is the reader's frame, None for a host's."""
        before, after = fired.get(When.BEFORE), fired.get(When.AFTER)
        wanted = next((fault for fault in (before, after) if fault and fault.kind in _OF_FRAMES), None)
        if before is not None and before is not wanted:
            self._apply_fault(before)
        if wanted is None:
            act()
        else:
            self._spoil(wanted, act, frame)
        if after is not None and after is not wanted:
            self._apply_fault(after)

    def _spoil(self, fault: Fault, act: Act, frame: bytes | None) -> None:
        match fault.kind:
            case FaultKind.DELAY:
                self._schedule.after(fault.delay_s, act)
            case FaultKind.HOLD:
                self._held.keep(fault.place, act)
            case FaultKind.DOUBLE:
                act()
                act()
            case FaultKind.GARBLE | FaultKind.HALF | FaultKind.FOREIGN if frame is not None:
                self._put(self._changed(fault.kind, frame))
            case FaultKind.GARBLE | FaultKind.HALF:
                self.bad_frames += 1
            case _:
                pass  # lost

    def _changed(self, kind: FaultKind, frame: bytes) -> bytes:
        if kind is FaultKind.HALF:
            return frame[: len(frame) // 2]
        if kind is FaultKind.GARBLE:
            middle = len(frame) // 2
            return frame[:middle] + bytes((frame[middle] ^ 0x11,)) + frame[middle + 1 :]
        (whole,) = self._settings.dialect.decoder().feed(frame)
        assert not isinstance(whole, BadFrame), "our own frame"
        body = whole.body[:1] + FOREIGN_OBU + whole.body[5:]
        number = whole.rsctl if isinstance(whole, SerialFrame) else whole.sequence
        return bytes(self._settings.dialect.frame(number, body))


_OF_FRAMES: Final = frozenset({
    FaultKind.LOSE,
    FaultKind.GARBLE,
    FaultKind.HALF,
    FaultKind.DELAY,
    FaultKind.DOUBLE,
    FaultKind.FOREIGN,
    FaultKind.HOLD,
})  # fmt: skip
