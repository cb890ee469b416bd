"""The tags that the reader talks to: all that one search found until the host chooses, then one."""

from __future__ import annotations

from laneside.virtual.integrated.field import Seat
from laneside.virtual.integrated.speech import TagSeen
from laneside.virtual.world import World


class Seats:
    """Seats by OBUID. ``current`` is the one to which commands go."""

    def __init__(self) -> None:
        self._seats: dict[bytes, Seat] = {}
        self._seen: dict[bytes, TagSeen] = {}
        self.current: Seat | None = None

    def __len__(self) -> int:
        return len(self._seats)

    @property
    def obu_ids(self) -> tuple[bytes, ...]:
        """Whose seats these are."""
        return tuple(self._seats)

    def sit(self, seat: Seat) -> None:
        """Begin with a tag."""
        self._seats[seat.presence.mac_id] = seat
        self.current = seat

    def know(self, seen: TagSeen) -> None:
        """Keep what the VST told of a tag that sits."""
        self._seen[seen.obu_id] = seen

    def stand_up(self, seat: Seat) -> None:
        """Let one tag go."""
        del self._seats[seat.presence.mac_id]
        self._seen.pop(seat.presence.mac_id, None)
        seat.lose("tag")

    def choose(self, obu_id: bytes) -> TagSeen | None:
        """Take the tag of which the host speaks and let the others go; None for one that does not sit here."""
        seen = self._seen.get(obu_id)
        if seen is None:
            return None
        for other, seat in tuple(self._seats.items()):
            if other != obu_id:
                self.stand_up(seat)
        self.current = self._seats[obu_id]
        return seen

    def lose(self, world: World, channel: str) -> None:
        """Learn that a card was pulled or a tag left."""
        for seat in self._seats.values():
            if seat.world is world:
                seat.lose(channel)

    def clear(self) -> None:
        """Let everybody go."""
        for seat in self._seats.values():
            seat.lose("tag")
        self._seats.clear()
        self._seen.clear()
        self.current = None
