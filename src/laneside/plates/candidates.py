"""Candidates for a plate: one strip read, the cuts of a plate, and the text on which their readings agree."""

from __future__ import annotations

from math import exp, log
from typing import Final

import msgspec

from laneside.plates.ctc import Floats
from laneside.plates.decoding import Agreed
from laneside.plates.geometry import Corners, Placement
from laneside.plates.priors import Shares, colour_fit

# The evidence for a plate is the log of a text's probability: letters on a van, forced into the form of a plate, have
# little of it. The middle is where it speaks for neither. Both numbers are chosen by hand: the table of confidence
# against rightness in docs/plates.md shows whether they still hold after a change.
_EVIDENCE_MIDDLE: Final = -4.5
_EVIDENCE_SLOPE: Final = 1.2
# A text that does not go with its colour is suspect, but the colour is the weaker witness (shade, dirt, yellow lamps):
# it counts as its square root.
_FIT_WEIGHT: Final = 0.5

LIKELY_MIN: Final = 0.05
"""From this confidence on a candidate may be a plate: while there is none, the picture is searched on, in parts."""
FAIR: Final = 0.3
"""From this confidence on a cropped plate is not searched for text, and the number painted above it is left out."""
GOOD: Final = 0.6
"""From this confidence on the best plate is neither searched for once more, enlarged, nor read in another light."""


class StripReading(msgspec.Struct, frozen=True):
    """One strip and its best text, before anything is weighed."""

    placement: Placement
    frames: Floats
    text: str
    score: float


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One plate cut out in several ways, the straightened one first, and what was read of it so far."""

    cuts: tuple[Placement, ...]
    colours: Shares
    pictures: tuple[Floats, ...]
    texts: frozenset[str]


class Candidate(msgspec.Struct, frozen=True):
    """One plate read in several cuts, and the text on which they agree."""

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
        against_plate = min(50.0, -_EVIDENCE_SLOPE * (evidence - _EVIDENCE_MIDDLE))  # exp() must not overflow.
        return agreed.share * agreed.share / (1.0 + exp(against_plate))
