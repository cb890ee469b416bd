"""The virtual lane: who occupies it, barrier, fee display, paid cards, the trade that its antenna left unfinished.

A lane is a value; each operation returns the next one, so that the world stores what it has decided. The lane's
computer is another program than the terminal: what it takes and gives as JSON is written out here and not taken from
the passage's port.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from laneside.errors import SettingError

CONCLUSIONS_MAX = 500

_SHUT = "closed"
_OPEN = "open"


class UnfinishedTrade(Struct, frozen=True, kw_only=True):
    """A purchase whose end the lane's own antenna never saw; bytes as upper-case hex, ``sent_at`` yyyyMMddHHmmss."""

    card_id: str
    terminal_number: str
    transaction_number: str
    amount_fen: int
    sent_at: str


class LaneOrder(Struct, frozen=True, kw_only=True):
    """What a terminal orders at the end of a vehicle: open or stay shut, show, speak, and remember a paid card."""

    passage_id: str
    open_barrier: bool
    display: str
    voice: str = ""
    paid_card_id: str = ""
    paid_contract_serial: str = ""


class PaidMark(Struct, frozen=True, kw_only=True):
    """A paid card and tag, so that the lane's own antenna does not debit them again."""

    card_id: str
    contract_serial: str
    passage_id: str


class Concluded(Struct, frozen=True, kw_only=True):
    """An order that was carried out, and the arrival number of the vehicle that it was for."""

    conclusion: LaneOrder
    arrival: int


class LaneState(Struct, frozen=True, kw_only=True):
    """The lane's whole state. ``arrival`` counts the vehicles; an empty text means that nothing is known or shown."""

    lanes: tuple[str, ...]
    occupied: str | None = None
    barrier: str = _SHUT
    display: str = ""
    voice: str = ""
    arrival: int = 0
    captured_plate: str = ""
    lane_event: int | None = None
    open_trade: UnfinishedTrade | None = None
    paid: tuple[PaidMark, ...] = ()
    concluded: tuple[Concluded, ...] = ()

    def occupy(self, lane_hex: str) -> LaneState:
        """Take the lane; a terminal that came back after a cut may take it again. Raises SettingError."""
        if lane_hex not in self.lanes:
            raise SettingError(f"lane {lane_hex} is not behind this link: {', '.join(self.lanes)}")
        return replace(self, occupied=lane_hex)

    def release(self) -> LaneState:
        """Give the lane back to its own equipment."""
        return replace(self, occupied=None)

    def waiting(self) -> dict[str, Any]:
        """Return what a terminal may know of the vehicle before the barrier, as JSON."""
        known = to_builtins(self)
        return {name: known[name] for name in ("captured_plate", "lane_event", "open_trade")}

    def arrive(self, *, plate: str, lane_event: int | None, open_trade: UnfinishedTrade | None) -> LaneState:
        """Let the next vehicle come to a closed barrier and an empty display."""
        return replace(
            self._cleared(),
            arrival=self.arrival + 1,
            captured_plate=plate,
            lane_event=lane_event,
            open_trade=open_trade,
        )

    def leave(self) -> LaneState:
        """Let the vehicle go: the barrier closes behind it."""
        return replace(self._cleared(), captured_plate="", lane_event=None, open_trade=None)

    def conclude(self, order: LaneOrder) -> LaneState:
        """Carry out the end of a vehicle, once.

        The same order again changes nothing. A later order for the same passage (an unknown debit that was proved) is
        carried out; but if another vehicle has arrived by then, the paid card is marked and nothing moves.
        """
        before = next((one for one in self.concluded if one.conclusion.passage_id == order.passage_id), None)
        if before is not None and before.conclusion == order:
            return self
        arrival = self.arrival if before is None else before.arrival
        kept = tuple(one for one in self.concluded if one is not before)[-CONCLUSIONS_MAX + 1 :]
        shown = self._shown(order) if arrival == self.arrival else {}
        done = (*kept, Concluded(conclusion=order, arrival=arrival))
        return replace(self, concluded=done, **shown, **self._marked(order))

    def _shown(self, order: LaneOrder) -> dict[str, Any]:
        """Move the barrier and write the display."""
        barrier = _OPEN if order.open_barrier else _SHUT
        return {"barrier": barrier, "display": order.display, "voice": order.voice}

    def _marked(self, order: LaneOrder) -> dict[str, Any]:
        """Remember a paid card; the trade that the antenna left open with it is closed."""
        if not order.paid_card_id:
            return {}
        mark = PaidMark(
            card_id=order.paid_card_id,
            contract_serial=order.paid_contract_serial,
            passage_id=order.passage_id,
        )
        closes = self.open_trade is not None and self.open_trade.card_id == mark.card_id
        paid = (*(one for one in self.paid if one.passage_id != mark.passage_id), mark)[-CONCLUSIONS_MAX:]
        return {"paid": paid, "open_trade": None if closes else self.open_trade}

    def _cleared(self) -> LaneState:
        """Show nothing and close."""
        return replace(self, barrier=_SHUT, display="", voice="")
