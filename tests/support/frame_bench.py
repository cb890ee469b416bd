"""A frame reader before the virtual integrated reader: real bytes, time that moves only when somebody waits."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench import Bench, BenchClock, make_bench

from laneside.errors import LinkLostError
from laneside.reader.frames.connection_keeper import FrameReaderPolicy
from laneside.reader.frames.reader import FrameReader
from laneside.reader.frames.tracing import FrameTracer
from laneside.rsu import Dialect
from laneside.virtual.chips.chip import Chip
from laneside.virtual.integrated.reader import IntegratedReader
from laneside.virtual.integrated.settings import ReaderSettings


@dataclass
class BenchWorld:
    """The bench's chips as the roadside's world shows them."""

    bench: Bench

    @property
    def card_inserted(self) -> bool:
        return self.bench.card_in_tag and self.bench.card is not None

    @property
    def vehicle(self) -> None:
        return None

    def chip(self, channel: str) -> Chip | None:
        return {"card": self.bench.card, "tag": self.bench.tag, "psam": self.bench.psam}[channel]

    def on_gone(self, tell) -> None:
        self.tell_gone = tell


class BenchLink:
    """The bytes between host and reader."""

    def __init__(self, far: IntegratedReader, clock: BenchClock) -> None:
        if not far.reachable:
            raise LinkLostError("no reader")
        self._far, self._clock, self._cuts = far, clock, far.cuts
        self._heard = far.connect(clock.monotonic_s())

    def write(self, data: bytes) -> None:
        self._check()
        self._heard += self._far.receive(data, self._clock.monotonic_s())

    def read(self, *, timeout_s: float) -> bytes:
        self._check()
        deadline_s = self._clock.monotonic_s() + timeout_s
        while not self._heard:
            wake_s = self._far.wake_s
            until_s = deadline_s if wake_s is None else min(wake_s, deadline_s)
            self._clock.sleep(max(until_s - self._clock.monotonic_s(), 0.0))
            self._heard += self._far.tick(self._clock.monotonic_s())
            self._check()
            if self._clock.monotonic_s() >= deadline_s:
                break
        heard, self._heard = self._heard, b""
        return heard

    def close(self) -> None:
        self._far.disconnect(self._clock.monotonic_s())

    def _check(self) -> None:
        if self._far.cuts != self._cuts or not self._far.reachable:
            raise LinkLostError("the reader is gone")


@dataclass
class FrameBench:
    """One bench behind one reader; ``host`` is the dialect that the terminal believes in."""

    settings: ReaderSettings
    host: Dialect
    sm4: bool = False
    bench: Bench = field(init=False)
    far: IntegratedReader = field(init=False)

    def __post_init__(self) -> None:
        self.bench = make_bench(sm4=self.sm4)
        self.world = BenchWorld(self.bench)
        self.far = IntegratedReader(self.world, settings=self.settings, random_bytes=bytes)  # type: ignore[arg-type]  # the part of a world that a reader uses

    def reader(self, *, listener: FrameTracer | None = None) -> FrameReader:
        clock = self.bench.clock

        def open_link() -> BenchLink:
            return BenchLink(self.far, clock)

        return FrameReader(
            open_link=open_link if listener is None else listener.opening(open_link),
            clock=clock,
            policy=FrameReaderPolicy(dialect=self.host),
            observer=listener,
        )
