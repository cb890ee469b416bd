"""What a record or an event needs besides the passage itself."""

from __future__ import annotations

from dataclasses import dataclass

from laneside.contract.parameters import Station


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordContext:
    """Terminal and station at the moment of sealing; ``lane_attached`` is False where no lane is linked (人工放行)."""

    terminal_id: str
    station: Station
    lane_attached: bool
