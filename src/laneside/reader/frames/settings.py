"""A frame reader's policy from a settings file: the dialect's names at the top, how we use the reader in ``reader``.

The table ``virtual`` is the virtual reader's own (``laneside virtual reader --settings``) and says nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from laneside.reader.frames.connection_keeper import FrameReaderPolicy
from laneside.rsu import DialectName, dialect_of
from laneside.rsu.settings import seconds, settings_table, whole

_READER: Final[Mapping[str, Callable[[Any], Any]]] = {
    "bst_interval": whole(0, 0xFF),
    "tx_power": whole(0, 0x1F),
    "pll_channel": whole(0, 0xFF),
    "first_back_off_s": seconds(0.1, 60),
    "back_off_s_max": seconds(0.1, 600),
    "silence_s_max": seconds(0, 3600),
}


def policy_of(settings: Mapping[str, Any], dialect: DialectName) -> FrameReaderPolicy:
    """Read the settings of a reader of this dialect, unless they name another. Raises SettingError."""
    given = {"dialect": str(dialect), **settings}
    own = settings_table("reader.", _READER, given.pop("reader", {}))
    given.pop("virtual", None)
    return FrameReaderPolicy(dialect=dialect_of(given), **own)
