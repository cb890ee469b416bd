"""Pictures in another light: what lies in shadow or haze comes out, and a doubtful sign gets another chance."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from laneside.plates.photo import Pixels

_CONTRAST_MAX: Final = 3.0
_GAMMA: Final = 0.6
_BRIGHTER: Final[Pixels] = np.asarray(np.round(255 * np.linspace(0, 1, 256) ** _GAMMA), np.uint8)


def lifted(picture: Pixels) -> Pixels:
    """Even out contrast, tile by tile."""
    lab = cv2.cvtColor(picture, cv2.COLOR_BGR2LAB)
    lab[:, :, 0] = cv2.createCLAHE(_CONTRAST_MAX, (8, 8)).apply(lab[:, :, 0])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), np.uint8)


def brightened(picture: Pixels) -> Pixels:
    """Spread what is dark."""
    return _BRIGHTER[picture]
