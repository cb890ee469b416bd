"""The rigs that the contract of ``EtcReader`` is tested on: one per reader. A new reader adds its rig here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import pytest
from bench import Bench, Cut, Facts, Side, Span, card_profile, issue_info, make_bench, put_card

from laneside.reader import EtcReader


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


RIGS: dict[str, Callable[[], Rig]] = {"apdu": ApduRig}


@pytest.fixture(params=sorted(RIGS))
def rig(request) -> Rig:
    """Set up a fresh rig of each kind."""
    return RIGS[request.param]()
