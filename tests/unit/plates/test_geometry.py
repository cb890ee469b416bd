"""One row of a two-row plate is cut out of a picture without the row above it, even if its box had that too."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from laneside.plates.geometry import over_row, part, straightened, trimmed
from laneside.virtual.plate_face import Face, draw_face
from laneside.vocab.vehicle import PlateColour

FACE = Face(plate="苏B7K3M9", colour=PlateColour.YELLOW, rows=2)
PIXELS_PER_MM = 0.5
LEFT, TOP = 60, 80


def picture() -> np.ndarray:
    """Paint the plate on grey."""
    width, height = (round(length * PIXELS_PER_MM) for length in FACE.size_mm)
    canvas = Image.new("RGB", (width + 2 * LEFT, height + 2 * TOP), (120, 120, 120))
    canvas.paste(draw_face(FACE).convert("RGB").resize((width, height), Image.Resampling.BOX), (LEFT, TOP))
    return np.asarray(canvas)[:, :, ::-1].copy()


def row_of(places: slice) -> tuple[float, float, float, float]:
    """Return left, top, right and foot of some characters in the picture."""
    cells = FACE.cells()[places]
    left, top = min(cell.x for cell in cells), min(cell.y for cell in cells)
    right, foot = max(cell.x + cell.width for cell in cells), max(cell.y + cell.height for cell in cells)
    return (
        LEFT + left * PIXELS_PER_MM,
        TOP + top * PIXELS_PER_MM,
        LEFT + right * PIXELS_PER_MM,
        TOP + foot * PIXELS_PER_MM,
    )


def box(left: float, top: float, right: float, foot: float) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, foot], [left, foot]], np.float32)


@pytest.mark.parametrize("over", [0.0, 0.15, 0.3])
@pytest.mark.parametrize("slope", [-0.12, 0.0, 0.12])
def test_the_upper_row_is_found_from_the_lower_one(over: float, slope: float) -> None:
    turned = picture()
    height, width = turned.shape[:2]
    if slope:
        import cv2

        shear = np.array([[1, 0, 0], [slope, 1, -slope * width / 2]], np.float32)
        turned = cv2.warpAffine(turned, shear, (width, height), borderValue=(120, 120, 120))
    left, top, right, foot = row_of(slice(2, 7))
    seen = part(box(left - 6, top, right + 6, foot), (0.0, 1.0), (-over, 1.05))
    seen[:, 1] += slope * (seen[:, 0] - width / 2)
    lower = trimmed(turned, straightened(turned, seen))
    tall = foot - top
    assert abs(np.mean(lower[:2, 1]) - (top + slope * (np.mean(lower[:2, 0]) - width / 2))) < 0.25 * tall
    assert abs(np.mean(lower[2:, 1]) - (foot + slope * (np.mean(lower[2:, 0]) - width / 2))) < 0.25 * tall
    upper = over_row(lower).rows[0]
    u_left, u_top, u_right, u_foot = row_of(slice(0, 2))
    middle = upper.mean(axis=0)
    sloped = (u_top + u_foot) / 2 + slope * ((u_left + u_right) / 2 - width / 2)
    assert abs(middle[1] - sloped) < 0.25 * (u_foot - u_top)
    assert abs(middle[0] - (u_left + u_right) / 2) < 0.1 * (u_right - u_left)
