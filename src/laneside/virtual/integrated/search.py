"""What gates the search, and which tags it does not look at again (spec/rsu-frames.md 2.6)."""

from __future__ import annotations

from collections import deque
from typing import Final

from laneside.virtual.chips.tag import VirtualTag
from laneside.virtual.integrated.field import Field
from laneside.virtual.integrated.settings import ReaderSettings, Trigger
from laneside.virtual.integrated.timeline import Timeline
from laneside.virtual.world import World

_BEACONS: Final = 1 << 24


class Search:
    """Antenna, button, beacon id, and the memory of tags that are done."""

    def __init__(self, settings: ReaderSettings, timeline: Timeline, field: Field) -> None:
        self._settings = settings
        self._timeline = timeline
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
        self._met: dict[bytes, int] = {}
        self._turn = 0
        self._changing = True
        self._changed_at_s = self._timeline.now_s
        self._changes = 0

    @property
    def active(self) -> bool:
        """Whether a BST goes out now."""
        pressed = self._settings.trigger is Trigger.AUTO or self._timeline.now_s < self._pressed_until_s
        return self.antenna_on and pressed

    @property
    def beacon(self) -> int:
        """The beacon id, three bytes; it changes with time unless it was told to stay."""
        return (self._first_beacon + self._changes + self._elapsed) % _BEACONS

    @property
    def _elapsed(self) -> int:
        if not self._changing or not self._settings.beacon_s:
            return 0
        return int((self._timeline.now_s - self._changed_at_s) / self._settings.beacon_s)

    def switch_antenna(self, *, on: bool) -> None:
        """Switch the antenna; a frozen tag is looked at again after that."""
        self.antenna_on = on
        self._frozen.clear()

    def press(self, *, for_s: float | None = None) -> None:
        """Press the button: search for the time of one press, or for as long as it is held."""
        self._pressed_until_s = self._timeline.now_s + (self._settings.button_s if for_s is None else for_s)

    def change_beacon(self) -> None:
        """Change the beacon id once."""
        self._changes += 1

    def let_beacon_change(self, *, changing: bool) -> None:
        """Let it change with time, or keep the present one."""
        self._changes += self._elapsed
        self._changed_at_s = self._timeline.now_s
        self._changing = changing

    def freeze(self, mac_id: bytes) -> None:
        """Look at this tag no more, until the antenna is switched."""
        self._frozen.add(mac_id)

    def remember(self, mac_id: bytes) -> None:
        """Keep a tag whose trade succeeded; the whole list goes 10 s after its newest."""
        self._forget_old()
        if mac_id not in self._done:
            self._done.append(mac_id)
        self._done_at_s = self._timeline.now_s

    def forget(self) -> None:
        """Clear the memory of tags that are done."""
        self._done.clear()
        self._frozen.clear()

    def let_go(self, mac_id: bytes) -> None:
        """Note which beacon a released tag has seen."""
        self._met[mac_id] = self.beacon

    def answering(self) -> tuple[World, ...]:
        """Return whose tags answer now, another one first each time."""
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
        assert isinstance(tag, VirtualTag), "the field holds tags"
        mac_id = tag.presence(world.card_inserted).mac_id
        if mac_id in self._done or mac_id in self._frozen:
            return False
        return not (self._settings.tag_remembers_beacon and self._met.get(mac_id) == self.beacon)

    def _forget_old(self) -> None:
        if self._done and self._timeline.now_s - self._done_at_s >= self._settings.remembered_s:
            self._done.clear()
