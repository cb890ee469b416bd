"""One radio session: antenna on, B2, C1, B3, B4, and letting go of the tag (spec/rsu-frames.md 2.5 and 3.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from msgspec.structs import replace

from laneside.clock import Clock
from laneside.errors import CodecError, LinkLostError, NothingPresentedError
from laneside.reader.frames.connection_keeper import ConnectionKeeper, FrameReaderPolicy
from laneside.reader.frames.conversation import Conversation
from laneside.reader.frames.found import Found, found_by, with_card, with_vehicle
from laneside.rsu import Dialect, DialectName, Message, ShortReply, orders
from laneside.rsu.codes import DeviceType, LaneMode, SerialStop
from laneside.rsu.replies import SerialCard, SerialTag, TcpCard, TcpTag, Vehicle
from laneside.rsu.requests import Antenna, Stop

TAG, VEHICLE, CARD = 0xB2, 0xB3, 0xB4
ANSWERS_MAX: Final = 32
"""Far more than a session has: a reader that sends without end must not hold the search for ever."""
NO_ANSWER: Final = "the card gives no answer"


class TagSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Find a tag and read what can be read of it; the tag is held when ``run`` returns."""

    connection: ConnectionKeeper
    policy: FrameReaderPolicy
    clock: Clock

    @property
    def dialect(self) -> Dialect:
        """The dialect of the reader."""
        return self.policy.dialect

    def run(self, search_s: float, wanted: Callable[[Found], bool]) -> Found:
        """Search until the wanted tag is held; when time is over, return the last that was met.

        Raises NothingPresentedError when none was, LinkLostError when the reader is not there.
        """
        deadline_s = self.clock.monotonic_s() + search_s
        seen: Found | None = None
        while True:
            found, lost = self._find(deadline_s)
            if found is not None and wanted(found):
                return found
            seen = found or seen
            left_s = deadline_s - self.clock.monotonic_s()
            if left_s <= 0:
                break
            if lost is not None:
                self.clock.sleep(min(self.policy.first_back_off_s, left_s))
            elif found is not None:
                self._let_go(found)
        if lost is not None:
            raise lost
        if seen is None:
            raise NothingPresentedError("no tag answered the reader")
        return seen

    def rest(self, found: Found) -> None:
        """Let go of a tag and switch the antenna off until the next session."""
        self._say(orders.search_again(found.obu_id), Antenna(state=0))

    def finish(self, found: Found) -> None:
        """Let a debited tag go its own way: the reader still has its tone and EventReport to do.

        In the open lane mode of the old dialect it does them by itself; else C1, or C2 type 8, takes the place of C9.
        """
        if self.dialect.name is DialectName.TCP:
            self._say(orders.go_on(self.dialect, found.obu_id, found.region), Antenna(state=0))
        elif self.dialect.lane_mode == LaneMode.EXIT:
            self._say(Stop(obu_id=found.obu_id, stop_type=SerialStop.EVENT_REPORT), Antenna(state=0))
        else:
            self._say(Antenna(state=0))

    def _let_go(self, found: Found) -> None:
        self._say(orders.search_again(found.obu_id))

    def _say(self, *messages: Message) -> None:
        """Send what needs no answer; a link that is gone needs no farewell."""
        try:
            talk = self.connection.conversation()
            for message in messages:
                talk.send(message)
        except LinkLostError as error:
            self.connection.hang_up(error)

    def _find(self, deadline_s: float) -> tuple[Found | None, LinkLostError | None]:
        """Take one tag as far as it can be read, or say how the link was lost: the search mends it and goes on."""
        try:
            return self._meet(self.connection.begin_session(), deadline_s), None
        except CodecError:
            return None, None
        except LinkLostError as error:
            self.connection.hang_up(error)
            return None, error

    def _meet(self, talk: Conversation, deadline_s: float) -> Found | None:
        talk.send(Antenna(state=1))
        left_s = max(deadline_s - self.clock.monotonic_s(), self.policy.step_s / 4)
        tag = talk.expect({TAG}, obu_id=None, timeout_s=left_s)
        if not isinstance(tag, SerialTag | TcpTag) or tag.error:
            return None
        found = found_by(tag, self.dialect)
        if found.device_type == DeviceType.CPC:
            self._let_go(found)  # a pass card on the dashboard is no tag
            return None
        if found.is_single_chip:
            return replace(found, card_trouble="single-chip tag")
        return self._files(talk, found)

    def _files(self, talk: Conversation, found: Found) -> Found:
        """Ask with C1 for vehicle and card, in the order of the dialect; other tags that answer are remembered."""
        self._go_on(talk, found)
        for _ in range(ANSWERS_MAX):
            message = talk.expect({TAG, VEHICLE, CARD}, obu_id=None, timeout_s=self.policy.step_s)
            match message:
                case None:
                    break
                case SerialTag() | TcpTag():
                    found = self._another(talk, found, message)
                case Vehicle() | ShortReply(number=0xB3) if message.obu_id == found.obu_id:
                    found = self._with_vehicle(talk, found, message)
                case SerialCard() | TcpCard() | ShortReply(number=0xB4) if message.obu_id == found.obu_id:
                    return with_card(found, message, self.dialect)
                case _:
                    continue
        return replace(found, card_trouble=found.card_trouble or NO_ANSWER)

    def _go_on(self, talk: Conversation, found: Found) -> None:
        talk.send(orders.go_on(self.dialect, found.obu_id, found.region))

    def _another(self, talk: Conversation, found: Found, tag: SerialTag | TcpTag) -> Found:
        """Meet a B2 in the middle: another tag in the field, or the same one because the reader searched again."""
        if tag.error:
            return found
        if tag.obu_id == found.obu_id:
            self._go_on(talk, found)
            return found
        return replace(found, others=tuple(sorted({*found.others, tag.obu_id})))

    def _with_vehicle(self, talk: Conversation, found: Found, message: Vehicle | ShortReply) -> Found:
        found = with_vehicle(found, message, self.dialect)
        if found.psam_refused is not None:
            self.connection.told_psam(refused=found.psam_refused)
        if self.dialect.name is DialectName.SERIAL:
            self._go_on(talk, found)
        return found
