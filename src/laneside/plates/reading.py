"""What was read: one plate in a photograph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from laneside.codec import PlateKind, plate_kind
from laneside.vocab import PlateColour

Point = tuple[float, float]
"""x to the right and y downwards, in pixels of the photograph."""

OFFER_MIN: Final = 0.9
"""A reading that is right with at least this probability may be offered to the collector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateReading:
    """Hold one plate as it was read; a text outside the grammar of plates can't be held.

    ``confidence``: the probability, 0 to 1, that the whole text is right; ``colour_confidence`` that the colour is.
    ``characters``: per character the probability that it is right if all others are. ``corners``: top left, top right,
    bottom right, bottom left of the plate, in pixels of the photograph as it is seen upright. ``rows``: 1 or 2.
    """

    text: str
    colour: PlateColour
    kind: PlateKind
    confidence: float
    colour_confidence: float
    characters: tuple[float, ...]
    corners: tuple[Point, Point, Point, Point]
    rows: int

    def __post_init__(self) -> None:
        assert plate_kind(self.text) is self.kind
        assert len(self.characters) == len(self.text)
        assert all(0.0 <= share <= 1.0 for share in (self.confidence, self.colour_confidence, *self.characters))
        assert self.rows in {1, 2}

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Return the smallest upright box round the corners: left, top, right, bottom."""
        across, down = zip(*self.corners, strict=True)
        return min(across), min(down), max(across), max(down)

    @property
    def offered(self) -> bool:
        """Say whether the text is sure enough to be offered."""
        return self.confidence >= OFFER_MIN
