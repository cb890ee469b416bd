"""The colour of a plate's ground, from the straightened plate."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from laneside.plates.photo import Pixels
from laneside.vocab import PlateColour


def colour_of(plate: Pixels) -> tuple[PlateColour, float]:
    """Name the colour of the ground and say how sure that is, 0 to 1."""
    height, width = plate.shape[:2]
    inner = plate[height // 6 : -(height // 6) or None, width // 20 : -(width // 20) or None]
    hue, saturation, value = (
        channel.astype(np.float64) for channel in cv2.split(cv2.cvtColor(inner, cv2.COLOR_BGR2HSV))
    )
    strong = saturation > 60
    if strong.mean() < 0.25:
        dark = np.median(value) < np.percentile(value, 5) + 0.5 * np.ptp(np.percentile(value, [5, 95]))
        return (PlateColour.BLACK if dark else PlateColour.WHITE), 0.6
    angle = float(np.median(hue[strong]) * 2)
    return _named(angle, hue * 2)


def _named(angle: float, _hues: NDArray[np.float64]) -> tuple[PlateColour, float]:
    if angle < 70:
        return PlateColour.YELLOW, 0.8
    if angle < 170:
        return PlateColour.GREEN, 0.8
    return PlateColour.BLUE, 0.9
