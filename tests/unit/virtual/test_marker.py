"""The camera's pattern: 16 bits that survive re-encoding and scaling, and nothing else passes for them."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from laneside.virtual.marker import SIZE, paint_marker, read_marker


def encoded(image: Image.Image, quality: int = 60) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


@pytest.mark.parametrize("seed", [0, 1, 0x5A01, 0xFFFF, 0x1_5A01])
@pytest.mark.parametrize("share", [1.0, 0.5, 0.4])
def test_the_low_sixteen_bits_are_found_again_at_any_size(seed: int, share: float) -> None:
    image = Image.new("RGB", SIZE, (120, 130, 140))
    paint_marker(image, seed)
    small = image.resize((round(SIZE[0] * share), round(SIZE[1] * share)))
    assert read_marker(encoded(small)) == seed & 0xFFFF


@pytest.mark.parametrize("colour", [(0, 0, 0), (128, 128, 128), (255, 255, 255)])
def test_a_picture_without_the_pattern_has_no_seed(colour) -> None:
    assert read_marker(encoded(Image.new("RGB", SIZE, colour))) is None
