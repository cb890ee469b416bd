"""What was seen of a plate: a strip read at a glance, its pictures, and what they agree on."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import Final

from laneside.plates.decoding import Agreed
from laneside.plates.placement import Placement
from laneside.plates.priors import Shares, colour_fit
from laneside.plates.rectify import Corners
from laneside.plates.written import Floats

_EVIDENCE_MIDDLE: Final = -4.5
_EVIDENCE_SLOPE: Final = 1.2
_FIT_WEIGHT: Final = 0.5

LIKELY_MIN: Final = 0.05
"""The confidence from which on a sighting may be a plate at all."""
FAIR: Final = 0.3
GOOD: Final = 0.6


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One strip read: what it may say at best, before anything is weighed."""

    placement: Placement
    frames: Floats
    text: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One plate cut out in several ways, the straightened one first, and what was read of it so far."""

    cuts: tuple[Placement, ...]
    colours: Shares
    pictures: tuple[Floats, ...]
    texts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One plate looked at closely, and what its pictures agree on."""

    view: View
    agreed: Agreed

    @property
    def plate(self) -> Corners:
        """Return the quadrangle round the plate."""
        return self.view.cuts[0].plate

    @property
    def fit(self) -> float:
        """Return how well text and colour go together, 0 to 1."""
        return colour_fit(self.agreed.form, self.view.colours)

    @property
    def worth(self) -> float:
        """Return what decides between two views of one plate."""
        return self.agreed.probability * self.agreed.share * self.fit

    @property
    def confidence(self) -> float:
        """Return the probability that the text is right: against its rivals, and against there being no plate at all.

        The cuts are of one picture and err together, so the share among rivals is less than it seems: it is squared.
        """
        agreed = self.agreed
        if agreed.probability <= 0:
            return 0.0
        evidence = log(agreed.probability) + _FIT_WEIGHT * log(self.fit)
        return agreed.share * agreed.share / (1.0 + exp(min(50.0, -_EVIDENCE_SLOPE * (evidence - _EVIDENCE_MIDDLE))))
