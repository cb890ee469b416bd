"""What was read: one plate in a photograph; and what may go wrong around a picture, typed."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field

from laneside.codec.plate import PlateKind
from laneside.errors import LanesideError
from laneside.vocab.vehicle import PlateColour

Point = tuple[float, float]
"""x to the right and y downwards, in pixels of the photograph."""

SURE_MIN: Final = 0.9
"""A text, a colour or a character that is right with at least this probability is sure: a text may be offered."""


class PlateReading(Struct, frozen=True, kw_only=True):
    """One plate as it was read; journaled and sent by the worker as it is.

    ``confidence``: the probability, 0 to 1, that the whole text is right; ``colour_confidence`` that the colour is.
    ``characters``: per character the probability that it is right if all others are. ``corners``: top left, top right,
    bottom right, bottom left of the plate, in pixels of the photograph as it is seen upright. ``rows``: 1 or 2.
    ``cut_out_sha256`` names the cut-out among the stored photos; empty before it is stored.
    """

    text: str = field(name="text")
    colour: PlateColour = field(name="colour")
    kind: PlateKind = field(name="kind")
    confidence: float = field(name="confidence")
    colour_confidence: float = field(name="colour_confidence")
    characters: tuple[float, ...] = field(name="characters")
    corners: tuple[Point, Point, Point, Point] = field(name="corners")
    rows: int = field(name="rows")
    cut_out_sha256: str = field(name="cut_out_sha256", default="")

    def __post_init__(self) -> None:
        """Hold one probability per character."""
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
        """Whether the text is sure enough to be offered."""
        return self.confidence >= SURE_MIN

    @property
    def sure_colour(self) -> int | None:
        """The colour, or None where it is doubtful."""
        return int(self.colour) if self.colour_confidence >= SURE_MIN else None


class SeenPlate(Struct, frozen=True, kw_only=True):
    """One plate of a photo with its rectified cut-out, a small JPEG."""

    reading: PlateReading
    cut_out: bytes


class PlatesSeen(Struct, frozen=True, kw_only=True):
    """What was read in a photo of this size; no plate is no trouble. The reading process sends it as it is."""

    plates: tuple[SeenPlate, ...]
    width_px: int
    height_px: int


class PlatesUnread(Struct, frozen=True, kw_only=True):
    """Why nothing was read: ``not-installed``, ``hung``, ``lost`` or ``not-a-picture``."""

    trouble: str


PlateSight = PlatesSeen | PlatesUnread


class PictureError(LanesideError):
    """The bytes are no JPEG or PNG that can be read, or hold more than can be kept in memory."""

    code = "picture"


class PlateEngineError(LanesideError):
    """The recognition's libraries or models are not installed, or its process does not answer."""

    code = "plate-engine"
