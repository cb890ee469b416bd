"""Bytes that are no picture, and pictures that are too much."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from laneside.plates import PictureError, recognise
from laneside.plates.photo import PIXELS_MAX, SIDE_KEPT_MAX, decode


def encoded(image: Image.Image, form: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes whose header promises any number of pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "photo", [b"", b"no picture", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a" + bytes(40)]
)
def test_bytes_that_are_no_picture_are_refused(photo: bytes) -> None:
    with pytest.raises(PictureError):
        recognise(photo)


@pytest.mark.parametrize("size", [(5_000, 5_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_the_header_of_a_bomb_is_enough(size: tuple[int, int]) -> None:
    with pytest.raises(PictureError):
        decode(bomb(*size))


def test_a_gif_is_not_opened_at_all() -> None:
    with pytest.raises(PictureError):
        decode(encoded(Image.new("RGB", (20, 20)), "GIF"))


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.98])
def test_a_truncated_picture_is_refused(form: str, share: float) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (200, 300, 3), np.uint8)
    whole = encoded(Image.fromarray(noise), form)
    with pytest.raises(PictureError):
        decode(whole[: int(len(whole) * share)])


@settings(deadline=None, max_examples=200)
@given(form=st.sampled_from(["JPEG", "PNG"]), place=st.floats(0, 1), bytes_there=st.binary(min_size=1, max_size=8))
def test_damaged_pictures_are_refused_or_read(form: str, place: float, bytes_there: bytes) -> None:
    whole = encoded(Image.effect_noise((48, 32), 40).convert("RGB"), form)
    start = int(place * len(whole))
    try:
        photograph = decode(whole[:start] + bytes_there + whole[start + len(bytes_there) :])
    except PictureError:
        return
    assert photograph.pixels.ndim == 3
    assert max(photograph.pixels.shape) <= SIDE_KEPT_MAX


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_pixel_becomes_bgr(mode: str) -> None:
    photograph = decode(encoded(Image.new(mode, (64, 32))))
    assert photograph.pixels.shape == (32, 64, 3)
    assert photograph.pixels.dtype == np.uint8


def test_channels_come_as_blue_green_red() -> None:
    assert decode(encoded(Image.new("RGB", (4, 4), (250, 130, 10)))).pixels[0, 0].tolist() == [10, 130, 250]


def test_twenty_megapixels_are_read_and_kept_small() -> None:
    photograph = decode(encoded(Image.new("RGB", (5472, 3648), (90, 90, 90)), "JPEG"))
    assert PIXELS_MAX > 5472 * 3648
    assert max(photograph.pixels.shape) <= SIDE_KEPT_MAX
    assert photograph.share == pytest.approx(photograph.pixels.shape[1] / 5472, rel=1e-3)


def test_a_picture_lying_on_its_side_is_set_upright() -> None:
    image = Image.new("RGB", (60, 20))
    tags = image.getexif()
    tags[274] = 6
    out = io.BytesIO()
    image.save(out, "JPEG", exif=tags)
    assert decode(out.getvalue()).pixels.shape == (60, 20, 3)


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (400, 1), (31, 17)])
def test_tiny_pictures_hold_no_plate(size: tuple[int, int]) -> None:
    assert recognise(encoded(Image.new("RGB", size, (20, 60, 160)))) == []
