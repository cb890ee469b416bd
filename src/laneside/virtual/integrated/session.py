"""The session with a tag, from its B2 to its release (spec/rsu-frames.md 2.5, 3.5 and 5)."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final, Protocol

from msgspec.structs import replace

from laneside.rsu import Message
from laneside.rsu.codes import LaneMode
from laneside.rsu.requests import Continue, WriteEntry
from laneside.virtual.integrated.chip_jobs import (
    CardRead,
    Ef04Read,
    Job,
    JobRefusedError,
    NoReplyError,
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
from laneside.virtual.integrated.field import FieldSearch, LinkedTag, TagSeen, TagsInField
from laneside.virtual.integrated.line import TAC_RSCTL
from laneside.virtual.integrated.purchase import TacProof, TradeResult, Written, carry_out, prove
from laneside.virtual.integrated.replies import AmountsResult, PairContents, Replies
from laneside.virtual.integrated.request_decoding import (
    AmountsMessage,
    DebitMessage,
    FilePart,
    Init,
    TacMessage,
    amounts_of,
    order_of,
    tac_of,
)
from laneside.virtual.integrated.settings import B3Form, ReaderSettings, Several

_CHALLENGE_LENGTH: Final = 8


class State(StrEnum):
    """The step of the session."""

    OFF = "off"
    """No C0 yet."""
    SEARCHING = "searching"
    FOUND = "found"
    VEHICLE_SENT = "vehicle-told"
    CARD_SENT = "card-told"
    TRADED = "traded"
    """B5 without an error; the tag is held until C1, C9 or C2, where the lane has a step after B5."""
    HELD = "held"
    """B5 with an error: C8, C6 again or C2 may follow."""


class SendMessage(Protocol):
    """What sends a message to the host."""

    def __call__(self, message: Message, *, number: int | None = None) -> None:
        """Send it; ``number`` is an RSCTL other than the usual one."""
        ...


class TagSession:
    """One reader's session with tags. ``unix_time_s`` is its own clock, ``terminal_number`` that of its PSAM."""

    def __init__(
        self,
        settings: ReaderSettings,
        search: FieldSearch,
        replies: Replies,
        send: SendMessage,
        *,
        random_bytes: Callable[[int], bytes],
        unix_time_s: Callable[[], int],
        terminal_number: Callable[[], bytes],
    ) -> None:
        self._settings = settings
        self._search = search
        self._replies = replies
        self._send = send
        self._random_bytes = random_bytes
        self._unix_time_s = unix_time_s
        self._terminal_number = terminal_number
        self.tags = TagsInField()
        self.reset()

    def reset(self) -> None:
        """Begin as after power-up."""
        self.tags.clear()
        self.state = State.OFF
        self.init: Init | None = None
        self._read = PairContents(vehicle=VehicleRead(), card=CardRead(), ef04=Ef04Read(), ef04_offset=0, ef04_length=0)
        self._trade = TradeResult()
        self._last_obu = b""

    def begin(self, init: Init) -> None:
        """Take over what C0 sets; a tag that was held is let go."""
        self.init = init
        self.abandon()

    # --- finding

    def look(self) -> Job[None]:
        """Search once, and report each tag that answers, or one of them."""
        answering = self._search.answering()
        if self._settings.several is Several.IN_TURN:
            answering = answering[:1]
        for world in answering:
            yield from self._link(LinkedTag(world))
        if self.tags:
            self.state = State.FOUND

    def _link(self, tag: LinkedTag) -> Job[None]:
        """Take the VST of one tag and send B2; a tag that stops answering is dropped."""
        self.tags.add(tag)
        try:
            system = yield from read_system()
            card_id = (yield from _pre_read(tag)) if self._settings.is_serial else bytes(10)
        except (NoReplyError, JobRefusedError):
            self.tags.remove(tag)
            return
        seen = TagSeen(presence=tag.presence, system=system, card_id=card_id)
        self.tags.add_seen(seen)
        self._send(self._replies.tag(seen))

    # --- reading

    def go_on(self, message: Continue) -> Job[None]:
        """C1: take the next step with this tag; after a trade let it go."""
        seen = self._chosen(message.obu_id)
        if seen is None:
            return
        match self.state:
            case State.FOUND if self._settings.is_serial:
                yield from self._send_vehicle(seen, message.factor)
            case State.FOUND:
                yield from self._send_all(seen, message.factor)
            case State.VEHICLE_SENT:
                yield from self._send_card(seen)
            case State.TRADED | State.HELD:
                self.release()
            case _:
                pass

    def _send_vehicle(self, seen: TagSeen, factor: bytes) -> Job[None]:
        vehicle = yield from self._vehicle(seen, factor)
        self.state = State.VEHICLE_SENT
        self._send(self._replies.vehicle(seen, vehicle, None))

    def _send_all(self, seen: TagSeen, factor: bytes) -> Job[None]:
        """Send B4 of the new dialect, in some makes B3 before it."""
        vehicle = yield from self._vehicle(seen, factor)
        ef04 = None
        if self._settings.b3_form is B3Form.WITH_EF04:
            ef04 = yield from self._ef04()
        if self._settings.b3_form is not B3Form.NONE:
            self._send(self._replies.vehicle(seen, vehicle, ef04))
        yield from self._send_card(seen)

    def _vehicle(self, seen: TagSeen, factor: bytes) -> Job[VehicleRead]:
        vehicle = yield from read_vehicle(seen.system, factor or seen.region, self._random_bytes(_CHALLENGE_LENGTH))
        self._read = replace(self._read, vehicle=vehicle)
        return vehicle

    def _send_card(self, seen: TagSeen) -> Job[None]:
        assert self.tags.current is not None
        assert self.init is not None
        ef04 = yield from self._ef04()
        card = CardRead(trouble=Trouble.ABSENT)
        if self.tags.current.world.card_inserted:
            card = yield from read_card()
        self._read = replace(
            self._read,
            card=card,
            ef04=ef04,
            ef04_offset=self.init.ef04_offset if self.init.ef04_wanted else 0,
            ef04_length=self.init.ef04_length if self.init.ef04_wanted else 0,
        )
        self.state = State.CARD_SENT
        self._send(self._replies.card(seen, self._read))

    def _ef04(self) -> Job[Ef04Read]:
        assert self.init is not None
        if not self.init.ef04_wanted or not self.init.ef04_length:
            return Ef04Read()
        return (yield from read_ef04(self.init.ef04_offset, self.init.ef04_length))

    # --- trading

    def debit(self, message: DebitMessage) -> Job[None]:
        """C6, and C3 at an entry; ignored before B4 and after a success."""
        seen = self._chosen(message.obu_id)
        if seen is None or self.init is None or self.state not in {State.CARD_SENT, State.HELD}:
            return
        if isinstance(message, WriteEntry) and self.init.lane_mode != LaneMode.ENTRY:
            return
        order = order_of(self._settings.dialect, self.init, message, seen.region)
        if order is None:
            return
        issue = self._read.card.issue
        self._trade = yield from carry_out(order, terminal_number=self._terminal_number(), issue=issue)
        self._traded(seen, succeeded=self._trade.succeeded)

    def _traded(self, seen: TagSeen, *, succeeded: bool) -> None:
        """Send B5. After a success only an exit lane has one step more; after an error the tag stays held."""
        self.state = State.TRADED if succeeded else State.HELD
        if succeeded:
            self._search.remember(seen.obu_id)
        self._send(self._replies.result(seen.obu_id, self._trade, unix_time_s=self._unix_time_s()))
        if succeeded and self.init is not None and self.init.lane_mode != LaneMode.EXIT:
            self.release()

    def send_tac(self, message: TacMessage) -> Job[None]:
        """C8. A tag that was released gives no reply; another OBUID is ignored."""
        if message.obu_id != self._last_obu:
            return
        order, proof, written = tac_of(message), TacProof(answered=False), Written.NOT_ASKED
        if self.state in {State.HELD, State.TRADED, State.CARD_SENT}:
            proof = yield from prove(self._trade.counter if order.counter is None else order.counter)
            if proof.found and order.write:
                written = yield from _rewritten(order.write)
        reply = self._replies.tac(message.obu_id, proof, self._trade, written, unix_time_s=self._unix_time_s())
        self._send(reply, number=TAC_RSCTL if self._settings.is_serial else None)
        if proof.found:
            self._search.remember(message.obu_id)

    def amounts(self, message: AmountsMessage) -> Job[None]:
        """C9 after a success, where the lane has this step; then release the tag."""
        if message.obu_id != self._last_obu:
            return
        result = AmountsResult(read=Trouble.NO_REPLY)
        if self.state is State.TRADED:
            result = yield from _amounts_result(message)
        self._send(self._replies.amounts(message.obu_id, result))
        if self.state is State.TRADED:
            self.release()

    # --- letting go

    def release(self) -> None:
        """Let the tag go with an EventReport, and search again."""
        for obu_id in self.tags.obu_ids:
            self._search.let_go(obu_id)
        self.abandon()

    def abandon(self) -> None:
        """Search again without an EventReport to the tag."""
        self.tags.clear()
        if self.init is not None:
            self.state = State.SEARCHING

    def give_up(self) -> None:
        """Search again because the host sent nothing in time; after a success the tag is released."""
        if self.state is State.TRADED:
            self.release()
        else:
            self.abandon()

    def _chosen(self, obu_id: bytes) -> TagSeen | None:
        seen = self.tags.choose(obu_id) if self.init is not None else None
        if seen is not None:
            if seen.obu_id != self._last_obu:
                self._trade = TradeResult()  # the debit of another tag must not be proved for this one
            self._last_obu = seen.obu_id
        return seen


def _pre_read(tag: LinkedTag) -> Job[bytes]:
    """Read the card number that the old dialect's B2 carries; zeros without a card, or with a locked one."""
    if not tag.world.card_inserted:
        return bytes(10)
    try:
        yield from select_card()
        return (yield from read_issue())[10:20]
    except JobRefusedError:
        return bytes(10)


def _amounts_result(message: AmountsMessage) -> Job[AmountsResult]:
    """Read what C9 asks for, then write; nothing is written after a failed read."""
    order, result = amounts_of(message), AmountsResult()
    if order.read_length:
        read = yield from read_ef04(order.read_offset, order.read_length)
        result = AmountsResult(listed=read.data, read=read.trouble)
    if result.read is None:
        result = replace(result, write=(yield from _write_trouble(order.write)))
    return result


def _rewritten(pieces: tuple[FilePart, ...]) -> Job[Written]:
    match (yield from _write_trouble(pieces)):
        case None:
            return Written.DONE
        case Trouble.NO_REPLY:
            return Written.NO_REPLY
        case _:
            return Written.REFUSED


def _write_trouble(pieces: tuple[FilePart, ...]) -> Job[Trouble | None]:
    try:
        for offset, data in pieces:
            yield from write_ef04(offset, data)
    except (NoReplyError, JobRefusedError) as error:
        return trouble_of(error)
    return None
