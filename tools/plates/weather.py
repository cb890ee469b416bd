"""Let light, weather, dirt and lens work on a picture or on a plate's face."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from math import sqrt
from typing import TYPE_CHECKING

from tools.plates.camera import Pixel
from tools.plates.conditions import Conditions

from laneside.virtual.plate_face import Rgb, mixed

if TYPE_CHECKING:
    from PIL import Image

_MUD: Rgb = (112, 92, 66)


def lit(image: Image.Image, light: Rgb, exposure: float) -> Image.Image:
    """Return a picture under a coloured light, brighter or darker."""
    factors = [exposure * channel / 255 for channel in light]
    return image.point([min(255, round(value * factor)) for factor in factors for value in range(256)])


def weathered(face: Image.Image, conditions: Conditions, chance: random.Random) -> Image.Image:
    """Return a plate's face with dirt, a shadow across it and the sun's reflection, before the camera sees it."""
    from PIL import Image, ImageChops, ImageDraw, ImageFilter  # noqa: PLC0415 -- Pillow loads only where pictures are made

    image = face.copy()
    width, height = image.size
    if conditions.dirt:
        specks = _noise(width // 6, height // 6, chance).resize(image.size, Image.Resampling.BICUBIC)
        clouds = _noise(7, 4, chance).resize(image.size, Image.Resampling.BICUBIC)
        reach = conditions.dirt * 210
        crust = ImageChops.multiply(specks, clouds).point(
            [min(200, round(value / 255 * reach * 1.6)) for value in range(256)]
        )
        splash = (
            Image.linear_gradient("L")
            .resize(image.size)
            .point([round((value / 255) ** 3 * reach) for value in range(256)])
        )
        image.paste(_MUD, (0, 0), ImageChops.lighter(crust, ImageChops.multiply(splash, specks)))
    if conditions.shade:
        mask = Image.new("L", image.size)
        edge, lean = chance.uniform(0.2, 0.8) * width, chance.uniform(-0.6, 0.6) * height
        ImageDraw.Draw(mask).polygon(
            ((edge + lean, 0), (width, 0), (width, height), (edge - lean, height)), fill=round(255 * conditions.shade)
        )
        image.paste((10, 12, 18), (0, 0), mask.filter(ImageFilter.GaussianBlur(4)))
    if conditions.glare:
        gleam = ImageChops.invert(Image.radial_gradient("L")).resize(
            (width, round(height * 1.6)), Image.Resampling.BICUBIC
        )
        gleam = gleam.point([round(min(1.0, value / 190) * conditions.glare * 190) for value in range(256)])
        at = round(chance.uniform(-0.5, 0.5) * width), round(chance.uniform(-0.9, 0.1) * height)
        image.paste((255, 252, 240), at, gleam)
    return image


def uneven(image: Image.Image, chance: random.Random) -> Image.Image:
    """Return the picture with soft patches of light and shade: paint and road reflect their surroundings."""
    from PIL import Image, ImageChops  # noqa: PLC0415 -- see weathered

    patches = _noise(8, 6, chance).point([96 + value // 4 for value in range(256)])
    grown = patches.resize((image.width // 8, image.height // 8), Image.Resampling.BICUBIC)
    grown = grown.resize(image.size, Image.Resampling.BILINEAR)
    return ImageChops.overlay(image, grown.convert("RGB"))


def lamp_glow(image: Image.Image, lamps: Sequence[Pixel], radius_px: float, chance: random.Random) -> Image.Image:
    """Return the picture with burning lamps: a white core, a wide halo, and the reflection in the lens."""
    from PIL import Image, ImageChops  # noqa: PLC0415 -- see weathered

    glow = Image.new("RGB", image.size)
    warm = mixed((255, 244, 214), (226, 236, 255), chance.random())
    spot = ImageChops.invert(Image.radial_gradient("L"))
    halo = spot.point([round(max(0.0, (value - 75) / 180) ** 2.4 * 255) for value in range(256)])
    for x, y in lamps:
        for reach, strength in ((radius_px * 5, 0.55), (radius_px * 1.6, 1.0)):
            _add(glow, halo, (x, y), reach, lit_colour(warm, strength))
        ghost = image.width - x, image.height - y
        _add(glow, halo, ghost, radius_px * 1.4, (14, 30, 40))
    return ImageChops.add(image, glow)


def lit_colour(colour: Rgb, factor: float) -> Rgb:
    """Return a colour with less light."""
    return mixed((0, 0, 0), colour, factor)


def _add(image: Image.Image, spot: Image.Image, middle: Pixel, reach: float, colour: Rgb) -> None:
    """Add a round spot of light."""
    from PIL import Image, ImageChops  # noqa: PLC0415 -- see weathered

    size = max(2, round(2 * reach))
    box = round(middle[0] - reach), round(middle[1] - reach)
    mask = spot.resize((size, size), Image.Resampling.BILINEAR)
    light = Image.composite(Image.new("RGB", mask.size, colour), Image.new("RGB", mask.size), mask)
    before = image.crop((*box, box[0] + size, box[1] + size))
    image.paste(ImageChops.add(before, light), box)


def rained_on(image: Image.Image, rain: float, chance: random.Random) -> Image.Image:
    """Return the picture through rain: greyer, streaks in the air, drops on the lens."""
    from PIL import Image, ImageDraw, ImageFilter  # noqa: PLC0415 -- see weathered

    veiled = Image.blend(image, Image.new("RGB", image.size, (132, 138, 146)), 0.10 + 0.14 * rain)
    streaks = Image.new("L", image.size)
    brush = ImageDraw.Draw(streaks)
    lean = chance.uniform(-0.25, 0.25)
    for _ in range(round(420 * rain)):
        x, y, long = chance.uniform(0, image.width), chance.uniform(-40, image.height), chance.uniform(14, 54)
        brush.line((x, y, x + lean * long, y + long), fill=chance.randrange(30, 110))
    veiled.paste((216, 222, 230), (0, 0), streaks)
    for _ in range(round(9 * rain)):
        radius = chance.randrange(8, 26)
        x, y = chance.randrange(radius, image.width - radius), chance.randrange(radius, image.height - radius)
        box = (x - radius, y - radius, x + radius, y + radius)
        drop = veiled.crop(box).transpose(Image.Transpose.ROTATE_180).filter(ImageFilter.GaussianBlur(radius / 4))
        mask = Image.new("L", drop.size)
        ImageDraw.Draw(mask).ellipse((1, 1, 2 * radius - 2, 2 * radius - 2), fill=190)
        veiled.paste(drop, box[:2], mask.filter(ImageFilter.GaussianBlur(1.5)))
    return veiled


def through_the_lens(image: Image.Image, conditions: Conditions, chance: random.Random) -> Image.Image:
    """Return the picture with what lens, hand and sensor do: softness, movement, darker corners, noise."""
    from PIL import Image, ImageChops, ImageFilter  # noqa: PLC0415 -- see weathered

    soft = image.filter(ImageFilter.BoxBlur(_reach(conditions, chance)))
    soft = ImageChops.multiply(soft, _corners(image.size))
    fine, coarse = (_noise(image.width // step, image.height // step, chance) for step in (1, 2))
    grain = Image.blend(fine, coarse.resize(image.size, Image.Resampling.NEAREST), 0.45).convert("RGB")
    return Image.blend(soft, grain, 0.02 + 0.10 * conditions.noise)


def _reach(conditions: Conditions, chance: random.Random) -> tuple[float, float]:
    """Return the box, level and upright, that blurs as much as the lens and the moving hand together."""
    lens = conditions.blur_px**2
    moved = lens + conditions.motion_px**2 / 12
    along, across = (sqrt(12 * spread + 1) / 2 - 0.5 for spread in (moved, lens))
    return (along, across) if chance.random() < 0.6 else (across, along)


@cache
def _corners(size: tuple[int, int]) -> Image.Image:
    """Return how much darker a lens makes the corners of a picture."""
    from PIL import Image  # noqa: PLC0415 -- see weathered

    fall = Image.radial_gradient("L").point([255 - max(0, value - 110) // 3 for value in range(256)])
    return fall.resize(size, Image.Resampling.BILINEAR).convert("RGB")


def _noise(width: int, height: int, chance: random.Random) -> Image.Image:
    """Return random grey pixels."""
    from PIL import Image  # noqa: PLC0415 -- see weathered

    return Image.frombytes("L", (width, height), chance.randbytes(width * height))
