"""Where a plate may be: one line of text, or two rows of one plate, and the strips that are read from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from laneside.plates.photo import Pixels
from laneside.plates.rectify import Corners, part, sides, strip_of

STRIP_WIDTH: Final = 192
_TOP_WIDTH: Final = 60
"""Two characters, 80 mm wide and 60 high on the plate, as wide beside the lower row's five as on a plate of one row."""

_TOP_SPAN: Final = (0.17, 0.83)
_TOP_OVER_ROW: Final = (-0.56, 0.01)
"""The upper row over a box of the lower one, in its heights: 60 mm and a gap of 15 over characters of 110 mm."""
_START_SPAN: Final = 0.42
"""Province, letter and gap beside the six other characters of a new-energy plate, or the five of another."""
_SPLIT: Final = 0.40
"""Where one box round both rows is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Hold one row of text, or the upper and the lower row of a plate."""

    rows: tuple[Corners, ...]

    def __post_init__(self) -> None:
        assert len(self.rows) in {1, 2}

    @property
    def plate(self) -> Corners:
        """Return the quadrangle round all rows."""
        if len(self.rows) == 1:
            return self.rows[0]
        upper, lower = self.rows
        down = (lower[3] - lower[0] + lower[2] - lower[1]) / 2
        height = float(np.linalg.norm(down))
        rise = float(((lower[0] + lower[1]) / 2 - (upper[0] + upper[1]) / 2) @ (down / height)) / height
        return part(lower, (0.0, 1.0), (-max(0.0, rise), 1.0))

    def strip(self, picture: Pixels) -> Pixels:
        """Return the rows side by side as one strip."""
        if len(self.rows) == 1:
            return strip_of(picture, self.rows[0], STRIP_WIDTH)
        upper, lower = self.rows
        return np.hstack([strip_of(picture, upper, _TOP_WIDTH), strip_of(picture, lower, STRIP_WIDTH - _TOP_WIDTH)])

    def regrown(self, along: float, across: float) -> Placement:
        """Move each row's sides outwards by shares of its width and height."""
        return Placement(rows=tuple(part(row, (-along, 1 + along), (-across, 1 + across)) for row in self.rows))


def lower_row(box: Corners) -> Corners:
    """Return the lower row of a box round both rows of a plate."""
    return part(box, (0.0, 1.0), (_SPLIT, 1.0))


def over_row(box: Corners) -> Placement:
    """Take a box for a plate's lower row."""
    return Placement(rows=(part(box, _TOP_SPAN, _TOP_OVER_ROW), box))


def wider_left(box: Corners) -> Placement:
    """Take a box for all but the first two characters of a plate: the ground under them may have another colour."""
    return Placement(rows=(part(box, (-_START_SPAN, 1.0), (0.0, 1.0)),))


def stacked(boxes: list[Corners]) -> Iterator[Placement]:
    """Pair each box with those that may be the upper row over it."""
    for lower in boxes:
        width, height = sides(lower)
        right, down = (lower[1] - lower[0]) / max(1.0, width), (lower[3] - lower[0]) / max(1.0, height)
        for upper in boxes:
            over = lower.mean(axis=0) - upper.mean(axis=0)
            aside, above = abs(float(over @ right)) / max(1.0, width), float(over @ down) / max(1.0, height)
            wide, high = (own / max(1.0, other) for own, other in zip(sides(upper), (width, height), strict=True))
            if aside < 0.2 and 0.6 < above < 1.4 and 0.25 < wide < 0.9 and 0.35 < high < 1.1:
                yield Placement(rows=(upper, lower))
