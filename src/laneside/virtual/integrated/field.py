"""The radio field: which tags answer a search, which of them the reader talks to, and which it does not read again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from laneside.card.channel import TagPresence
from laneside.virtual.chips.chip import Chip
from laneside.virtual.chips.tag import VirtualTag
from laneside.virtual.faults import Place
from laneside.virtual.integrated.schedule import Schedule
from laneside.virtual.integrated.settings import ReaderSettings, Trigger
from laneside.virtual.world import World

_BEACONS: Final = 1 << 24


class RadioField:
    """The lane under the antenna. ``world`` is the reader's own lane; other worlds are vehicles that answer too."""

    def __init__(self, world: World, *, gone: Callable[[World, str], None]) -> None:
        self.world = world
        self._gone = gone
        self._beside: list[World] = []
        self._away: list[World] = []
        self._watch(world)

    def put_beside(self, world: World) -> None:
        """Put another vehicle in the field (special event 124)."""
        self._beside.append(world)
        self._watch(world)

    def clear_beside(self) -> None:
        """Remove the other vehicles."""
        for world in self._beside:
            self._gone(world, "tag")
            if world in self._away:
                self._away.remove(world)
        self._beside.clear()

    def present(self) -> tuple[World, ...]:
        """Return the worlds whose tag would answer a search now."""
        everyone = (self.world, *self._beside)
        return tuple(world for world in everyone if world not in self._away and world.chip("tag") is not None)

    def leave(self, world: World) -> None:
        """Take a tag out of the radio's reach, while its vehicle stays at the lane."""
        if world not in self._away:
            self._away.append(world)
        self._gone(world, "tag")

    def come_back(self) -> None:
        """Bring all tags back into reach."""
        self._away.clear()

    def _watch(self, world: World) -> None:
        world.on_gone(lambda channel: self._gone(world, channel))


class LinkedTag:
    """One tag that the reader talks to, with the card in it. Once the tag has gone, nothing here answers again."""

    def __init__(self, world: World) -> None:
        tag = world.chip("tag")
        assert isinstance(tag, VirtualTag), "only a tag that answered is linked"
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
        if card is not self._card:  # another card than before, or the same one after it was pulled: it has no power yet
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


class TagSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A tag as its VST shows it. ``system`` are 27 bytes of EF01, ``card_id`` ten bytes or zeros."""

    presence: TagPresence
    system: bytes
    card_id: bytes = bytes(10)

    @property
    def obu_id(self) -> bytes:
        """The MAC id."""
        return self.presence.mac_id

    @property
    def region(self) -> bytes:
        """The first four issuer bytes, twice."""
        return self.system[:4] * 2


class TagsInField:
    """The tags that the reader talks to, by OBUID: all that one search found until the host chooses, then one."""

    def __init__(self) -> None:
        self._tags: dict[bytes, LinkedTag] = {}
        self._seen: dict[bytes, TagSeen] = {}
        self.current: LinkedTag | None = None
        """The one to which commands go."""

    def __len__(self) -> int:
        return len(self._tags)

    @property
    def obu_ids(self) -> tuple[bytes, ...]:
        """The OBUIDs of all tags here."""
        return tuple(self._tags)

    def add(self, tag: LinkedTag) -> None:
        """Begin with a tag."""
        self._tags[tag.presence.mac_id] = tag
        self.current = tag

    def add_seen(self, seen: TagSeen) -> None:
        """Keep what the VST of a tag has shown."""
        self._seen[seen.obu_id] = seen

    def remove(self, tag: LinkedTag) -> None:
        """Let one tag go."""
        del self._tags[tag.presence.mac_id]
        self._seen.pop(tag.presence.mac_id, None)
        tag.lose("tag")

    def choose(self, obu_id: bytes) -> TagSeen | None:
        """Keep the tag that the host names and let the others go; None for one that is not here."""
        seen = self._seen.get(obu_id)
        if seen is None:
            return None
        for other, tag in tuple(self._tags.items()):
            if other != obu_id:
                self.remove(tag)
        self.current = self._tags[obu_id]
        return seen

    def lose(self, world: World, channel: str) -> None:
        """Take the power from a card that was pulled, or from a tag that left."""
        for tag in self._tags.values():
            if tag.world is world:
                tag.lose(channel)

    def clear(self) -> None:
        """Let all tags go."""
        for tag in self._tags.values():
            tag.lose("tag")
        self._tags.clear()
        self._seen.clear()
        self.current = None


class FieldSearch:
    """Antenna, button, beacon id, and the memory of debited tags (spec/rsu-frames.md 2.6)."""

    def __init__(self, settings: ReaderSettings, schedule: Schedule, field: RadioField) -> None:
        self._settings = settings
        self._schedule = schedule
        self._field = field
        self._first_beacon = int.from_bytes(settings.rsu_id, "big")
        self.reset()

    def reset(self) -> None:
        """Begin as after power-up."""
        self.antenna_on = False
        self._pressed_until_s = 0.0
        self._done: deque[bytes] = deque(maxlen=max(1, self._settings.remembered_tags))
        self._done_at_s = 0.0
        self._frozen: set[bytes] = set()
        self._beacon_met: dict[bytes, int] = {}
        self._turn = 0
        self._changing = True
        self._changed_at_s = self._schedule.now_s
        self._changes = 0

    @property
    def active(self) -> bool:
        """Whether a BST goes out now."""
        pressed = self._settings.trigger is Trigger.AUTO or self._schedule.now_s < self._pressed_until_s
        return self.antenna_on and pressed

    @property
    def beacon(self) -> int:
        """The beacon id, three bytes; it changes with time unless the host stopped that."""
        return (self._first_beacon + self._changes + self._elapsed) % _BEACONS

    @property
    def _elapsed(self) -> int:
        """The changes since the host last set the mode."""
        if not self._changing or not self._settings.beacon_s:
            return 0
        return int((self._schedule.now_s - self._changed_at_s) / self._settings.beacon_s)

    def switch_antenna(self, *, on: bool) -> None:
        """Switch the antenna; frozen tags are read again after that."""
        self.antenna_on = on
        self._frozen.clear()

    def press(self, *, for_s: float | None = None) -> None:
        """Press the button: search for the time of one press, or for as long as it is held."""
        self._pressed_until_s = self._schedule.now_s + (self._settings.button_s if for_s is None else for_s)

    def change_beacon(self) -> None:
        """Change the beacon id once."""
        self._changes += 1

    def let_beacon_change(self, *, changing: bool) -> None:
        """Let the beacon id change with time, or keep the present one."""
        self._changes += self._elapsed
        self._changed_at_s = self._schedule.now_s
        self._changing = changing

    def freeze(self, mac_id: bytes) -> None:
        """Do not read this tag again until the antenna is switched."""
        self._frozen.add(mac_id)

    def remember(self, mac_id: bytes) -> None:
        """Keep a tag whose trade succeeded; the whole memory ends ``remembered_s`` after its newest entry."""
        self._forget_old()
        if mac_id not in self._done:
            self._done.append(mac_id)
        self._done_at_s = self._schedule.now_s

    def forget(self) -> None:
        """Clear the memory of debited and frozen tags."""
        self._done.clear()
        self._frozen.clear()

    def let_go(self, mac_id: bytes) -> None:
        """Keep which beacon id a released tag has seen."""
        self._beacon_met[mac_id] = self.beacon

    def answering(self) -> tuple[World, ...]:
        """Return the worlds whose tags answer now, another one first each time."""
        if not self.active:
            return ()
        self._forget_old()
        found = tuple(world for world in self._field.present() if self._answers(world))
        if not found:
            return ()
        first = self._turn % len(found)
        self._turn += 1
        return found[first:] + found[:first]

    def _answers(self, world: World) -> bool:
        tag = world.chip("tag")
        assert isinstance(tag, VirtualTag), "present worlds have a tag"
        mac_id = tag.presence(world.card_inserted).mac_id
        if mac_id in self._done or mac_id in self._frozen:
            return False
        return not (self._settings.tag_remembers_beacon and self._beacon_met.get(mac_id) == self.beacon)

    def _forget_old(self) -> None:
        if self._done and self._schedule.now_s - self._done_at_s >= self._settings.remembered_s:
            self._done.clear()
