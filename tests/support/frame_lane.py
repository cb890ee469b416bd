"""A whole lane as in ``lane_kit``, behind an integrated reader of either dialect; what was sent to it is kept."""

from __future__ import annotations

from pathlib import Path

from frame_bench import BenchLink
from lane_kit import LaneKit
from msgspec.structs import replace

from laneside.reader.frames.connection_keeper import FrameReaderPolicy
from laneside.reader.frames.reader import FrameReader
from laneside.rsu import SERIAL, TCP, Dialect, Direction, Message, Trade, parse
from laneside.rsu.requests import SerialDebit, TcpDebit
from laneside.virtual.faults import Place
from laneside.virtual.integrated.reader import IntegratedReader
from laneside.virtual.integrated.settings import SERIAL_READER, TCP_READER, Pace, ReaderSettings

PACE = Pace(card_s=0.04, tag_s=0.04, psam_s=0.04, no_reply_s=0.1)
"""Slow chips, so that a search of ten seconds past a stranger's tag is not hundreds of sessions."""
DIALECTS: dict[str, tuple[ReaderSettings, Dialect]] = {
    "serial": (replace(SERIAL_READER, pace=PACE), SERIAL),
    "tcp": (replace(TCP_READER, pace=PACE), TCP),
}


class FrameLane(LaneKit):
    """One terminal whose reader runs the card logic itself."""

    def __init__(self, path: Path, wire: str) -> None:
        self.settings, self.dialect = DIALECTS[wire]
        super().__init__(path)

    def furnish(self) -> None:
        super().furnish()
        self.far = IntegratedReader(self.world, settings=self.settings, random_bytes=self.random_bytes)

    def make_reader(self) -> FrameReader:
        return FrameReader(
            open_link=lambda: BenchLink(self.far, self.clock),  # type: ignore[arg-type]  # a clock by hand
            clock=self.clock,
            policy=FrameReaderPolicy(dialect=self.dialect),
        )

    def orders(self) -> list[Message]:
        """Return what the terminal sent, as the reader heard it."""
        heard = (frame for _, place, frame in self.far.line.trace if place is Place.TO_READER)
        bodies = (whole.body for frame in heard for whole in self.dialect.decoder().feed(frame))
        return [parse(self.dialect, Direction.TO_READER, body) for body in bodies]

    def debits(self) -> list[Message]:
        """Return the C6 that were to debit a card."""
        tag_alone = self.dialect.trade_number(Trade.EF04)
        return [each for each in self.orders() if is_debit(each) and each.trade_mode != tag_alone]

    def tag_writes(self) -> list[Message]:
        """Return the C6 that were to write the tag alone."""
        tag_alone = self.dialect.trade_number(Trade.EF04)
        return [each for each in self.orders() if is_debit(each) and each.trade_mode == tag_alone]


def is_debit(message: Message) -> bool:
    return isinstance(message, SerialDebit | TcpDebit)
