"""The virtual lane: who holds it, barrier, fee display, the marks of paid cards, the trade its antenna left behind.

A lane is a value; each operation answers with the next one, so that the world stores what it has decided.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from laneside.errors import SettingError
from laneside.passage.lane import Conclusion, Waiting, WaitingTrade

CONCLUSIONS_MAX = 500

_SHUT = "closed"
_OPEN = "open"


class PaidMark(Struct, frozen=True, kw_only=True):
    """One paid card and tag, so that the lane's own antenna does not take them again."""

    card_id: str
    contract_serial: str
    passage_id: str


class Concluded(Struct, frozen=True, kw_only=True):
    """A conclusion that was carried out, and before which of the vehicles that ever stood here."""

    conclusion: Conclusion
    arrival: int


class Lane(Struct, frozen=True, kw_only=True):
    """Everything the lane knows. ``arrival`` counts the vehicles; an empty text means: nothing there."""

    lanes: tuple[str, ...]
    occupied: str | None = None
    barrier: str = _SHUT
    display: str = ""
    voice: str = ""
    arrival: int = 0
    captured_plate: str = ""
    lane_event: int | None = None
    open_trade: WaitingTrade | None = None
    paid: tuple[PaidMark, ...] = ()
    concluded: tuple[Concluded, ...] = ()

    def occupy(self, lane_hex: str) -> Lane:
        """Take the lane; the terminal that came back after a cut takes it again. Raises SettingError."""
        if lane_hex not in self.lanes:
            raise SettingError(f"lane {lane_hex} is not behind this link: {', '.join(self.lanes)}")
        return replace(self, occupied=lane_hex)

    def release(self) -> Lane:
        """Give the lane back to its own equipment."""
        return replace(self, occupied=None)

    def waiting(self) -> Waiting:
        """Tell what stands before the barrier."""
        return Waiting(captured_plate=self.captured_plate, lane_event=self.lane_event, open_trade=self.open_trade)

    def arrive(self, *, plate: str, lane_event: int | None, open_trade: WaitingTrade | None) -> Lane:
        """Let the next vehicle come to a closed barrier and an empty display."""
        return replace(
            self._cleared(),
            arrival=self.arrival + 1,
            captured_plate=plate,
            lane_event=lane_event,
            open_trade=open_trade,
        )

    def leave(self) -> Lane:
        """Let the vehicle go: the barrier falls behind it."""
        return replace(self._cleared(), captured_plate="", lane_event=None, open_trade=None)

    def conclude(self, conclusion: Conclusion) -> Lane:
        """Carry out the end of a vehicle, once.

        The same word again changes nothing. A later word for the same passage (an unknown debit that was proved) is
        carried out; but when another vehicle stands here by then, only the mark of the paid card is left to do.
        """
        before = next((one for one in self.concluded if one.conclusion.passage_id == conclusion.passage_id), None)
        if before is not None and before.conclusion == conclusion:
            return self
        arrival = self.arrival if before is None else before.arrival
        kept = tuple(one for one in self.concluded if one is not before)[-CONCLUSIONS_MAX + 1 :]
        shown = self._shown(conclusion) if arrival == self.arrival else {}
        done = (*kept, Concluded(conclusion=conclusion, arrival=arrival))
        return replace(self, concluded=done, **shown, **self._marked(conclusion))

    def _shown(self, conclusion: Conclusion) -> dict[str, Any]:
        """Move the barrier and write the display."""
        barrier = _OPEN if conclusion.open_barrier else _SHUT
        return {"barrier": barrier, "display": conclusion.display, "voice": conclusion.voice}

    def _marked(self, conclusion: Conclusion) -> dict[str, Any]:
        """Remember a paid card; the trade that its own antenna left open is closed with it."""
        if not conclusion.paid_card_id:
            return {}
        mark = PaidMark(
            card_id=conclusion.paid_card_id,
            contract_serial=conclusion.paid_contract_serial,
            passage_id=conclusion.passage_id,
        )
        closes = self.open_trade is not None and self.open_trade.card_id == mark.card_id
        paid = (*(one for one in self.paid if one.passage_id != mark.passage_id), mark)[-CONCLUSIONS_MAX:]
        return {"paid": paid, "open_trade": None if closes else self.open_trade}

    def _cleared(self) -> Lane:
        """Show nothing and close."""
        return replace(self, barrier=_SHUT, display="", voice="")
