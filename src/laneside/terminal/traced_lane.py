"""The lane link with a record of its exchanges in the passage's trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from laneside.clock import Clock
from laneside.errors import LanesideError
from laneside.passage.lane import Conclusion, LaneLink, Waiting
from laneside.passage.trace import LANE, TraceKeeper
from laneside.reader.tracing import TraceLine, epoch_ms

T = TypeVar("T")


class TracedLane:
    """A lane link (a :class:`laneside.passage.lane.LaneLink`) that is traced; a release ends a passage's trace.

    ``later`` runs the job that writes the trace: leaving a vehicle does not wait for another sync of the disk.
    """

    def __init__(
        self, lane: LaneLink, *, keeper: TraceKeeper, clock: Clock, later: Callable[[Callable[[], None]], None]
    ) -> None:
        self._lane = lane
        self._keeper = keeper
        self._later = later
        self._clock = clock

    @property
    def attached(self) -> bool:
        """Return whether a lane is behind the link."""
        return self._lane.attached

    def occupy(self, lane_hex: str) -> None:
        """Take the lane."""
        self._traced("occupy", lane_hex, lambda: self._lane.occupy(lane_hex), lambda _: "")

    def waiting(self) -> Waiting:
        """Ask which vehicle is before the barrier."""
        return self._traced("waiting", "", self._lane.waiting, _waiting)

    def conclude(self, conclusion: Conclusion) -> None:
        """Carry out the end of a vehicle."""
        self._traced("conclude", _conclusion(conclusion), lambda: self._lane.conclude(conclusion), lambda _: "")

    def release(self) -> None:
        """Give the lane back."""
        try:
            self._traced("release", "", self._lane.release, lambda _: "")
        finally:
            self._later(self._keeper.detach_latest())

    def _traced(self, name: str, sent: str, ask: Callable[[], T], write: Callable[[T], str]) -> T:
        at, start_s = self._clock.now(), self._clock.monotonic_s()
        received, status = "", "ok"
        try:
            answer = ask()
            received = write(answer)
        except LanesideError as error:
            status = f"{error.code}: {error}"
            raise
        finally:
            took_ms = 1000 * (self._clock.monotonic_s() - start_s)
            self._keeper.tell(TraceLine(LANE, name, epoch_ms(at), took_ms, sent, received, status))
        return answer


def _waiting(waiting: Waiting) -> str:
    trade = waiting.open_trade
    words = [waiting.captured_plate or "-", f"event {waiting.lane_event}" if waiting.lane_event is not None else ""]
    if trade is not None:
        words.append(f"open trade: card …{trade.card_id[-4:]}, {trade.amount_fen} fen, {trade.sent_at}")
    return " · ".join(word for word in words if word)


def _conclusion(conclusion: Conclusion) -> str:
    words = ["barrier opens" if conclusion.open_barrier else "barrier stays shut", conclusion.display]
    if conclusion.paid_card_id:
        words.append(f"paid: card …{conclusion.paid_card_id[-4:]}, tag …{conclusion.paid_contract_serial[-4:]}")
    return " · ".join(word for word in words if word)
