"""A photograph's bytes as pixels, with a bound on everything; and pixels with other contrast and brightness."""

from __future__ import annotations

import io
import warnings
from typing import Final

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from laneside.plates.reading import PictureError

Pixels = NDArray[np.uint8]

BYTES_MAX: Final = 40_000_000
PIXELS_MAX: Final = 21_000_000
SIDE_KEPT_MAX: Final = 1600
_CONTRAST_MAX: Final = 3.0
_GAMMA: Final = 0.6
_BRIGHTER: Final[Pixels] = np.asarray(np.round(255 * np.linspace(0, 1, 256) ** _GAMMA), np.uint8)
_FORMATS: Final = ("JPEG", "PNG")


class Photograph(msgspec.Struct, frozen=True):
    """Hold (height, width, 3) BGR pixels, upright, and their size as a share of the photograph's as it came."""

    pixels: Pixels
    share: float


def decode(photo: bytes) -> Photograph:
    """Unpack a photograph, its longest side brought to at most 1600 px.

    Raises PictureError for anything but a whole JPEG or PNG of at most 21 megapixels (20 and a camera's rounding): the
    header tells the size before a pixel is unpacked.
    """
    if len(photo) > BYTES_MAX:
        raise PictureError(f"a picture of {len(photo)} bytes is too large: {BYTES_MAX} are read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large and odd files; they are judged here.
            return _pixels(photo)
    except PictureError:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise PictureError(f"the picture can't be read: {error}") from error


def _pixels(photo: bytes) -> Photograph:
    with Image.open(io.BytesIO(photo), formats=_FORMATS) as opened:
        width, height = opened.size
        if width * height > PIXELS_MAX:
            raise PictureError(f"a picture of {width}×{height} pixels is too large: {PIXELS_MAX} are read")
        opened.draft("RGB", _kept(width, height))  # a JPEG is unpacked at a half or a quarter where that is enough.
        small = _shrunk(opened, _kept(*opened.size))
        share = small.width / width
        shallow = _shallow(small)
        ImageOps.exif_transpose(shallow, in_place=True)
        rgb = np.asarray(shallow if shallow.mode == "RGB" else shallow.convert("RGB"))
        return Photograph(np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), np.uint8), share)


def _shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Shrink a picture; one with transparency channel by channel, as a whole it would be copied first."""
    if image.size == size:
        return image
    if image.mode == "RGBA":
        return Image.merge("RGB", [image.getchannel(name).resize(size, Image.Resampling.BOX) for name in "RGB"])
    return image.resize(size, Image.Resampling.BOX)


def _shallow(image: Image.Image) -> Image.Image:
    """Bring 16-bit greys to 8 bits; Pillow's own conversion would cut them off."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256).convert("L")
    return image


def _kept(width: int, height: int) -> tuple[int, int]:
    share = min(1.0, SIDE_KEPT_MAX / max(width, height))
    return max(1, round(width * share)), max(1, round(height * share))


def even_contrast(picture: Pixels) -> Pixels:
    """Even out contrast, tile by tile."""
    lab = cv2.cvtColor(picture, cv2.COLOR_BGR2LAB)
    lab[:, :, 0] = cv2.createCLAHE(_CONTRAST_MAX, (8, 8)).apply(lab[:, :, 0])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), np.uint8)


def brightened(picture: Pixels) -> Pixels:
    """Spread what is dark."""
    return _BRIGHTER[picture]
