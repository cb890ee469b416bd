"""Host → reader, the same fields in both dialects (spec/rsu-frames.md 2.2 and 3.2)."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from laneside.codec.layout import FieldSpec, Layout
from laneside.rsu.codes import AntennaState
from laneside.rsu.message import Message, Tailed, layout_of_frame
from laneside.rsu.parts import FACTOR, OBU_ID, PURCHASE_TIME, number, raw, short_capp_field

if TYPE_CHECKING:
    from laneside.rsu.dialect import Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class Continue(Tailed):
    """C1 继续交易: go on with this tag. ``factor`` is the region twice; the old dialect mostly has none."""

    COMMAND: ClassVar[int] = 0xC1
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xC1, OBU_ID)
    TAIL: ClassVar[FieldSpec] = FACTOR
    TAIL_SIZES: ClassVar[Container[int]] = (0, 8)

    obu_id: bytes
    factor: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Tailed):
    """C2 停止交易. The types differ by dialect and family: SerialStop, GantryStop, RampStop.

    ``unix_time`` is four bytes or nothing; only the new dialect may carry it.
    """

    COMMAND: ClassVar[int] = 0xC2
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xC2, OBU_ID, number("stop_type"))
    TAIL: ClassVar[FieldSpec] = raw("unix_time", 4)
    TAIL_SIZES: ClassVar[Container[int]] = (0, 4)

    obu_id: bytes
    stop_type: int
    unix_time: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteEntry(Message):
    """C3: write an entry into the card; ``capp_tail`` is 0019 without its three bytes of prefix. Entry lanes only."""

    COMMAND: ClassVar[int] = 0xC3
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xC3, OBU_ID, short_capp_field(), PURCHASE_TIME)

    obu_id: bytes
    capp_tail: bytes
    purchase_time: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Antenna(Message):
    """4C or C4 天线开关; which of them is the dialect's setting."""

    COMMAND: ClassVar[int] = 0xC4
    LAYOUT: ClassVar[Layout] = layout_of_frame(0xC4, FieldSpec(attribute="state", length=1, codes=AntennaState))

    state: int

    def command(self, dialect: Dialect) -> int:
        """Return this reader's own command."""
        return dialect.antenna_command
