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
from laneside.virtual.integrated.chip_jobs import ChipCommand, Job
from laneside.virtual.integrated.controller import Controller
from laneside.virtual.integrated.field import FieldSearch, RadioField
from laneside.virtual.integrated.line import Line
from laneside.virtual.integrated.schedule import Act, HeldActs, Schedule, Timer
from laneside.virtual.integrated.settings import ReaderSettings
from laneside.virtual.world import World


class IntegratedReader:
    """One reader over one world's chips, used from the thread that owns the world.

    A host connects, sends bytes and disconnects; ``tick`` lets time pass. What has left for the host by then is
    returned. ``wake_s`` is when ``tick`` is due. Times are monotonic seconds.
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
        self.held = HeldActs()
        self._schedule = Schedule(now_s)
        self.field = RadioField(world, gone=self._gone)
        self.search = FieldSearch(settings, self._schedule, self.field)
        self.line = Line(
            settings, self._schedule, self.faults, self.held, deliver=self._delivered, apply_fault=self._apply_fault
        )
        self.controller = Controller(
            settings,
            self._schedule,
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
        """How often the link was cut; the server hangs up each time."""
        self.power_on()

    # --- from the outside

    @property
    def wake_s(self) -> float | None:
        """When the reader next acts by itself; None when it does not."""
        return self._schedule.next_s

    @property
    def reachable(self) -> bool:
        """Whether a host can connect: powered, and the cable plugged in."""
        return self.powered and self.plugged

    def power_on(self) -> None:
        """Start: the PSAM is reset and its authorisation gone."""
        assert not self.powered, "it has power already"
        self.powered = True
        self._psam.power_on()
        self._start(self.controller.started())
        self._settle()

    def power_off(self) -> None:
        """Take the power away; everything volatile is lost, the host too."""
        if not self.powered:
            return
        self.powered = False
        self._job = None  # not closed: the power may go while the job itself is running
        self._inbox.clear()
        self.held.drop()
        self.line.disconnect()
        self.controller.reset()
        self.search.reset()
        self._psam.power_off()

    def connect(self, now_s: float) -> bytes:
        """Connect a host; return the bytes for it."""
        self._schedule.run(now_s)
        self.line.connect()
        self.controller.send_power_up()
        return self.line.outgoing()

    def disconnect(self, now_s: float) -> None:
        """Disconnect the host."""
        self._schedule.run(now_s)
        if self.line.up:
            self.line.disconnect()
            self._inbox.clear()
            self._inbox.append(None)
            self._settle()

    def receive(self, data: bytes, now_s: float) -> bytes:
        """Receive bytes from the host; return those that have left for it by now."""
        self._schedule.run(now_s)
        self.line.receive(data)
        return self.tick(now_s)

    def tick(self, now_s: float) -> bytes:
        """Let time pass; return the bytes that have left for the host by now."""
        self._schedule.run(now_s)
        self._settle()
        return self.line.outgoing()

    def press(self, now_s: float, *, for_s: float | None = None) -> bytes:
        """Press the button of a handheld."""
        self._schedule.run(now_s)
        self.search.press(for_s=for_s)
        return self.tick(now_s)

    def release(self, now_s: float) -> bytes:
        """Release what faults hold back."""
        self._schedule.run(now_s)
        self.held.release()
        return self.tick(now_s)

    def hang_up(self, *, back_after_s: float = 0.0) -> None:
        """Cut the link: the host must connect again, ``back_after_s`` later at the earliest."""
        self.cuts += 1
        if back_after_s:
            self.plugged = False
            self._schedule.after(back_after_s, self._plug)
        self.disconnect(self._schedule.now_s)

    def unplug(self, *, back_after_s: float = 0.0) -> None:
        """Pull the reader out: no link and no power until :meth:`plug`, or until the time is over."""
        self.cuts += 1
        self.plugged = False
        self.power_off()
        if back_after_s:
            self._schedule.after(back_after_s, self._plug)

    def plug(self, now_s: float) -> None:
        """Plug the cable in, which brings the power back."""
        self._schedule.run(now_s)
        self._plug()

    def state(self) -> dict[str, Any]:
        """Return what can be seen of the reader, for the panel."""
        return {
            "state": str(self.controller.session.state),
            "powered": self.powered,
            "plugged": self.plugged,
            "host": self.line.up,
            "antenna": self.search.antenna_on,
            "beacon": f"{self.search.beacon:06X}",
            "busy": self._job is not None,
            "bad_frames": self.line.bad_frames,
            "heard": {f"{command:02X}": count for command, count in sorted(self.line.heard.items())},
            "held": [str(place) for place in self.held.kept],
            "faults": msgspec.to_builtins(self.faults.waiting),
            "cuts": self.cuts,
        }

    # --- messages and jobs

    def _plug(self) -> None:
        self.plugged = True
        if not self.powered:
            self.power_on()

    def _delivered(self, body: bytes) -> None:
        """Queue a host's message; one that this dialect can't parse is dropped, and the host's timer notices."""
        try:
            message = parse(self.settings.dialect, Direction.TO_READER, body)
        except CodecError:
            self.line.bad_frames += 1
            return
        self._inbox.append(message)
        self._settle()

    def _settle(self) -> None:
        """Begin what can begin: the host's next message (or its disconnection), else a search of the field."""
        while self._job is None and self._inbox:
            message = self._inbox.popleft()
            if message is None:
                self.controller.host_gone()
            else:
                self._start(self.controller.react(message))
        if self._job is None and self.controller.looking:
            self._look()

    def _look(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        self._looking = self._schedule.after(self.settings.search_s, self._settle)
        self._start(self.controller.look())

    def _start(self, job: Job[None]) -> None:
        assert self._job is None, "one job at a time"
        self._job = job
        self._go_on(job, None)

    def _go_on(self, job: Job[None], answer: bytes | None) -> None:
        """Run the job to its next command that takes time, or to its end."""
        while job is self._job:
            try:
                command = next(job) if answer is None else job.send(answer)
            except StopIteration:
                self._job = None if job is self._job else self._job
                return
            if job is not self._job:
                job.close()
                return
            answer = self._exchange(job, command)
            if answer is None:
                return

    def _exchange(self, job: Job[None], command: ChipCommand) -> bytes | None:
        """Carry out one command now and return its answer; None when it takes time and goes on later."""
        takes_s = self.settings.pace.chip_s(command.chip)
        fired = self.faults.take(command.chip, command.command[1:2].hex())
        if not takes_s and not fired and (answer := self._transmit(command)):
            return answer  # no answer at all means that nothing acted, so it may be sent again below
        self._schedule.after(takes_s, self._of(job, lambda: self._reach(job, command, fired)))
        return None

    def _reach(self, job: Job[None], command: ChipCommand, fired: dict[When, Fault]) -> None:
        """Let the command arrive, after the fault that is planned before it."""
        fault = fired.get(When.BEFORE)
        act = self._of(job, lambda: self._act(job, command, fired.get(When.AFTER)))
        if fault is None:
            act()
        elif fault.kind is FaultKind.HOLD:
            self.held.keep(command.chip, act)
        elif fault.kind is FaultKind.LOSE:
            self._answered(job, command, b"")
        elif fault.kind is FaultKind.REFUSE:
            self._answered(job, command, bytes.fromhex(fault.status_word))
        else:
            self._apply_fault(fault)
            act()

    def _act(self, job: Job[None], command: ChipCommand, fault: Fault | None) -> None:
        """Let the chip act, then apply the fault that is planned after it."""
        answer = self._transmit(command)
        if fault is None:
            self._answered(job, command, answer)
        elif fault.kind is FaultKind.HOLD:
            self.held.keep(command.chip, self._of(job, lambda: self._answered(job, command, answer)))
        else:
            if fault.kind in _BEYOND:
                self._apply_fault(fault)
            self._answered(job, command, _spoilt(fault, command.chip, answer))

    def _of(self, job: Job[None], act: Act) -> Act:
        """Return the act as one that happens only while its job has not been given up."""
        return lambda: act() if job is self._job else None

    def _answered(self, job: Job[None], command: ChipCommand, answer: bytes) -> None:
        """Give the job its answer; a missing one costs the time-out, and a PSAM without an answer is reset."""
        if answer:
            self._resumed(job, answer)
            return
        if command.chip is Place.PSAM:
            self._psam.power_on()
            self.controller.psam_was_reset()
        self._schedule.after(self.settings.pace.no_reply_s, lambda: self._resumed(job, answer))

    def _resumed(self, job: Job[None], answer: bytes) -> None:
        if job is self._job:
            self._go_on(job, answer)
            self._settle()

    def _transmit(self, command: ChipCommand) -> bytes:
        if command.chip is Place.PSAM:
            return self._psam.transmit(command.command)
        tag = self.controller.session.tags.current
        return b"" if tag is None else tag.transmit(command.chip, command.command)

    @property
    def _psam(self) -> Chip:
        psam = self.field.world.chip("psam")
        assert psam is not None, "the roadside has a PSAM"
        return psam

    def _apply_fault(self, fault: Fault) -> None:
        """Apply a fault that concerns more than one frame or command."""
        match fault.kind:
            case FaultKind.CUT:
                self.hang_up(back_after_s=fault.delay_s)
            case FaultKind.UNPLUG:
                self.unplug(back_after_s=fault.delay_s)
            case FaultKind.LEAVE:
                self.field.leave(self._addressed)
                if fault.delay_s:
                    self._schedule.after(fault.delay_s, self.field.come_back)
            case FaultKind.WITHDRAW_CARD:
                if self._addressed.vehicle is not None:
                    self._addressed.withdraw_card()
            case _:
                raise AssertionError(f"{fault.kind} concerns one frame or command")

    @property
    def _addressed(self) -> World:
        """The world of the tag that the reader talks to, its own lane without one."""
        tag = self.controller.session.tags.current
        return self.field.world if tag is None else tag.world

    def _gone(self, world: World, channel: str) -> None:
        self.controller.session.tags.lose(world, channel)


_BEYOND: Final = frozenset({FaultKind.CUT, FaultKind.UNPLUG, FaultKind.LEAVE, FaultKind.WITHDRAW_CARD})


def _spoilt(fault: Fault, chip: Place, answer: bytes) -> bytes:
    """Return what a fault leaves of a chip's answer."""
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
