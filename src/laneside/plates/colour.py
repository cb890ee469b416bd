"""The colour of a plate's ground, with the lighting taken out as far as the plate itself shows it."""

from __future__ import annotations

from math import exp
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from laneside.plates.photo import Pixels
from laneside.plates.priors import COLOURS
from laneside.vocab.vehicle import PlateColour

_YELLOW_PART: Final = 0.22
"""How far the yellow of a yellow-green plate reaches: a quarter, less what a box is off."""
_HUES: Final = {PlateColour.BLUE: 218.0, PlateColour.YELLOW: 44.0, PlateColour.GREEN: 145.0}
"""Degrees of the colour circle. Wide spreads: cameras and evening light turn a hue more than plates differ in it."""
_HUE_SPREAD: Final = 28.0
_YELLOW_HUE_MAX: Final = 95.0
_YELLOW_HUE_SPREAD: Final = 8.0
"""Halfway between yellow and green: the left end of a yellow-green plate is on one side of it or on the other."""
_SATURATION_MIDDLE: Final = 0.22
_SATURATION_SPREAD: Final = 0.06
"""Where grey ends: white and black plates take on some of the colour of the sky or of a lamp."""
_AREA_SPREAD: Final = 0.06
"""Which part is the ground is open near one half, as bold characters in a close box cover nearly as much."""
_COLOURED_MIN: Final = 0.8
_SAME_HUE: Final = 20.0
_GROUND_MIN: Final = 0.6
"""Characters cover less of a plate than this: a coloured part that covers more is the ground."""
_SHADE_MIN: Final = 0.4
"""What is darker beside the lit part than any shadow makes it is another colour."""
_AGAINST_BRIGHTNESS: Final = 0.7
_DESPITE_BRIGHTNESS: Final = 0.1
"""Blue has white characters, yellow and green have dark ones; a plate half in shade may look otherwise."""
_DOUBT: Final = 0.01
"""No colour is ever impossible: the form of a text that is read clearly must be able to overrule what is seen."""

Rgb = NDArray[np.float64]


def colour_likelihoods(plate: Pixels) -> dict[PlateColour, float]:
    """Return the likelihood of each colour for a straightened plate (BGR): they sum to 1.

    Characters and ground are told apart by brightness; the ground is the larger part, unless a shadow makes it two.
    White characters tell the light's colour. Beside dark ones the light is taken as it is.
    """
    inner = _inner(plate)[::2, ::2]  # a quarter of the pixels tells as much.
    cut = round(inner.shape[1] * _YELLOW_PART)
    rgb = inner[:, :, ::-1].astype(np.float64) + 1.0  # never 0, as it is divided by.
    bright = _bright(inner)
    share = float(bright.mean())
    light_ground = _step(share, 0.5, _AREA_SPREAD)
    parts = np.hstack([_bright(inner[:, :cut]), _bright(inner[:, cut:])])  # yellow and green are not equally bright.
    if share >= 0.5:
        return _judged(rgb, parts, light_ground, cut)
    right = parts[:, cut:]
    if right.any() and _is_lit(_median(rgb[:, cut:], right), _median(rgb[:, cut:], ~right), float(right.mean())):
        return _judged(rgb, parts, 1.0, cut)
    white = _median(rgb, bright) if bright.any() else np.full(3, 255.0)
    return _judged(rgb * (white.mean() / white), ~bright, light_ground, cut)


def _bright(part: Pixels) -> NDArray[np.bool_]:
    grey = cv2.cvtColor(part, cv2.COLOR_BGR2GRAY)
    level, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return np.asarray(grey > level)


def _is_lit(bright: Rgb, dark: Rgb, share: float) -> bool:
    """Return whether the bright part is coloured ground, not lettering: the larger part, or the same one in the sun."""
    (hue, coloured), (other, other_coloured) = _chroma(bright), _chroma(dark)
    if share > _GROUND_MIN:
        return coloured > _COLOURED_MIN
    apart = abs((hue - other + 180) % 360 - 180)
    alike = min(coloured, other_coloured) > _COLOURED_MIN and apart < _SAME_HUE
    return alike and float(dark.mean()) > _SHADE_MIN * float(bright.mean())


def _judged(rgb: Rgb, ground: NDArray[np.bool_], light_ground: float, cut: int) -> dict[PlateColour, float]:
    left_hue, left_coloured = _chroma(_median(rgb[:, :cut], ground[:, :cut]))
    hue, coloured = _chroma(_median(rgb[:, cut:], ground[:, cut:]))
    near = {colour: exp(-(((hue - middle) / _HUE_SPREAD) ** 2) / 2) for colour, middle in _HUES.items()}
    left_yellow = left_coloured * _step(_YELLOW_HUE_MAX - left_hue, 0.0, _YELLOW_HUE_SPREAD)
    dark_signs = _DESPITE_BRIGHTNESS + (1 - _DESPITE_BRIGHTNESS) * light_ground
    likelihoods = {
        PlateColour.BLUE: coloured * near[PlateColour.BLUE] * (1 - _AGAINST_BRIGHTNESS * light_ground),
        PlateColour.YELLOW: coloured * near[PlateColour.YELLOW] * dark_signs,
        PlateColour.BLACK: (1 - coloured) * (1 - light_ground),
        PlateColour.WHITE: (1 - coloured) * light_ground,
        PlateColour.GREEN: coloured * near[PlateColour.GREEN] * dark_signs * (1 - left_yellow),
        PlateColour.YELLOW_GREEN: coloured * near[PlateColour.GREEN] * dark_signs * left_yellow,
    }
    total = sum(likelihoods.values()) + _DOUBT * len(COLOURS)
    return {colour: (likelihood + _DOUBT) / total for colour, likelihood in likelihoods.items()}


def _inner(plate: Pixels) -> Pixels:
    height, width = plate.shape[:2]
    down, across = height // 10, width // 40  # the frame, and what a box takes of the bumper.
    return plate[down : height - down, across : width - across]


def _median(rgb: Rgb, ground: NDArray[np.bool_]) -> Rgb:
    return np.asarray(np.median(rgb[ground] if ground.any() else rgb.reshape(-1, 3), axis=0))


def _chroma(rgb: Rgb) -> tuple[float, float]:
    """Return hue in degrees and how sure it is a colour at all, 0 to 1."""
    high, low = float(rgb.max()), float(rgb.min())
    saturation = (high - low) / high
    red, green, blue = rgb
    x, y = red - (green + blue) / 2, 0.8660254 * (green - blue)
    return float(np.degrees(np.arctan2(y, x)) % 360), _step(saturation, _SATURATION_MIDDLE, _SATURATION_SPREAD)


def _step(value: float, middle: float, spread: float) -> float:
    return 1.0 / (1.0 + exp(-max(-50.0, min(50.0, (value - middle) / spread))))
