"""The radio field: which tags answer a search, and one tag with its card while the reader talks to it."""

from __future__ import annotations

from collections.abc import Callable

from laneside.card.channel import TagPresence
from laneside.virtual.chips.chip import Chip
from laneside.virtual.chips.tag import VirtualTag
from laneside.virtual.faults import Place
from laneside.virtual.world import World


class Seat:
    """One tag under the radio, with the card in it. Once the tag has gone, nothing of this seat answers again."""

    def __init__(self, world: World) -> None:
        tag = world.chip("tag")
        assert isinstance(tag, VirtualTag), "only a tag that answered takes a seat"
        self.world = world
        self._tag = tag
        self._card: Chip | None = None
        self._linked = True
        tag.power_on()

    @property
    def presence(self) -> TagPresence:
        """The MAC id and the status byte as they are now."""
        return self._tag.presence(self.world.card_inserted)

    def transmit(self, chip: Place, command: bytes) -> bytes:
        """Send one command over the radio; empty without an answer."""
        if not self._linked:
            return b""
        if chip is Place.TAG:
            return self._tag.transmit(command)
        card = self.world.chip("card")
        if card is None:
            return b""
        if card is not self._card:
            card.power_on()
            self._card = card
        return card.transmit(command)

    def lose(self, channel: str) -> None:
        """Take the power from what goes: the card alone, or the tag with its card."""
        if self._card is not None:
            self._card.power_off()
            self._card = None
        if channel == "tag" and self._linked:
            self._tag.power_off()
            self._linked = False


class Field:
    """The lane under the antenna. ``world`` has the reader's own lane, ``beside`` stands whoever else answers."""

    def __init__(self, world: World, *, gone: Callable[[World, str], None]) -> None:
        self.world = world
        self._gone = gone
        self._beside: list[World] = []
        self._away: list[World] = []
        self._watch(world)

    def put_beside(self, world: World) -> None:
        """Let another vehicle stand in the field too (event 124)."""
        self._beside.append(world)
        self._watch(world)

    def clear_beside(self) -> None:
        """Let the others go."""
        for world in self._beside:
            self._gone(world, "tag")
            if world in self._away:
                self._away.remove(world)
        self._beside.clear()

    def present(self) -> tuple[World, ...]:
        """Return those whose tag would answer a search now."""
        everyone = (self.world, *self._beside)
        return tuple(world for world in everyone if world not in self._away and world.chip("tag") is not None)

    def leave(self, world: World) -> None:
        """Take a tag out of the radio's reach, without its vehicle leaving the lane."""
        if world not in self._away:
            self._away.append(world)
        self._gone(world, "tag")

    def come_back(self) -> None:
        """Let everybody be in reach again."""
        self._away.clear()

    def _watch(self, world: World) -> None:
        world.on_gone(lambda channel: self._gone(world, channel))
