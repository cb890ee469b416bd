"""The virtual integrated reader: bytes and time in, bytes out. No thread, no socket and no clock inside."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Final

import msgspec

from laneside.errors import CodecError
from laneside.rsu import Direction, Message, parse
from laneside.virtual.chips.apdu import OK
from laneside.virtual.chips.chip import Chip
from laneside.virtual.faults import Fault, FaultKind, FaultPlan, Place, When
from laneside.virtual.integrated.field import Field
from laneside.virtual.integrated.holds import Holds
from laneside.virtual.integrated.jobs import Ask, Job
from laneside.virtual.integrated.line import Line
from laneside.virtual.integrated.machine import Machine
from laneside.virtual.integrated.search import Search
from laneside.virtual.integrated.settings import ReaderSettings
from laneside.virtual.integrated.timeline import Timeline, Timer
from laneside.virtual.world import World


class IntegratedReader:
    """One reader over one world's chips. Whoever owns the world calls this, from the same thread.

    ``connect`` and ``disconnect`` are the host's coming and going, ``receive`` its bytes, ``tick`` the time. The last
    two return what has left for the host by then. ``wake_s`` says when ``tick`` is due. Times are monotonic seconds.
    """

    def __init__(
        self,
        world: World,
        *,
        settings: ReaderSettings,
        random_bytes: Callable[[int], bytes],
        now_s: float = 0.0,
    ) -> None:
        self.settings = settings
        self.faults = FaultPlan()
        self.holds = Holds()
        self._timeline = Timeline()
        self._timeline.now_s = now_s
        self.field = Field(world, gone=self._gone)
        self.search = Search(settings, self._timeline, self.field)
        self.line = Line(
            settings, self._timeline, self.faults, self.holds, deliver=self._delivered, strike=self._strike
        )
        self.machine = Machine(
            settings,
            self._timeline,
            self.line,
            self.search,
            random_bytes=random_bytes,
            settle=self._settle,
            hang_up=self.hang_up,
        )
        self._inbox: deque[Message | None] = deque()
        self._job: Job[None] | None = None
        self._looking: Timer | None = None
        self.powered = False
        self.plugged = True
        self.cuts = 0
        """How often the link was cut; whoever serves this hangs up each time."""
        self.power_on()

    # --- the outside

    @property
    def wake_s(self) -> float | None:
        """When the next thing happens by itself; None when nothing does."""
        return self._timeline.next_s

    @property
    def reachable(self) -> bool:
        """Whether a host can connect: powered, and the cable in its place."""
        return self.powered and self.plugged

    def power_on(self) -> None:
        """Start: the PSAM is reset and its authorisation gone."""
        assert not self.powered, "power comes once"
        self.powered = True
        self._psam.power_on()
        self._start(self.machine.started())
        self._settle()

    def power_off(self) -> None:
        """Take the power away: everything volatile is gone, the host too."""
        if not self.powered:
            return
        self.powered = False
        self._job = None  # not closed: the power may go while it speaks
        self._inbox.clear()
        self.holds.drop()
        self.line.disconnect()
        self.machine.reset()
        self.search.reset()
        self._psam.power_off()

    def connect(self, now_s: float) -> bytes:
        """Let a host come; the bytes for it are returned."""
        self._timeline.run(now_s)
        self.line.connect()
        self.machine.tell_power_up()
        return self._flushed()

    def disconnect(self, now_s: float) -> None:
        """Let the host go."""
        self._timeline.run(now_s)
        if self.line.up:
            self.line.disconnect()
            self._inbox.clear()
            self._inbox.append(None)
            self._settle()

    def receive(self, data: bytes, now_s: float) -> bytes:
        """Take bytes from the host; return those that have left for it by now."""
        self._timeline.run(now_s)
        self.line.receive(data)
        return self.tick(now_s)

    def tick(self, now_s: float) -> bytes:
        """Let time pass; return the bytes that have left for the host by now."""
        self._timeline.run(now_s)
        self._settle()
        return self._flushed()

    def press(self, now_s: float, *, for_s: float | None = None) -> bytes:
        """Press the button of a handheld."""
        self._timeline.run(now_s)
        self.search.press(for_s=for_s)
        return self.tick(now_s)

    def release(self, now_s: float) -> bytes:
        """Let go what faults keep back."""
        self._timeline.run(now_s)
        self.holds.release()
        return self.tick(now_s)

    def hang_up(self, *, back_after_s: float = 0.0) -> None:
        """Cut the link: the host must connect again, with ``back_after_s`` not before."""
        self.cuts += 1
        if back_after_s:
            self.plugged = False
            self._timeline.after(back_after_s, self._plug)
        self.disconnect(self._timeline.now_s)

    def unplug(self, *, back_after_s: float = 0.0) -> None:
        """Pull the reader: no link and no power until :meth:`plug`, or until the time is over."""
        self.cuts += 1
        self.plugged = False
        self.power_off()
        if back_after_s:
            self._timeline.after(back_after_s, self._plug)

    def plug(self, now_s: float) -> None:
        """Put the cable back, and the power with it."""
        self._timeline.run(now_s)
        self._plug()

    def state(self) -> dict[str, Any]:
        """Write what can be seen of the reader, for the panel."""
        return {
            "state": str(self.machine.talk.state),
            "powered": self.powered,
            "plugged": self.plugged,
            "host": self.line.up,
            "antenna": self.search.antenna_on,
            "beacon": f"{self.search.beacon:06X}",
            "busy": self._job is not None,
            "bad_frames": self.line.bad_frames,
            "heard": {f"{command:02X}": count for command, count in sorted(self.line.heard.items())},
            "held": [str(place) for place in self.holds.kept],
            "faults": msgspec.to_builtins(self.faults.waiting),
            "cuts": self.cuts,
        }

    # --- work

    def _plug(self) -> None:
        self.plugged = True
        if not self.powered:
            self.power_on()

    def _delivered(self, body: bytes) -> None:
        """Take a host's frame; what this dialect can't read is dropped, and the host's timer tells it."""
        try:
            message = parse(self.settings.dialect, Direction.TO_READER, body)
        except CodecError:
            self.line.bad_frames += 1
            return
        self._inbox.append(message)
        self._settle()

    def _settle(self) -> None:
        """Begin whatever can begin: the host's next message (or its going), else a look into the field."""
        while self._job is None and self._inbox:
            message = self._inbox.popleft()
            if message is None:
                self.machine.host_gone()
            else:
                self._start(self.machine.react(message))
        if self._job is None and self.machine.looking:
            self._look()

    def _look(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        self._looking = self._timeline.after(self.settings.search_s, self._settle)
        self._start(self.machine.look())

    def _start(self, job: Job[None]) -> None:
        assert self._job is None, "one job at a time"
        self._job = job
        self._go_on(job, None)

    def _go_on(self, job: Job[None], answer: bytes | None) -> None:
        """Let the job run to its next command, or through all of them where nothing takes time."""
        while job is self._job:
            try:
                ask = next(job) if answer is None else job.send(answer)
            except StopIteration:
                self._job = None if job is self._job else self._job
                return
            if job is not self._job:
                job.close()
                return
            answer = self._exchange(job, ask)
            if answer is None:
                return

    def _exchange(self, job: Job[None], ask: Ask) -> bytes | None:
        """Carry out one command now and return its answer; None when it takes time and goes on later."""
        takes_s = self.settings.pace.chip_s(ask.chip)
        fired = self.faults.take(ask.chip, ask.command[1:2].hex())
        if not takes_s and not fired and (answer := self._transmit(ask)):
            return answer  # no answer at all means that nothing acted, so it may be asked again below
        self._timeline.after(takes_s, self._of(job, lambda: self._reach(job, ask, fired)))
        return None

    def _reach(self, job: Job[None], ask: Ask, fired: dict[When, Fault]) -> None:
        """Let the command arrive, behind the fault before it."""
        fault = fired.get(When.BEFORE)
        act = self._of(job, lambda: self._act(job, ask, fired.get(When.AFTER)))
        if fault is None:
            act()
        elif fault.kind is FaultKind.HOLD:
            self.holds.keep(ask.chip, act)
        elif fault.kind is FaultKind.LOSE:
            self._answered(job, ask, b"")
        elif fault.kind is FaultKind.REFUSE:
            self._answered(job, ask, bytes.fromhex(fault.status_word))
        else:
            self._strike(fault)
            act()

    def _act(self, job: Job[None], ask: Ask, fault: Fault | None) -> None:
        """Let the chip act, and the fault behind it strike."""
        answer = self._transmit(ask)
        if fault is None:
            self._answered(job, ask, answer)
        elif fault.kind is FaultKind.HOLD:
            self.holds.keep(ask.chip, self._of(job, lambda: self._answered(job, ask, answer)))
        else:
            if fault.kind in _BEYOND:
                self._strike(fault)
            self._answered(job, ask, _spoilt(fault, ask.chip, answer))

    def _of(self, job: Job[None], act: Callable[[], None]) -> Callable[[], None]:
        """Let an act happen only while its job is not given up."""
        return lambda: act() if job is self._job else None

    def _answered(self, job: Job[None], ask: Ask, answer: bytes) -> None:
        """Give the job its answer; one that does not come is waited for, and a silent PSAM is reset."""
        if answer:
            self._resumed(job, answer)
            return
        if ask.chip is Place.PSAM:
            self._psam.power_on()
            self.machine.sam_lost()
        self._timeline.after(self.settings.pace.no_reply_s, lambda: self._resumed(job, answer))

    def _resumed(self, job: Job[None], answer: bytes) -> None:
        if job is self._job:
            self._go_on(job, answer)
            self._settle()

    def _transmit(self, ask: Ask) -> bytes:
        if ask.chip is Place.PSAM:
            return self._psam.transmit(ask.command)
        seat = self.machine.talk.seats.current
        return b"" if seat is None else seat.transmit(ask.chip, ask.command)

    @property
    def _psam(self) -> Chip:
        psam = self.field.world.chip("psam")
        assert psam is not None, "the roadside has a PSAM"
        return psam

    def _strike(self, fault: Fault) -> None:
        """Let a fault strike that reaches beyond one frame or command."""
        match fault.kind:
            case FaultKind.CUT:
                self.hang_up(back_after_s=fault.delay_s)
            case FaultKind.UNPLUG:
                self.unplug(back_after_s=fault.delay_s)
            case FaultKind.LEAVE:
                self.field.leave(self._spoken_to)
                if fault.delay_s:
                    self._timeline.after(fault.delay_s, self.field.come_back)
            case FaultKind.WITHDRAW_CARD:
                if self._spoken_to.vehicle is not None:
                    self._spoken_to.withdraw_card()
            case _:
                raise AssertionError(f"{fault.kind} strikes where it was planned")

    @property
    def _spoken_to(self) -> World:
        """The lane of the tag that the reader talks to, its own where there is none."""
        seat = self.machine.talk.seats.current
        return self.field.world if seat is None else seat.world

    def _gone(self, world: World, channel: str) -> None:
        self.machine.talk.seats.lose(world, channel)

    def _flushed(self) -> bytes:
        return self.line.outgoing()


_BEYOND: Final = frozenset({FaultKind.CUT, FaultKind.UNPLUG, FaultKind.LEAVE, FaultKind.WITHDRAW_CARD})


def _spoilt(fault: Fault, chip: Place, answer: bytes) -> bytes:
    """Return what is left of a chip's answer behind a fault."""
    match fault.kind:
        case FaultKind.GARBLE if len(answer) > len(OK):
            return answer[:-3] + bytes((answer[-3] ^ 0x01,)) + answer[-2:]
        case FaultKind.REFUSE:
            return bytes.fromhex(fault.status_word)
        case FaultKind.LEAVE if chip is not Place.PSAM:
            return b""
        case FaultKind.WITHDRAW_CARD if chip is Place.CARD:
            return b""
        case FaultKind.LOSE:
            return b""
        case _:
            return answer
