"""The rigs that the contract of ``EtcReader`` is tested on: one per reader. A new reader adds its rig here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from bench import Bench, Cut, Facts, Side, Span, card_profile, issue_info, make_bench, put_card
from frame_bench import BenchWorld
from msgspec.structs import replace
from timeouts import scaled
from wired_reader import WiredReader

from laneside.devices.machine import SystemClock
from laneside.reader.frames.connection_keeper import FrameReaderPolicy
from laneside.reader.frames.reader import FrameReader
from laneside.reader.port import EtcReader
from laneside.rsu import Timeouts
from laneside.virtual.faults import Fault, FaultKind, Place, When
from laneside.virtual.integrated.settings import SERIAL_READER, TCP_READER, ReaderSettings

AWAY_S = 600.0
"""Longer than a test: a cut link comes back when it is mended."""


class Rig(Protocol):
    """One reader in front of one pair: 1000.00 yuan on the card, nothing of this station in 0019."""

    def reader(self) -> EtcReader:
        """Make a reader that knows nothing of earlier ones, as after a restart."""
        ...

    def facts(self) -> Facts:
        """Look at card and tag behind the reader's back."""
        ...

    def card_proof(self, counter_after: int) -> tuple[bytes, bytes] | None:
        """Ask the card behind the reader's back for TAC and MAC2."""
        ...

    def take_pair_away(self) -> None:
        """Drive off."""
        ...

    def swap_card(self) -> None:
        """Put another card into the tag."""
        ...

    def cut_debit(self, side: Side) -> None:
        """Break the link at the next debit, before or after the card acted, until ``mend``."""
        ...

    def mend(self) -> None:
        """Let the link work again."""
        ...

    def stop(self) -> None:
        """Take everything down."""
        ...


class ApduRig:
    """The APDU reader over virtual chips."""

    def __init__(self) -> None:
        self.bench: Bench = make_bench()

    def reader(self) -> EtcReader:
        return self.bench.reader()

    def facts(self) -> Facts:
        return self.bench.facts()

    def card_proof(self, counter_after: int) -> tuple[bytes, bytes] | None:
        return self.bench.card_proof(counter_after)

    def take_pair_away(self) -> None:
        self.bench.card = self.bench.tag = None

    def swap_card(self) -> None:
        put_card(self.bench, card_profile(issue_info=issue_info(number="2219230200000002")))

    def cut_debit(self, side: Side) -> None:
        self.bench.arm(Cut(0, side, Span.DEAD))

    def mend(self) -> None:
        self.bench.mend()

    def stop(self) -> None:
        """Nothing runs."""


class FrameRig:
    """The frame reader over a real wire, and a virtual integrated reader at its other end.

    The reader forgets at once whom it has debited: how long it remembers is the make's, and here only time. So is how
    long a host waits for what was cut.
    """

    def __init__(self, settings: ReaderSettings, pty: Path | None = None) -> None:
        self.bench: Bench = make_bench()
        self._world = BenchWorld(self.bench)
        self._dialect = replace(
            settings.dialect, timeouts=Timeouts(step_ms=round(scaled(500)), debit_ms=round(scaled(1000)))
        )
        self._wired = WiredReader(self._world, replace(settings, remembered_s=0.0), pty=pty)
        self._attached: list[FrameReader] = []

    def reader(self) -> EtcReader:
        for older in self._attached:
            older.close()  # as a process that ended: a serial port is held alone
        policy = FrameReaderPolicy(dialect=self._dialect, first_back_off_s=0.1)
        self._attached.append(FrameReader(open_link=self._wired.open, clock=SystemClock(), policy=policy))
        return self._attached[-1]

    def facts(self) -> Facts:
        return self._wired.do(self.bench.facts)

    def card_proof(self, counter_after: int) -> tuple[bytes, bytes] | None:
        return self._wired.do(lambda: self.bench.card_proof(counter_after))

    def take_pair_away(self) -> None:
        def away() -> None:
            self._world.tell_gone("tag")
            self.bench.card = self.bench.tag = None

        self._wired.do(away)

    def swap_card(self) -> None:
        def swap() -> None:
            self._world.tell_gone("card")
            put_card(self.bench, card_profile(issue_info=issue_info(number="2219230200000002")))

        self._wired.do(swap)

    def cut_debit(self, side: Side) -> None:
        """Cut before C6 arrives, or after the card acted, before the tag's write and the answer."""
        if side is Side.BEFORE:
            faults = (Fault(kind=FaultKind.CUT, place=Place.TO_READER, code="C6", when=When.BEFORE, delay_s=AWAY_S),)
        else:
            faults = (
                Fault(kind=FaultKind.LOSE, place=Place.TAG, code="D6", when=When.BEFORE),
                Fault(kind=FaultKind.CUT, place=Place.FROM_READER, code="B5", when=When.BEFORE, delay_s=AWAY_S),
            )
        for fault in faults:
            self._wired.do(lambda fault=fault: self._wired.far.faults.add(fault))

    def mend(self) -> None:
        self._wired.do(self._wired.far.faults.clear)
        self._wired.do(lambda: self._wired.far.plug(0.0))

    def stop(self) -> None:
        for each in self._attached:
            each.close()
        self._wired.stop()


RIGS: dict[str, Callable[[Path], Rig]] = {
    "apdu": lambda _folder: ApduRig(),
    "frames-serial": lambda folder: FrameRig(SERIAL_READER, pty=folder / "reader"),
    "frames-tcp": lambda _folder: FrameRig(TCP_READER),
}


@pytest.fixture(params=sorted(RIGS))
def rig(request, tmp_path: Path) -> Iterator[Rig]:
    """Set up a fresh rig of each kind."""
    made = RIGS[request.param](tmp_path)
    yield made
    made.stop()
