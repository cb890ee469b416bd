"""The make of a virtual reader: dialect, forms, timers and pace, and how a settings file names them.

Values that no page of the spec gives are chosen here and marked (V): a host must not depend on them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from laneside.errors import SettingError
from laneside.rsu import SERIAL, TCP, Dialect, DialectName, dialect_of
from laneside.rsu.settings import seconds, settings_table, whole, yes_or_no


class B3Form(StrEnum):
    """Whether the new dialect sends B3 before its B4 (spec/rsu-frames.md 3.5: some makes only)."""

    NONE = "none"
    VEHICLE = "vehicle"
    WITH_EF04 = "with-ef04"


class Trigger(StrEnum):
    """What starts a search."""

    AUTO = "auto"
    BUTTON = "button"
    """A physical button, as on a handheld (spec/rsu-frames.md 2.6); it is pressed through the panel."""


class Several(StrEnum):
    """What happens when several tags answer one search (V)."""

    TOGETHER = "together"
    """A B2 each; the C1 chooses."""
    IN_TURN = "in-turn"
    """One B2 per search, another tag each time."""


class TearDown(StrEnum):
    """The last byte of the new dialect's B2 (spec/obu.md 3.1 and 8, unknowns 15)."""

    EF01 = "ef01"
    """EF01[26] itself: 01 installed."""
    OPPOSITE = "opposite"
    """00 normal, 01 removed."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How long a link takes. All zero: everything at once; ``bytes_per_s`` 0 is a line that takes no time."""

    bytes_per_s: float = 0.0
    card_s: float = 0.0
    tag_s: float = 0.0
    psam_s: float = 0.0
    no_reply_s: float = 0.0
    """How long the reader waits for an answer that does not come."""

    def chip_s(self, chip: str) -> float:
        """Return the time of one command and its answer."""
        return {"card": self.card_s, "tag": self.tag_s, "psam": self.psam_s}[chip]

    def wire_s(self, count: int) -> float:
        """Return how long so many bytes are on the line."""
        return count / self.bytes_per_s if self.bytes_per_s else 0.0


INSTANT: Final = Pace()
# With these a whole transaction takes about 0.2 s, as the published example of spec/rsu-frames.md section 4 (V).
_CHIPS: Final = Pace(card_s=0.012, tag_s=0.009, psam_s=0.008, no_reply_s=0.1)
SERIAL_LINK: Final = replace(_CHIPS, bytes_per_s=11_520.0)
"""115,200 baud with start and stop bit."""
TCP_LINK: Final = replace(_CHIPS, bytes_per_s=1_250_000.0)
"""Ten megabits."""


class ReaderSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One virtual reader. ``dialect`` also carries the forms that a host must know: lane mode, B2, C6, error table."""

    dialect: Dialect
    pace: Pace = INSTANT
    trigger: Trigger = Trigger.AUTO
    several: Several = Several.TOGETHER
    b2_short: bool = False
    """B2 of 36 bytes in the new dialect; which byte it has is ``dialect.b2_form``."""
    b3_form: B3Form = B3Form.NONE
    tear_down: TearDown = TearDown.EF01
    short_errors: bool = False
    """Frames that carry nothing but an error end after the code; otherwise they are filled with zeros."""
    tac_reply: int = 0xB5
    """B5 or B8: the old dialect's answer to C8 (spec/unknowns.md 43)."""
    fallback_s: float = 1.0
    """Back to the search when no command came for so long; 0 never does."""
    heartbeat_s: float = 5.0
    """(V)"""
    heartbeats_unanswered_max: int = 0
    """Hang up after so many B1 without CF; 0 never does (V)."""
    remembered_tags: int = 5
    remembered_s: float = 10.0
    search_s: float = 0.05
    """How often the field is searched."""
    button_s: float = 10.0
    """How long one press of the button searches (V)."""
    beacon_s: float = 12.0
    """How often the beacon id changes: 1200 ticks (2.6), taken as 10 ms each (V)."""
    tag_remembers_beacon: bool = False
    """A tag that was released does not answer the same beacon id again (V)."""
    maker_id: bytes = b"\xa1"
    rsu_id: bytes = b"\x00\x0a\x0b"
    version: bytes = b"\x20\x00"
    interface_version: bytes = b"\x03\x04\x00\x00"
    antenna_id: int = 1
    psam_channel: int = 1
    equipment_version: int = 0x11

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        assert self.tac_reply in {0xB5, 0xB8}, "C8 is answered by B5 or B8"
        assert self.search_s > 0, "a search without a pause would never end"
        assert min(self.fallback_s, self.heartbeat_s, self.remembered_s) >= 0, "time runs forward"

    @property
    def is_serial(self) -> bool:
        """Whether this is the old dialect."""
        return self.dialect.name is DialectName.SERIAL


SERIAL_READER: Final = ReaderSettings(dialect=SERIAL, several=Several.IN_TURN)
TCP_READER: Final = ReaderSettings(dialect=TCP)

REAL: Final = "real"
_MS_MAX: Final = 10_000.0
_HOUR_S: Final = 3600.0


def _tac_reply(value: Any) -> int:
    replies = {"B5": 0xB5, "B8": 0xB8}
    if value not in replies:
        raise ValueError("C8 is answered by B5 or B8")
    return replies[value]


_VIRTUAL: Final[Mapping[str, Callable[[Any], Any]]] = {
    "trigger": Trigger,
    "several": Several,
    "b2_short": yes_or_no,
    "b3_form": B3Form,
    "tear_down": TearDown,
    "short_errors": yes_or_no,
    "tac_reply": _tac_reply,
    "fallback_s": seconds(0, _HOUR_S),
    "heartbeat_s": seconds(0, _HOUR_S),
    "heartbeats_unanswered_max": whole(0, 1000),
    "remembered_tags": whole(0, 100),
    "remembered_s": seconds(0, _HOUR_S),
    "search_s": seconds(0.001, 10),
    "button_s": seconds(0, _HOUR_S),
    "beacon_s": seconds(0, _HOUR_S),
    "tag_remembers_beacon": yes_or_no,
    "antenna_id": whole(0, 0xFF),
    "psam_channel": whole(0, 0xFF),
}


def reader_settings(given: Mapping[str, Any], dialect: DialectName) -> ReaderSettings:
    """Return the make that a settings file describes; ``dialect`` is the default where the file names none.

    It is the file that a terminal takes with ``--reader-settings``: the dialect's names at the top, and in the table
    ``virtual`` what only a virtual reader needs; the terminal's own table ``reader`` is passed over. Raises
    SettingError.
    """
    names = {"dialect": str(dialect), **given}
    own = settings_table("virtual.", _VIRTUAL, names.pop("virtual", {}))
    names.pop("reader", None)
    own_dialect = dialect_of(names)
    usual = SERIAL_READER if own_dialect.name is DialectName.SERIAL else TCP_READER
    return replace(usual, dialect=own_dialect, **own)


def pace_of(word: str, dialect: DialectName) -> Pace:
    """Return the pace of a word: ``real``, ``0`` for everything at once, or BYTES_PER_SECOND:MS_PER_COMMAND.

    Raises SettingError.
    """
    if word == REAL:
        return SERIAL_LINK if dialect is DialectName.SERIAL else TCP_LINK
    if word == "0":
        return INSTANT
    width, _, each = word.partition(":")
    try:
        bytes_per_s, chip_ms = float(width), float(each)
    except ValueError:
        raise SettingError(f"{word!r} is no pace: real, 0, or BYTES_PER_SECOND:MS_PER_COMMAND") from None
    if not (0 <= bytes_per_s < float("inf") and 0 <= chip_ms <= _MS_MAX):
        raise SettingError(f"{word!r} is no pace: a command takes 0 to {_MS_MAX:.0f} ms, a line has a width")
    chip_s = chip_ms / 1000
    return replace(TCP_LINK, bytes_per_s=bytes_per_s, card_s=chip_s, tag_s=chip_s, psam_s=chip_s)
