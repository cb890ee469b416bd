"""Plates read from photographs: ``recognise(photo)`` and the values it gives.

Photographs come in as bytes, readings go out as values; no file, no socket and no clock, and nothing is downloaded.
numpy, OpenCV, onnxruntime and Pillow stay inside and are loaded when the first photograph is read: a process that only
holds readings never loads them. They are the extra ``plates``; without it recognise() raises PlateEngineError.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from laneside.plates.reading import (
    SURE_MIN,
    PictureError,
    PlateEngineError,
    PlateReading,
    PlateSight,
    PlatesSeen,
    PlatesUnread,
    Point,
    SeenPlate,
)

if TYPE_CHECKING:
    from laneside.plates.recogniser import Recogniser

__all__ = [
    "SURE_MIN",
    "PictureError",
    "PlateEngineError",
    "PlateReading",
    "PlateSight",
    "PlatesSeen",
    "PlatesUnread",
    "Point",
    "SeenPlate",
    "cut_out",
    "load_recogniser",
    "recognise",
]


def recognise(photo: bytes) -> list[PlateReading]:
    """Read the plates of a JPEG or PNG of at most 20 megapixels, best first; [] without any.

    The models are loaded at the first call and kept. Raises PictureError for bytes that are no such picture and
    PlateEngineError where the extra ``plates`` is not installed.
    """
    return load_recogniser().recognise(photo)


def cut_out(photo: bytes, reading: PlateReading) -> bytes:
    """Return the plate of a reading, straightened, as a small JPEG: 480×140, or 440×220 for two rows.

    Raises PictureError and PlateEngineError as recognise() does.
    """
    try:
        from laneside.plates.geometry import cut_plate  # noqa: PLC0415 - it loads OpenCV.
    except ImportError as error:
        raise PlateEngineError(f"the extra 'plates' is not installed: {error}") from error
    return cut_plate(photo, reading)


@cache
def load_recogniser() -> Recogniser:
    """Load libraries and models once. Raises PlateEngineError where the extra ``plates`` is not installed."""
    try:
        from laneside.plates.recogniser import Recogniser  # noqa: PLC0415 - it loads numpy, OpenCV and onnxruntime.
    except ImportError as error:
        raise PlateEngineError(f"the extra 'plates' is not installed: {error}") from error
    return Recogniser.load()
