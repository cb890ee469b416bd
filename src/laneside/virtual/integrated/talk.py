"""The conversation about a tag, from its B2 to its release (spec/rsu-frames.md 2.5, 3.5 and 5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import Final, Protocol

from laneside.rsu import Continue, Message, WriteEntry
from laneside.rsu.codes import LaneMode
from laneside.virtual.integrated.field import Seat
from laneside.virtual.integrated.hearing import (
    AmountsMessage,
    DebitMessage,
    Init,
    Piece,
    TacMessage,
    amounts_of,
    order_of,
    tac_of,
)
from laneside.virtual.integrated.jobs import Job, NoReplyError, RefusedError
from laneside.virtual.integrated.line import TAC_RSCTL
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
from laneside.virtual.integrated.seats import Seats
from laneside.virtual.integrated.settings import B3Form, ReaderSettings, Several
from laneside.virtual.integrated.speech import AmountsDone, PairRead, Speech, TagSeen
from laneside.virtual.integrated.trading import Done, Proof, Written, prove, trade

_CHALLENGE_LENGTH: Final = 8
_RADIO_MAX: Final = 1_000


class State(StrEnum):
    """Where the conversation stands."""

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


class Say(Protocol):
    """How a message goes to the host."""

    def __call__(self, message: Message, *, number: int | None = None) -> None:
        """Send it; ``number`` is an RSCTL other than the usual."""
        ...


class Talk:
    """One reader's talk about tags. ``unix_time_s`` is its own clock; ``terminal_number`` its PSAM's."""

    def __init__(
        self,
        settings: ReaderSettings,
        search: Search,
        speech: Speech,
        say: Say,
        *,
        random_bytes: Callable[[int], bytes],
        unix_time_s: Callable[[], int],
        terminal_number: Callable[[], bytes],
    ) -> None:
        self._settings = settings
        self._search = search
        self._speech = speech
        self._say = say
        self._random_bytes = random_bytes
        self._unix_time_s = unix_time_s
        self._terminal_number = terminal_number
        self.seats = Seats()
        self.radio: deque[tuple[str, bytes]] = deque(maxlen=_RADIO_MAX)
        """What goes to tags beside commands: SetMMI and EventReport."""
        self.reset()

    def reset(self) -> None:
        """Begin as after power-up."""
        self.seats.clear()
        self.state = State.OFF
        self.init: Init | None = None
        self._read = PairRead(vehicle=VehicleRead(), card=CardRead(), ef04=Ef04Read(), ef04_offset=0, ef04_length=0)
        self._done = Done()
        self._last_obu = b""

    def begin(self, init: Init) -> None:
        """Take up what C0 says; whoever was held is let go."""
        self.init = init
        self.leave_alone()

    # --- finding

    def look(self) -> Job[None]:
        """Search once: each tag that answers is told, or one of them."""
        answering = self._search.answering()
        if self._settings.several is Several.IN_TURN:
            answering = answering[:1]
        for world in answering:
            yield from self._meet(Seat(world))
        if self.seats:
            self.state = State.FOUND

    def _meet(self, seat: Seat) -> Job[None]:
        """Take the VST of one tag and say B2; a tag that falls silent was not there."""
        self.seats.sit(seat)
        try:
            system = yield from read_system()
            card_id = (yield from _pre_read(seat)) if self._settings.is_serial else bytes(10)
        except (NoReplyError, RefusedError):
            self.seats.stand_up(seat)
            return
        seen = TagSeen(presence=seat.presence, system=system, card_id=card_id)
        self.seats.know(seen)
        self._say(self._speech.tag(seen))

    # --- reading

    def go_on(self, message: Continue) -> Job[None]:
        """C1: the next step with this tag; after a trade it is let go."""
        seen = self._chosen(message.obu_id)
        if seen is None:
            return
        match self.state:
            case State.FOUND if self._settings.is_serial:
                yield from self._tell_vehicle(seen, message.factor)
            case State.FOUND:
                yield from self._tell_all(seen, message.factor)
            case State.VEHICLE_TOLD:
                yield from self._tell_card(seen)
            case State.TRADED | State.HELD:
                self.release(done=self.state is State.TRADED)
            case _:
                pass

    def _tell_vehicle(self, seen: TagSeen, factor: bytes) -> Job[None]:
        vehicle = yield from self._vehicle(seen, factor)
        self.state = State.VEHICLE_TOLD
        self._say(self._speech.vehicle(seen, vehicle, None))

    def _tell_all(self, seen: TagSeen, factor: bytes) -> Job[None]:
        """Say B4 of the new dialect, in some makes B3 before it."""
        vehicle = yield from self._vehicle(seen, factor)
        ef04 = None
        if self._settings.b3_form is B3Form.WITH_EF04:
            ef04 = yield from self._ef04()
        if self._settings.b3_form is not B3Form.NONE:
            self._say(self._speech.vehicle(seen, vehicle, ef04))
        yield from self._tell_card(seen)

    def _vehicle(self, seen: TagSeen, factor: bytes) -> Job[VehicleRead]:
        vehicle = yield from read_vehicle(seen.system, factor or seen.region, self._random_bytes(_CHALLENGE_LENGTH))
        self._read = replace(self._read, vehicle=vehicle)
        return vehicle

    def _tell_card(self, seen: TagSeen) -> Job[None]:
        assert self.seats.current is not None
        assert self.init is not None
        ef04 = yield from self._ef04()
        card = CardRead(trouble=Trouble.ABSENT)
        if self.seats.current.world.card_inserted:
            card = yield from read_card()
        self._read = replace(
            self._read,
            card=card,
            ef04=ef04,
            ef04_offset=self.init.ef04_offset if self.init.ef04_wanted else 0,
            ef04_length=self.init.ef04_length if self.init.ef04_wanted else 0,
        )
        self.state = State.CARD_TOLD
        self._say(self._speech.card(seen, self._read))

    def _ef04(self) -> Job[Ef04Read]:
        assert self.init is not None
        if not self.init.ef04_wanted or not self.init.ef04_length:
            return Ef04Read()
        return (yield from read_ef04(self.init.ef04_offset, self.init.ef04_length))

    # --- trading

    def debit(self, message: DebitMessage) -> Job[None]:
        """C6, and C3 at an entry; before B4 and after a success there is nothing to debit."""
        seen = self._chosen(message.obu_id)
        if seen is None or self.init is None or self.state not in {State.CARD_TOLD, State.HELD}:
            return
        if isinstance(message, WriteEntry) and self.init.lane_mode != LaneMode.ENTRY:
            return
        order = order_of(self._settings.dialect, self.init, message, seen.region)
        if order is None:
            return
        issue = self._read.card.issue
        self._done = yield from trade(order, terminal_number=self._terminal_number(), issue=issue)
        self._traded(seen, succeeded=self._done.succeeded)

    def _traded(self, seen: TagSeen, *, succeeded: bool) -> None:
        """Say B5. After a success only an exit lane has a step more; after an error the tag stays held, without MMI."""
        self.state = State.TRADED if succeeded else State.HELD
        if succeeded:
            self._search.remember(seen.obu_id)
        self._say(self._speech.result(seen.obu_id, self._done, unix_time_s=self._unix_time_s()))
        if succeeded and self.init is not None and self.init.lane_mode != LaneMode.EXIT:
            self.release(done=True)

    def tac_again(self, message: TacMessage) -> Job[None]:
        """C8. A tag that is held no more gives no reply; a foreign OBUID is ignored."""
        if message.obu_id != self._last_obu:
            return
        asked, proof, written = tac_of(message), Proof(answered=False), Written.NOT_ASKED
        if self.state in {State.HELD, State.TRADED, State.CARD_TOLD}:
            proof = yield from prove(self._done.counter if asked.counter is None else asked.counter)
            if proof.found and asked.write:
                written = yield from _rewritten(asked.write)
        told = self._speech.tac(message.obu_id, proof, self._done, written, unix_time_s=self._unix_time_s())
        self._say(told, number=TAC_RSCTL if self._settings.is_serial else None)
        if proof.found:
            self._search.remember(message.obu_id)

    def amounts(self, message: AmountsMessage) -> Job[None]:
        """C9 after a success, where the lane has this step; then the tag is released."""
        if message.obu_id != self._last_obu:
            return
        done = AmountsDone(read=Trouble.NO_REPLY)
        if self.state is State.TRADED:
            done = yield from _amounts_done(message)
        self._say(self._speech.amounts(message.obu_id, done))
        if self.state is State.TRADED:
            self.release(done=True)

    # --- letting go

    def release(self, *, done: bool) -> None:
        """Let the tag go and search again: SetMMI after a success, EventReport in any case."""
        for obu_id in self.seats.obu_ids:
            if done:
                self.radio.append(("SetMMI", obu_id))
            self.radio.append(("EventReport", obu_id))
            self._search.let_go(obu_id)
        self.leave_alone()

    def leave_alone(self) -> None:
        """Search again without a word to the tag."""
        self.seats.clear()
        if self.init is not None:
            self.state = State.SEARCHING

    def give_up(self) -> None:
        """Search again because the host said nothing; a success is ended properly."""
        if self.state is State.TRADED:
            self.release(done=True)
        else:
            self.leave_alone()

    def _chosen(self, obu_id: bytes) -> TagSeen | None:
        seen = self.seats.choose(obu_id) if self.init is not None else None
        if seen is not None:
            if seen.obu_id != self._last_obu:
                self._done = Done()  # what is known of another tag's debit proves nothing here
            self._last_obu = seen.obu_id
        return seen


def _pre_read(seat: Seat) -> Job[bytes]:
    """Read the card number that the old dialect's B2 carries; zeros without a card, or with one that is locked."""
    if not seat.world.card_inserted:
        return bytes(10)
    try:
        yield from select_card()
        return (yield from read_issue())[10:20]
    except RefusedError:
        return bytes(10)


def _amounts_done(message: AmountsMessage) -> Job[AmountsDone]:
    """Read what was asked for, then write; a read that failed leaves the file alone."""
    asked, done = amounts_of(message), AmountsDone()
    if asked.read_length:
        read = yield from read_ef04(asked.read_offset, asked.read_length)
        done = AmountsDone(listed=read.data, read=read.trouble)
    if done.read is None:
        done = replace(done, write=(yield from _write_trouble(asked.write)))
    return done


def _rewritten(pieces: tuple[Piece, ...]) -> Job[Written]:
    match (yield from _write_trouble(pieces)):
        case None:
            return Written.DONE
        case Trouble.NO_REPLY:
            return Written.NO_REPLY
        case _:
            return Written.REFUSED


def _write_trouble(pieces: tuple[Piece, ...]) -> Job[Trouble | None]:
    try:
        for offset, data in pieces:
            yield from write_ef04(offset, data)
    except (NoReplyError, RefusedError) as error:
        return trouble_of(error)
    return None
