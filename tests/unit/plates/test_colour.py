"""The colour of painted plates, by day and in coloured light."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from laneside.plates.colour import colour_likelihoods
from laneside.virtual.plate_face import Face, draw_face
from laneside.vocab.vehicle import PlateColour

PLATES = [
    ("京A12345", PlateColour.BLUE),
    ("苏B7K3M9", PlateColour.YELLOW),
    ("粤Z1234港", PlateColour.BLACK),
    ("浙A1234警", PlateColour.WHITE),
    ("沪AD12345", PlateColour.GREEN),
    ("皖A12345F", PlateColour.YELLOW_GREEN),
]


def plate_of(text: str, colour: PlateColour) -> np.ndarray:
    image = draw_face(Face(plate=text, colour=colour)).convert("RGB").resize((192, 56), Image.Resampling.BOX)
    return np.asarray(image)[4:52, :, ::-1].copy()


@pytest.mark.parametrize("light", [1.0, 0.55, 0.3])
@pytest.mark.parametrize(("text", "colour"), PLATES)
def test_the_colour_is_seen_bright_and_dark(text: str, colour: PlateColour, light: float) -> None:
    seen = colour_likelihoods((plate_of(text, colour) * light).astype(np.uint8))
    assert max(seen, key=seen.__getitem__) is colour
    assert sum(seen.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "colour"), [plate for plate in PLATES if plate[1] in {PlateColour.BLUE, PlateColour.BLACK}]
)
def test_the_light_of_sodium_lamps_is_taken_out_where_characters_are_white(text: str, colour: PlateColour) -> None:
    sodium = np.array([150, 214, 255]) / 255
    seen = colour_likelihoods(cv2.GaussianBlur((plate_of(text, colour) * sodium).astype(np.uint8), (3, 3), 0))
    assert max(seen, key=seen.__getitem__) is colour


@pytest.mark.parametrize(
    ("text", "colour"), [plate for plate in PLATES if plate[1] not in {PlateColour.BLACK, PlateColour.WHITE}]
)
@pytest.mark.parametrize("sunny", [0.35, 0.5, 0.65])
def test_a_coloured_plate_half_in_the_sun_keeps_its_colour(text: str, colour: PlateColour, sunny: float) -> None:
    plate = plate_of(text, colour).astype(np.float64)
    plate[:, round(192 * sunny) :] *= 0.6
    seen = colour_likelihoods(plate.astype(np.uint8))
    assert max(seen, key=seen.__getitem__) is colour
