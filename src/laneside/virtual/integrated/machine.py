"""The reader's states: what each message of the host does, and when the reader speaks of its own accord.

spec/rsu-frames.md 2.5, 2.6, 3.5 and 5. Everything that needs a chip is a job; the core runs one job at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
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
from laneside.rsu.codes import AntennaState, GantryStop, LaneMode, RampStop, SerialStop
from laneside.rsu.codes import BeaconChange as BeaconOrder
from laneside.rsu.dialect import InitForm
from laneside.virtual.integrated import sam
from laneside.virtual.integrated.field import Seat
from laneside.virtual.integrated.hearing import (
    AmountsMessage,
    DebitMessage,
    Init,
    InitMessage,
    Piece,
    TacMessage,
    amounts_of,
    init_of,
    order_of,
    tac_of,
)
from laneside.virtual.integrated.jobs import Job, NoReplyError, RefusedError
from laneside.virtual.integrated.line import POWER_UP_RSCTL, TAC_RSCTL, Line
from laneside.virtual.integrated.reading import (
    CardRead,
    Ef04Read,
    Trouble,
    VehicleRead,
    read_card,
    read_ef04,
    read_issue,
    read_system,
    read_vehicle,
    select_card,
    trouble_of,
    write_ef04,
)
from laneside.virtual.integrated.search import Search
from laneside.virtual.integrated.serial_speech import SerialSpeech
from laneside.virtual.integrated.settings import B3Form, ReaderSettings, Several
from laneside.virtual.integrated.speech import AmountsDone, PairRead, Speech, TagSeen
from laneside.virtual.integrated.tcp_speech import TcpSpeech
from laneside.virtual.integrated.timeline import Timeline, Timer
from laneside.virtual.integrated.trading import Debit, Done, Proof, Written, prove, trade
from laneside.virtual.world import World

_CHALLENGE_LENGTH: Final = 8
_PSAM_APDU: Final = bytes.fromhex("0082004108")
_RADIO_MAX: Final = 1_000


class State(StrEnum):
    """Where the conversation about a tag stands."""

    OFF = "off"
    """No C0 yet."""
    SEARCHING = "searching"
    FOUND = "found"
    VEHICLE_TOLD = "vehicle-told"
    CARD_TOLD = "card-told"
    TRADED = "traded"
    """B5 without an error; the tag is held until C1, C9 or C2, where the lane has a step after B5."""
    HELD = "held"
    """B5 with an error: C8, C6 again or C2 may follow."""


class Machine:
    """One reader's conversation. ``send`` of the line and ``seat`` of the field are its hands."""

    def __init__(
        self,
        settings: ReaderSettings,
        timeline: Timeline,
        line: Line,
        search: Search,
        *,
        random_bytes: Callable[[int], bytes],
        hang_up: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._timeline = timeline
        self._line = line
        self._search = search
        self._random_bytes = random_bytes
        self._hang_up = hang_up
        self._speech: Speech = SerialSpeech(settings) if settings.is_serial else TcpSpeech(settings)
        self.radio: deque[tuple[str, bytes]] = deque(maxlen=_RADIO_MAX)
        self.sam = sam.SamFacts()
        self._heartbeat: Timer | None = None
        self._patience: Timer | None = None
        self.seat: Seat | None = None
        self._seats: dict[bytes, Seat] = {}
        self._seen: dict[bytes, TagSeen] = {}
        self.reset()

    def reset(self) -> None:
        """Begin as after power-up."""
        self._stop_timers()
        self._drop_seats()
        self.state = State.OFF
        self._init: Init | None = None
        self._init_at_s = 0.0
        self._unanswered = 0
        self._read = PairRead(vehicle=VehicleRead(), card=CardRead(), ef04=Ef04Read(), ef04_offset=0, ef04_length=0)
        self._done = Done()
        self._last_obu = b""
        self._told_power_up = False

    @property
    def looking(self) -> bool:
        """Whether the reader searches and talks to nobody."""
        return self.state is State.SEARCHING and self._search.active

    # --- of its own accord

    def started(self) -> Job[None]:
        """Start the PSAM; the old dialect then says B0 (RSCTL 98) as soon as somebody listens."""
        self.sam = yield from sam.start()
        self.tell_power_up()

    def tell_power_up(self) -> None:
        """Say the B0 of the power-up once, in the old dialect."""
        if self._settings.is_serial and not self._told_power_up and self._line.up and self.sam.readable:
            self._told_power_up = True
            self._say(self._speech.status(self.sam, searching=False), number=POWER_UP_RSCTL)

    def host_gone(self) -> None:
        """Lose the host. A TCP reader knows it and begins anew with the next C0; a serial one knows nothing."""
        if not self._settings.is_serial:
            told = self._told_power_up
            self.reset()
            self._search.switch_antenna(on=False)
            self._told_power_up = told

    def gone(self, world: World, channel: str) -> None:
        """Learn that a card was pulled or a tag left."""
        for seat in self._seats.values():
            if seat.world is world:
                seat.lose(channel)

    def look(self) -> Job[None]:
        """Search once: each tag that answers is told, or one of them."""
        answering = self._search.answering()
        if self._settings.several is Several.IN_TURN:
            answering = answering[:1]
        for world in answering:
            yield from self._meet(Seat(world))
        if self._seats:
            self.state = State.FOUND
            self._wait()

    def _meet(self, seat: Seat) -> Job[None]:
        """Take the VST of one tag and say B2; a tag that falls silent was not there."""
        self.seat = seat
        self._seats[seat.presence.mac_id] = seat
        try:
            system = yield from read_system()
            card_id = (yield from self._pre_read(seat)) if self._settings.is_serial else bytes(10)
        except (NoReplyError, RefusedError):
            del self._seats[seat.presence.mac_id]
            seat.lose("tag")
            return
        seen = TagSeen(presence=seat.presence, system=system, card_id=card_id)
        self._seen[seen.obu_id] = seen
        self._say(self._speech.tag(seen))

    def _pre_read(self, seat: Seat) -> Job[bytes]:
        """Read the card number that the old dialect's B2 carries; zeros without a card."""
        if not seat.world.card_inserted:
            return bytes(10)
        yield from select_card()
        return (yield from read_issue())[10:20]

    # --- the host's messages

    def react(self, message: Message) -> Job[None]:
        """Do what one message asks; one that fits nothing is ignored, as a host's timer will tell it."""
        if not isinstance(message, HeartbeatAnswer):
            self._stop_waiting()
        yield from self._reaction(message)
        if self._seats and self._patience is None:
            self._wait()

    def _reaction(self, message: Message) -> Job[None]:
        match message:
            case SerialInit() | LaneInit() | GantryInit():
                yield from self._initialise(message)
            case Continue():
                yield from self._go_on(message)
            case SerialDebit() | TcpDebit() | WriteEntry():
                yield from self._debit(message)
            case SerialTacRequest() | TcpTacRequest():
                yield from self._tac_again(message)
            case SerialAmountsRequest() | TcpAmountsRequest():
                yield from self._amounts(message)
            case SerialPsamInit() | TcpPsamInit():
                yield from self._challenge()
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
                self._search.press()
            case Opaque(number=0xD2):
                self._release(done=True)
            case _:
                pass

    def _initialise(self, message: InitMessage) -> Job[None]:
        """C0: set the clock and the lane mode, look at the PSAM, say B0. The old dialect searches from here on."""
        self._drop_seats()
        self._init = init_of(self._settings.dialect, message)
        self._init_at_s = self._timeline.now_s
        self.sam = yield from sam.start()
        self.state = State.SEARCHING
        self._search.switch_antenna(on=self._settings.is_serial)
        self._told_power_up = True
        self._say(self._speech.status(self.sam, searching=self._search.active))
        self._beat_later()

    def _antenna(self, *, on: bool) -> None:
        if self._init is None:
            return
        self._search.switch_antenna(on=on)
        self._drop_seats()
        self.state = State.SEARCHING

    def _change_beacon(self, mode: int) -> None:
        """CE, answered by a BE of one byte (the spec gives it no layout) (V)."""
        if mode == BeaconOrder.ONCE:
            self._search.change_beacon()
        else:
            self._search.let_beacon_change(changing=mode == BeaconOrder.EVERY_INTERVAL)
        self._say(Opaque(number=0xBE, data=b"\x00"))

    # --- reading

    def _go_on(self, message: Continue) -> Job[None]:
        """C1: the next step with this tag."""
        seen = self._hold(message.obu_id)
        if seen is None or self._init is None:
            return
        factor = message.factor or seen.region
        match self.state:
            case State.FOUND if self._settings.is_serial:
                yield from self._tell_vehicle(seen, factor)
            case State.FOUND:
                yield from self._tell_all(seen, factor)
            case State.VEHICLE_TOLD:
                yield from self._tell_card(seen)
            case State.TRADED | State.HELD:
                self._release(done=self.state is State.TRADED)
            case _:
                pass

    def _tell_vehicle(self, seen: TagSeen, factor: bytes) -> Job[None]:
        vehicle = yield from self._vehicle(seen, factor)
        self._read = replace(self._read, vehicle=vehicle)
        self.state = State.VEHICLE_TOLD
        self._say(self._speech.vehicle(seen, vehicle, None))

    def _tell_all(self, seen: TagSeen, factor: bytes) -> Job[None]:
        """Say B4 of the new dialect, in some makes B3 before it."""
        vehicle = yield from self._vehicle(seen, factor)
        self._read = replace(self._read, vehicle=vehicle)
        ef04 = None
        if self._settings.b3_form is B3Form.WITH_EF04:
            ef04 = yield from self._ef04()
        if self._settings.b3_form is not B3Form.NONE:
            self._say(self._speech.vehicle(seen, vehicle, ef04))
        yield from self._tell_card(seen)

    def _vehicle(self, seen: TagSeen, factor: bytes) -> Job[VehicleRead]:
        vehicle = yield from read_vehicle(seen.system, factor, self._random_bytes(_CHALLENGE_LENGTH))
        return vehicle

    def _tell_card(self, seen: TagSeen) -> Job[None]:
        assert self.seat is not None
        assert self._init is not None
        ef04 = yield from self._ef04()
        card = CardRead(trouble=Trouble.ABSENT)
        if self.seat.world.card_inserted:
            card = yield from read_card()
        self._read = PairRead(
            vehicle=self._read.vehicle,
            card=card,
            ef04=ef04,
            ef04_offset=self._init.ef04_offset if self._init.ef04_wanted else 0,
            ef04_length=self._init.ef04_length if self._init.ef04_wanted else 0,
        )
        self.state = State.CARD_TOLD
        self._say(self._speech.card(seen, self._read))

    def _ef04(self) -> Job[Ef04Read]:
        assert self._init is not None
        if not self._init.ef04_wanted or not self._init.ef04_length:
            return Ef04Read()
        return (yield from read_ef04(self._init.ef04_offset, self._init.ef04_length))

    # --- trading

    def _debit(self, message: DebitMessage) -> Job[None]:
        """C6, and C3 at an entry."""
        seen = self._hold(message.obu_id)
        if seen is None or self._init is None or self.state not in {State.CARD_TOLD, State.HELD}:
            return
        if isinstance(message, WriteEntry) and self._init.lane_mode != LaneMode.ENTRY:
            return
        order = order_of(self._settings.dialect, self._init, message, seen.region)
        if order is None:
            return
        self._done = yield from trade(order, terminal_number=self.sam.terminal_number, issue=self._read.card.issue)
        succeeded = self._done.debit in {Debit.DONE, Debit.NOT_ASKED} and not self._done.written.failed
        self.state = State.TRADED if succeeded else State.HELD
        self._say(self._speech.result(seen.obu_id, self._done, unix_time_s=self._unix_time_s()))
        if succeeded:
            self._search.remember(seen.obu_id)
            if self._init.lane_mode != LaneMode.EXIT:
                self._release(done=True)

    def _tac_again(self, message: TacMessage) -> Job[None]:
        """C8, while the tag is held or just released; a foreign OBUID is ignored."""
        if message.obu_id != self._last_obu:
            return
        asked, proof, written = tac_of(message), Proof(answered=False), Written.NOT_ASKED
        if self.state in {State.HELD, State.TRADED, State.CARD_TOLD}:
            proof = yield from prove(self._done.counter if asked.counter is None else asked.counter)
            if proof.found and asked.write:
                written = yield from _rewrite(asked.write)
        done = replace(self._done, tac=proof.tac)
        told = self._speech.tac(message.obu_id, proof, done, written, unix_time_s=self._unix_time_s())
        self._say(told, number=TAC_RSCTL if self._settings.is_serial else None)
        if proof.found:
            self._search.remember(message.obu_id)

    def _amounts(self, message: AmountsMessage) -> Job[None]:
        """C9 after a success, where the lane has this step; then the tag is released."""
        if message.obu_id != self._last_obu:
            return
        asked, done = amounts_of(message), AmountsDone(read=Trouble.NO_REPLY)
        if self.state is State.TRADED:
            done = AmountsDone()
            if asked.read_length:
                read = yield from read_ef04(asked.read_offset, asked.read_length)
                done = AmountsDone(listed=read.data, read=read.trouble)
            if done.read is None:
                done = replace(done, write=(yield from _written_trouble(asked.write)))
        self._say(self._speech.amounts(message.obu_id, done))
        if self.state is State.TRADED:
            self._release(done=True)

    # --- the PSAM's authorisation

    def _challenge(self) -> Job[None]:
        random = yield from sam.challenge()
        self._say(self._speech.challenge(self.sam, random))

    def _authorise(self, message: SerialPsamAuthorise | TcpPsamAuthorise) -> Job[None]:
        if isinstance(message, SerialPsamAuthorise):
            steps = [(message.channel, _PSAM_APDU + message.cryptogram)]
        else:
            steps = [(each.channel, each.apdu) for each in message.psams]
        for channel, apdu in steps:
            status_word = b""
            if channel == self._settings.psam_channel:
                status_word = yield from sam.authorise(apdu)
            granted = status_word == b"\x90\x00"
            self.sam = replace(self.sam, authorised=self.sam.authorised or granted)
            self._say(self._speech.authorised(channel, status_word))

    # --- letting go

    def _stop(self, message: Stop) -> None:
        """C2. A type 1 for a tag that is held by nobody is harmless; other types want their tag."""
        mine = message.obu_id in self._seats or not any(message.obu_id)
        if self._settings.is_serial:
            self._stop_serial(message.stop_type, mine=mine)
        elif message.stop_type == GantryStop.RESEND:
            self._line.resend()
        elif message.stop_type == GantryStop.RESTART and mine:
            self._release(done=False, report=False)
        elif self._settings.dialect.frame_set.init is InitForm.GANTRY:
            if message.stop_type == GantryStop.FREEZE and mine:
                self._search.freeze(message.obu_id)
                self._release(done=False, report=False)
        elif message.stop_type in {RampStop.TRIPLE_BEEP, RampStop.SPECIAL_VOICE}:
            self.radio.append((f"C2 {message.stop_type}", message.obu_id))

    def _stop_serial(self, stop_type: int, *, mine: bool) -> None:
        match stop_type:
            case SerialStop.SEARCH_AGAIN if mine:
                self._release(done=False, report=False)
            case SerialStop.EVENT_REPORT if mine:
                self._release(done=False)
            case SerialStop.INTERNAL_INIT:
                self._release(done=False, report=False)
                self._search.forget()
            case _:
                pass  # 7 says only that the host has received

    def _release(self, *, done: bool, report: bool = True) -> None:
        """Let the tag go and search again: SetMMI after a success, EventReport unless the tag is just left alone."""
        for obu_id in self._seats:
            if done:
                self.radio.append(("SetMMI", obu_id))
            if report:
                self.radio.append(("EventReport", obu_id))
                self._search.let_go(obu_id)
        self._drop_seats()
        if self._init is not None:
            self.state = State.SEARCHING

    def _drop_seats(self) -> None:
        self._stop_waiting()
        for seat in self._seats.values():
            seat.lose("tag")
        self._seats.clear()
        self._seen.clear()
        self.seat = None

    def _hold(self, obu_id: bytes) -> TagSeen | None:
        """Take the tag that the host speaks of; others of the same search are let go. None for one that is not here."""
        seen = self._seen.get(obu_id)
        if seen is None:
            return None
        for other in tuple(self._seats):
            if other != obu_id:
                self._seats.pop(other).lose("tag")
                del self._seen[other]
        self.seat = self._seats[obu_id]
        self._last_obu = obu_id
        return seen

    # --- timers

    def _wait(self) -> None:
        """Give the host its time for the next command; then search again."""
        self._stop_waiting()
        if self._settings.fallback_s:
            due_s = max(self._line.clear_at_s, self._timeline.now_s) + self._settings.fallback_s
            self._patience = self._timeline.at(due_s, self._fall_back)

    def _fall_back(self) -> None:
        self._patience = None
        done = self.state is State.TRADED
        self._release(done=done, report=done)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _beat_later(self) -> None:
        if self._heartbeat is not None:
            self._heartbeat.cancel()
        if self._settings.heartbeat_s:
            self._heartbeat = self._timeline.after(self._settings.heartbeat_s, self._beat)

    def _beat(self) -> None:
        """Say that the reader lives; the old dialect only while it talks of no tag."""
        most = self._settings.heartbeats_unanswered_max
        if most and self._unanswered >= most:
            self._hang_up()
            return
        if not self._settings.is_serial or not self._seats:
            self._unanswered += 0 if self._settings.is_serial else 1
            self._say(self._speech.heartbeat(self.sam, searching=self._search.active))
        self._beat_later()

    def _stop_timers(self) -> None:
        self._stop_waiting()
        if self._heartbeat is not None:
            self._heartbeat.cancel()
            self._heartbeat = None

    def _unix_time_s(self) -> int:
        """Tell the reader's own time, as C0 set it."""
        if self._init is None:
            return 0
        return self._init.unix_time_s + int(self._timeline.now_s - self._init_at_s)

    def _say(self, message: Message, *, number: int | None = None) -> None:
        self._line.send(message.body(self._settings.dialect), number=number)


def _rewrite(pieces: tuple[Piece, ...]) -> Job[Written]:
    trouble = yield from _written_trouble(pieces)
    if trouble is None:
        return Written.DONE
    return Written.NO_REPLY if trouble is Trouble.NO_REPLY else Written.REFUSED


def _written_trouble(pieces: tuple[Piece, ...]) -> Job[Trouble | None]:
    try:
        for offset, data in pieces:
            yield from write_ef04(offset, data)
    except (NoReplyError, RefusedError) as error:
        return trouble_of(error)
    return None
