"""What each message of the host does, and when the reader speaks of its own accord (spec/rsu-frames.md 2 and 3).

Everything that needs a chip is a job; the core runs one job at a time. A message that fits nothing is ignored, as a
host's own timer will tell it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from laneside.rsu import (
    Antenna,
    BeaconChange,
    BeaconMode,
    Continue,
    GantryInit,
    HeartbeatAnswer,
    LaneInit,
    Message,
    Opaque,
    SendBst,
    SerialAmountsRequest,
    SerialDebit,
    SerialInit,
    SerialPsamAuthorise,
    SerialPsamInit,
    SerialTacRequest,
    Stop,
    TcpAmountsRequest,
    TcpDebit,
    TcpPsamAuthorise,
    TcpPsamInit,
    TcpTacRequest,
    WriteEntry,
)
from laneside.rsu.codes import AntennaState, GantryStop, RampStop, SerialStop
from laneside.rsu.codes import BeaconChange as BeaconOrder
from laneside.rsu.dialect import InitForm
from laneside.virtual.chips.apdu import OK
from laneside.virtual.integrated import sam
from laneside.virtual.integrated.hearing import AuthoriseMessage, InitMessage, authorisations_of, init_of
from laneside.virtual.integrated.jobs import Job
from laneside.virtual.integrated.line import POWER_UP_RSCTL, Line
from laneside.virtual.integrated.search import Search
from laneside.virtual.integrated.serial_speech import SerialSpeech
from laneside.virtual.integrated.settings import ReaderSettings
from laneside.virtual.integrated.speech import Speech
from laneside.virtual.integrated.talk import State, Talk
from laneside.virtual.integrated.tcp_speech import TcpSpeech
from laneside.virtual.integrated.timeline import Countdown, Timeline

EVENT_REPORT: Final = 0xD2
BEACON_RESULT: Final = 0xBE


class Machine:
    """One reader's behaviour. ``settle`` is called when it is free again, ``hang_up`` when it gives its host up."""

    def __init__(
        self,
        settings: ReaderSettings,
        timeline: Timeline,
        line: Line,
        search: Search,
        *,
        random_bytes: Callable[[int], bytes],
        settle: Callable[[], None],
        hang_up: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._timeline = timeline
        self._line = line
        self._search = search
        self._settle = settle
        self._hang_up = hang_up
        self._speech: Speech = SerialSpeech(settings) if settings.is_serial else TcpSpeech(settings)
        self.talk = Talk(
            settings,
            search,
            self._speech,
            self._say,
            random_bytes=random_bytes,
            unix_time_s=self._unix_time_s,
            terminal_number=lambda: self.sam.terminal_number,
        )
        self._heartbeat = Countdown(timeline, self._beat)
        self._patience = Countdown(timeline, self._fall_back)
        self.reset()

    def reset(self) -> None:
        """Begin as after power-up."""
        self.sam = sam.SamFacts()
        self._sam_reset = False
        self._told_power_up = False
        self._forget_host()

    def _forget_host(self) -> None:
        self._heartbeat.stop()
        self._patience.stop()
        self.talk.reset()
        self._unanswered = 0
        self._clock_s, self._clock_at_s = 0, 0.0

    @property
    def looking(self) -> bool:
        """Whether the reader searches and talks to nobody."""
        return self.talk.state is State.SEARCHING and self._search.active

    # --- of its own accord

    def started(self) -> Job[None]:
        """Start the PSAM; the old dialect then says B0 (RSCTL 98) as soon as somebody listens."""
        self.sam = yield from sam.start()
        self.tell_power_up()

    def tell_power_up(self) -> None:
        """Say the B0 of the power-up once, in the old dialect."""
        if self._settings.is_serial and not self._told_power_up and self._line.up:
            self._told_power_up = True
            self._say(self._speech.status(self.sam, searching=False), number=POWER_UP_RSCTL)

    def host_gone(self) -> None:
        """Lose the host. A TCP reader knows it and begins anew with the next C0; a serial one knows nothing."""
        if not self._settings.is_serial:
            self._forget_host()
            self._search.switch_antenna(on=False)

    def sam_lost(self) -> None:
        """Learn that the PSAM gave no answer and was reset: its authorisation is gone (spec/psam-and-crypto.md 2)."""
        self._sam_reset = True

    def look(self) -> Job[None]:
        """Search once."""
        yield from self.talk.look()
        self._wait()

    # --- the host's messages

    def react(self, message: Message) -> Job[None]:
        """Do what one message asks; then the host has its time for the next one."""
        if not isinstance(message, HeartbeatAnswer):
            self._patience.stop()
        if self._sam_reset:
            self._sam_reset = False
            self.sam = yield from sam.start()
        yield from self._reaction(message)
        if not self._patience.running:
            self._wait()

    def _reaction(self, message: Message) -> Job[None]:
        match message:
            case SerialInit() | LaneInit() | GantryInit():
                yield from self._initialise(message)
            case Continue():
                yield from self.talk.go_on(message)
            case SerialDebit() | TcpDebit() | WriteEntry():
                yield from self.talk.debit(message)
            case SerialTacRequest() | TcpTacRequest():
                yield from self.talk.tac_again(message)
            case SerialAmountsRequest() | TcpAmountsRequest():
                yield from self.talk.amounts(message)
            case SerialPsamInit() | TcpPsamInit():
                self._say(self._speech.challenge(self.sam, (yield from sam.challenge())))
            case SerialPsamAuthorise() | TcpPsamAuthorise():
                yield from self._authorise(message)
            case _:
                self._switch(message)

    def _switch(self, message: Message) -> None:
        """Do what needs no chip."""
        match message:
            case Antenna():
                self._antenna(on=message.state == AntennaState.ON)
            case Stop():
                self._stop(message)
            case BeaconMode():
                self._search.let_beacon_change(changing=bool(message.rsu_id_mode))
            case BeaconChange():
                self._change_beacon(message.mode)
            case HeartbeatAnswer():
                self._unanswered = 0
            case SendBst():
                self._search.press(for_s=self._settings.search_s)
            case Opaque(number=number) if number == EVENT_REPORT:
                self.talk.release(done=False)
            case _:
                pass

    def _initialise(self, message: InitMessage) -> Job[None]:
        """C0: set the clock and the lane mode, look at the PSAM, say B0. The old dialect searches from here on."""
        self.talk.begin(init_of(self._settings.dialect, message))
        self._clock_s, self._clock_at_s = message.unix_time_s, self._timeline.now_s
        self.sam = yield from sam.start()
        self._search.switch_antenna(on=self._settings.is_serial)
        self._told_power_up = True
        self._beat_later()
        self._say(self._speech.status(self.sam, searching=self._search.active))

    def _antenna(self, *, on: bool) -> None:
        if self.talk.init is not None:
            self._search.switch_antenna(on=on)
            self.talk.leave_alone()

    def _change_beacon(self, mode: int) -> None:
        """CE, answered by a BE of one byte, as the spec gives it no layout (V)."""
        if mode == BeaconOrder.ONCE:
            self._search.change_beacon()
        else:
            self._search.let_beacon_change(changing=mode == BeaconOrder.EVERY_INTERVAL)
        self._say(Opaque(number=BEACON_RESULT, data=b"\x00"))

    def _authorise(self, message: AuthoriseMessage) -> Job[None]:
        """CF or CB: one answer per PSAM; a channel without a PSAM has no status word."""
        for channel, apdu in authorisations_of(message):
            status_word = b""
            if channel == self._settings.psam_channel:
                status_word = yield from sam.authorise(apdu)
            self.sam = replace(self.sam, authorised=self.sam.authorised or status_word == OK)
            self._say(self._speech.authorised(channel, status_word))

    # --- letting go

    def _stop(self, message: Stop) -> None:
        """C2. What names another tag than one that is here is ignored; a resend names none."""
        mine = message.obu_id in self.talk.seats.obu_ids or not any(message.obu_id)
        if self._settings.is_serial:
            self._stop_serial(message, mine=mine)
        elif message.stop_type == GantryStop.RESEND:
            self._line.resend()
        elif mine:
            self._stop_tcp(message)

    def _stop_serial(self, message: Stop, *, mine: bool) -> None:
        match message.stop_type:
            case SerialStop.SEARCH_AGAIN if mine:
                self.talk.leave_alone()
            case SerialStop.EVENT_REPORT if mine:
                self.talk.release(done=False)
            case SerialStop.INTERNAL_INIT:
                self.talk.leave_alone()
                self._search.forget()
            case _:
                pass  # 7 says only that the host has received

    def _stop_tcp(self, message: Stop) -> None:
        gantry = self._settings.dialect.frame_set.init is InitForm.GANTRY
        match message.stop_type:
            case GantryStop.RESTART:
                self.talk.leave_alone()
            case GantryStop.FREEZE if gantry:
                self._search.freeze(message.obu_id)
                self.talk.leave_alone()
            case RampStop.TRIPLE_BEEP | RampStop.SPECIAL_VOICE if not gantry:
                self.talk.radio.append((f"voice {message.stop_type}", message.obu_id))
            case _:
                pass

    # --- timers

    def _wait(self) -> None:
        """Give the host its time for the next command."""
        if self.talk.seats and self._settings.fallback_s:
            self._patience.start(max(self._line.clear_at_s, self._timeline.now_s) + self._settings.fallback_s)

    def _fall_back(self) -> None:
        self.talk.give_up()
        self._settle()

    def _beat_later(self) -> None:
        if self._settings.heartbeat_s:
            self._heartbeat.start(self._timeline.now_s + self._settings.heartbeat_s)

    def _beat(self) -> None:
        """Say that the reader lives; the old dialect only while it talks of no tag."""
        most = self._settings.heartbeats_unanswered_max
        if most and self._unanswered >= most:
            self._hang_up()
            return
        if not self._settings.is_serial:
            self._unanswered += 1
        if not self._settings.is_serial or not self.talk.seats:
            self._say(self._speech.heartbeat(self.sam, searching=self._search.active))
        self._beat_later()

    def _unix_time_s(self) -> int:
        """Tell the reader's own time, as C0 set it."""
        return self._clock_s + int(self._timeline.now_s - self._clock_at_s)

    def _say(self, message: Message, *, number: int | None = None) -> None:
        self._line.send(message.body(self._settings.dialect), number=number)
