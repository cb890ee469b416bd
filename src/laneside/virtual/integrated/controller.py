"""What each message of the host does, and what the reader sends by itself (spec/rsu-frames.md 2 and 3).

Everything that needs a chip is a job; the reader runs one job at a time. A message that fits nothing is ignored: the
host notices by its own timer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from laneside.rsu import POWER_UP_RSCTL, Message, Opaque
from laneside.rsu.codes import AntennaState, BeaconChangeMode, GantryStop, SerialStop
from laneside.rsu.dialect import InitForm
from laneside.rsu.requests import (
    Antenna,
    BeaconChange,
    BeaconMode,
    Continue,
    GantryInit,
    HeartbeatAnswer,
    LaneInit,
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
from laneside.virtual.chips.apdu import OK
from laneside.virtual.integrated.chip_jobs import Job, PsamInfo, authorise_psam, psam_challenge, start_psam
from laneside.virtual.integrated.field import FieldSearch
from laneside.virtual.integrated.line import Line
from laneside.virtual.integrated.replies import Replies, SerialReplies, TcpReplies
from laneside.virtual.integrated.request_decoding import AuthoriseMessage, InitMessage, authorisations_of, init_of
from laneside.virtual.integrated.schedule import Act, Countdown, Schedule
from laneside.virtual.integrated.session import State, TagSession
from laneside.virtual.integrated.settings import ReaderSettings

EVENT_REPORT: Final = 0xD2
BEACON_RESULT: Final = 0xBE


class Controller:
    """One reader's behaviour. ``settle`` is called when it is free again, ``hang_up`` when it gives up its host."""

    def __init__(
        self,
        settings: ReaderSettings,
        schedule: Schedule,
        line: Line,
        search: FieldSearch,
        *,
        random_bytes: Callable[[int], bytes],
        settle: Act,
        hang_up: Act,
    ) -> None:
        self._settings = settings
        self._schedule = schedule
        self._line = line
        self._search = search
        self._settle = settle
        self._hang_up = hang_up
        self._replies: Replies = SerialReplies(settings) if settings.is_serial else TcpReplies(settings)
        self.session = TagSession(
            settings,
            search,
            self._replies,
            self._send,
            random_bytes=random_bytes,
            unix_time_s=self._unix_time_s,
            terminal_number=lambda: self.psam.terminal_number,
        )
        self._heartbeat = Countdown(schedule, self._beat)
        self._host_timeout = Countdown(schedule, self._fall_back)
        self.reset()

    def reset(self) -> None:
        """Begin as after power-up."""
        self.psam = PsamInfo()
        self._psam_was_reset = False
        self._sent_power_up = False
        self._forget_host()

    def _forget_host(self) -> None:
        self._heartbeat.stop()
        self._host_timeout.stop()
        self.session.reset()
        self._unanswered = 0
        self._clock_s, self._clock_at_s = 0, 0.0

    @property
    def looking(self) -> bool:
        """Whether the reader searches and has no tag."""
        return self.session.state is State.SEARCHING and self._search.active

    # --- by itself

    def started(self) -> Job[None]:
        """Start the PSAM; the old dialect then sends B0 (RSCTL 98) as soon as a host is there."""
        self.psam = yield from start_psam()
        self.send_power_up()

    def send_power_up(self) -> None:
        """Send the B0 of the power-up once, in the old dialect."""
        if self._settings.is_serial and not self._sent_power_up and self._line.up:
            self._sent_power_up = True
            self._send(self._replies.status(self.psam, searching=False), number=POWER_UP_RSCTL)

    def host_gone(self) -> None:
        """Lose the host. A TCP reader notices and begins again with the next C0; a serial one does not notice."""
        if not self._settings.is_serial:
            self._forget_host()
            self._search.switch_antenna(on=False)

    def psam_was_reset(self) -> None:
        """Note that the PSAM gave no answer and was reset: its authorisation is gone (spec/psam-and-crypto.md 2)."""
        self._psam_was_reset = True

    def look(self) -> Job[None]:
        """Search once."""
        yield from self.session.look()
        self._wait()

    # --- the host's messages

    def react(self, message: Message) -> Job[None]:
        """Carry out one message; then the host has its time for the next one."""
        if not isinstance(message, HeartbeatAnswer):
            self._host_timeout.stop()
        if self._psam_was_reset:
            self._psam_was_reset = False
            self.psam = yield from start_psam()
        yield from self._reaction(message)
        if not self._host_timeout.running:
            self._wait()

    def _reaction(self, message: Message) -> Job[None]:
        match message:
            case SerialInit() | LaneInit() | GantryInit():
                yield from self._initialise(message)
            case Continue():
                yield from self.session.go_on(message)
            case SerialDebit() | TcpDebit() | WriteEntry():
                yield from self.session.debit(message)
            case SerialTacRequest() | TcpTacRequest():
                yield from self.session.send_tac(message)
            case SerialAmountsRequest() | TcpAmountsRequest():
                yield from self.session.amounts(message)
            case SerialPsamInit() | TcpPsamInit():
                self._send(self._replies.challenge(self.psam, (yield from psam_challenge())))
            case SerialPsamAuthorise() | TcpPsamAuthorise():
                yield from self._authorise(message)
            case _:
                self._switch(message)

    def _switch(self, message: Message) -> None:
        """Carry out a message that needs no chip."""
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
                self.session.release()
            case _:
                pass

    def _initialise(self, message: InitMessage) -> Job[None]:
        """C0: set the clock and the lane mode, start the PSAM, send B0. The old dialect searches from here on."""
        self.session.begin(init_of(self._settings.dialect, message))
        self._clock_s, self._clock_at_s = message.unix_time_s, self._schedule.now_s
        self.psam = yield from start_psam()
        self._search.switch_antenna(on=self._settings.is_serial)
        self._sent_power_up = True
        self._beat_later()
        self._send(self._replies.status(self.psam, searching=self._search.active))

    def _antenna(self, *, on: bool) -> None:
        if self.session.init is not None:
            self._search.switch_antenna(on=on)
            self.session.abandon()

    def _change_beacon(self, mode: int) -> None:
        """CE, answered by a BE of one byte: the spec gives it no layout (V)."""
        if mode == BeaconChangeMode.ONCE:
            self._search.change_beacon()
        else:
            self._search.let_beacon_change(changing=mode == BeaconChangeMode.EVERY_INTERVAL)
        self._send(Opaque(number=BEACON_RESULT, data=b"\x00"))

    def _authorise(self, message: AuthoriseMessage) -> Job[None]:
        """CF or CB: one answer per PSAM; a channel without a PSAM has no status word."""
        for channel, apdu in authorisations_of(message):
            status_word = b""
            if channel == self._settings.psam_channel:
                status_word = yield from authorise_psam(apdu)
            self.psam = replace(self.psam, authorised=self.psam.authorised or status_word == OK)
            self._send(self._replies.authorised(channel, status_word))

    # --- letting go

    def _stop(self, message: Stop) -> None:
        """C2. One that names a tag that is not here is ignored; a resend names none."""
        mine = message.obu_id in self.session.tags.obu_ids or not any(message.obu_id)
        if self._settings.is_serial:
            self._stop_serial(message, mine=mine)
        elif message.stop_type == GantryStop.RESEND:
            self._line.resend()
        elif mine:
            self._stop_tcp(message)

    def _stop_serial(self, message: Stop, *, mine: bool) -> None:
        match message.stop_type:
            case SerialStop.SEARCH_AGAIN if mine:
                self.session.abandon()
            case SerialStop.EVENT_REPORT if mine:
                self.session.release()
            case SerialStop.INTERNAL_INIT:
                self.session.abandon()
                self._search.forget()
            case _:
                pass  # 7 only confirms that the host has received

    def _stop_tcp(self, message: Stop) -> None:
        match message.stop_type:
            case GantryStop.RESTART:
                self.session.abandon()
            case GantryStop.FREEZE if self._settings.dialect.frame_set.init is InitForm.GANTRY:
                self._search.freeze(message.obu_id)
                self.session.abandon()
            case _:
                pass  # the ramp's other stops only beep and speak

    # --- timers

    def _wait(self) -> None:
        """Give the host its time for the next command."""
        if self.session.tags and self._settings.fallback_s:
            self._host_timeout.start(max(self._line.clear_at_s, self._schedule.now_s) + self._settings.fallback_s)

    def _fall_back(self) -> None:
        self.session.give_up()
        self._settle()

    def _beat_later(self) -> None:
        if self._settings.heartbeat_s:
            self._heartbeat.start(self._schedule.now_s + self._settings.heartbeat_s)

    def _beat(self) -> None:
        """Send the heartbeat; the old dialect only while the reader has no tag."""
        most = self._settings.heartbeats_unanswered_max
        if most and self._unanswered >= most:
            self._hang_up()
            return
        if not self._settings.is_serial:
            self._unanswered += 1
        if not self._settings.is_serial or not self.session.tags:
            self._send(self._replies.heartbeat(self.psam, searching=self._search.active))
        self._beat_later()

    def _unix_time_s(self) -> int:
        """Return the reader's own time, as C0 has set it."""
        return self._clock_s + int(self._schedule.now_s - self._clock_at_s)

    def _send(self, message: Message, *, number: int | None = None) -> None:
        self._line.send(message.body(self._settings.dialect), number=number)
