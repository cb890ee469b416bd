"""A plate cut out of its photograph, for people to look at."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from laneside.plates.photo import decode
from laneside.plates.reading import PlateReading
from laneside.plates.rectify import strip_of

ONE_ROW: Final = (480, 140)
TWO_ROWS: Final = (440, 220)
_QUALITY: Final = 85


def cut_plate(photo: bytes, reading: PlateReading) -> bytes:
    """Return the straightened plate as a JPEG. Raises PictureError for bytes that are no picture."""
    photograph = decode(photo)
    corners = np.array(reading.corners, np.float32) * np.float32(photograph.share)
    width, height = TWO_ROWS if reading.rows == 2 else ONE_ROW
    plate = strip_of(photograph.pixels, corners, width, height)
    _, jpeg = cv2.imencode(".jpg", plate, (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
    return jpeg.tobytes()
