"""The toll lane round a vehicle: road, islands, booth, canopy, and their signs."""

from __future__ import annotations

from typing import Final

from tools.plates.painter import Painter

from laneside.virtual.plate_face import Rgb, mixed

_FAR_MM: Final = 60_000.0
_SIGNS: Final = ("ETC", "人工", "混合车道", "限高4.5米", "减速慢行", "出口")
_NOTICES: Final = ("请停车刷卡", "保持车距", "一车一杆", "限速5公里", "车道 03", "绿色通道")
_FASCIAS: Final = ("兰州东收费站", "河西收费站", "天水北收费站")
_KERB: Final[tuple[Rgb, Rgb]] = ((230, 186, 30), (36, 36, 38))


def paint_scenery(painter: Painter, ground: float, *, near: float) -> None:
    """Paint the surroundings: the road is ``ground`` mm below the plate's middle, nothing nearer than ``near``."""
    from PIL import Image  # noqa: PLC0415 -- Pillow loads only where pictures are made

    far = painter.half()  # half the pixels: out of focus, and quick
    _things(far, ground, near)
    painter.image.paste(far.image.resize(painter.image.size, Image.Resampling.BILINEAR))


def _things(painter: Painter, ground: float, near: float) -> None:
    _sky(painter)
    _road(painter, ground, near)
    _grit(painter)
    _far_things(painter, ground)
    for side in (-1, 1):
        _island(painter, ground, near, side)
    _booth(painter, ground)
    _canopy(painter, ground)


def _sky(painter: Painter) -> None:
    from PIL import Image  # noqa: PLC0415 -- Pillow loads only where pictures are made

    tint = painter.chance.choice(((150, 186, 222), (196, 204, 212), (168, 178, 190)))
    share = Image.linear_gradient("L").resize(painter.image.size)
    size = painter.image.size
    pale = Image.new("RGB", size, mixed(tint, (246, 246, 244), 0.7))
    painter.image.paste(Image.composite(pale, Image.new("RGB", size, tint), share))


def _road(painter: Painter, ground: float, near: float) -> None:
    shade = painter.chance.randrange(84, 124)
    concrete: Rgb = (shade, shade, shade - 3)
    wide = 40_000.0
    corners = ((-wide, ground, _FAR_MM), (wide, ground, _FAR_MM), (wide, ground, near), (-wide, ground, near))
    painter.shaded(corners, mixed(concrete, (200, 204, 206), 0.5), concrete)
    for x in (-1620, 1560):
        stripe = ((x, ground, near), (x + 130, ground, near), (x + 130, ground, _FAR_MM), (x, ground, _FAR_MM))
        painter.shape(stripe, mixed(concrete, (240, 240, 236), 0.7))
    for z in range(-2400, 9000, 2600):
        if z > near:
            painter.shape(
                ((-1600, ground, z), (1600, ground, z), (1600, ground, z + 24), (-1600, ground, z + 24)),
                mixed(concrete, (0, 0, 0), 0.25),
            )


def _grit(painter: Painter) -> None:
    """Roughen the road; the other plain surfaces are far away or are painted over."""
    from PIL import Image  # noqa: PLC0415 -- see _sky

    width, height = painter.image.size
    for step, share in ((1, 0.05), (9, 0.06), (60, 0.08)):
        size = width // step, height // step
        grain = Image.frombytes("L", size, painter.chance.randbytes(size[0] * size[1]))
        grown = grain.resize(painter.image.size, Image.Resampling.BILINEAR).convert("RGB")
        painter.image.paste(Image.blend(painter.image, grown, share))


def _far_things(painter: Painter, ground: float) -> None:
    """Paint trees along the horizon."""
    chance = painter.chance
    for _ in range(26):
        x, z, high = chance.uniform(-24_000, 24_000), chance.uniform(30_000, 44_000), chance.uniform(3_000, 7_000)
        green = mixed((58, 84, 54), (156, 170, 168), chance.uniform(0.15, 0.6))
        for _ in range(7):
            off, radius = chance.uniform(-1_300, 1_300), chance.uniform(700, 1_500)
            leaf = mixed(green, (20, 34, 20), chance.uniform(0.0, 0.35))
            painter.blob((x + off, ground - high * chance.uniform(0.25, 1.0), z), radius, leaf)


def _island(painter: Painter, ground: float, near: float, side: int) -> None:
    """Paint the kerb between two lanes with its black and yellow blocks and a bollard."""
    inner, outer, top = side * 1_850.0, side * 2_900.0, ground - 210
    painter.shape(((inner, top, near), (outer, top, near), (outer, top, 20_000), (inner, top, 20_000)), (158, 158, 152))
    start, block = near, 0
    while start < 16_000:
        face = ((inner, top, start), (inner, ground, start), (inner, ground, start + 500), (inner, top, start + 500))
        painter.shape(face, _KERB[block % 2])
        start, block = start + 500, block + 1
    for z in (900, 5_200):
        painter.board(side * 2_050, ground - 1_150, side * 2_050 + 140, top, (212, 60, 40), z=z)
        painter.board(side * 2_050, ground - 900, side * 2_050 + 140, ground - 750, (236, 236, 232), z=z)


def _booth(painter: Painter, ground: float) -> None:
    """Paint the collector's booth with glass all round, and its notice."""
    chance = painter.chance
    side = chance.choice((-1, 1))
    left, right = (2_150, 3_500) if side > 0 else (-3_500, -2_150)
    near, far, top, base = 2_600, 5_400, ground - 2_700, ground - 210
    inner = left if side > 0 else right
    wall = ((inner, top, near), (inner, base, near), (inner, base, far), (inner, top, far))
    painter.shape(wall, (186, 192, 196))
    painter.shape(
        (
            (inner, top + 500, near + 150),
            (inner, top + 1_500, near + 150),
            (inner, top + 1_500, far - 150),
            (inner, top + 500, far - 150),
        ),
        (84, 104, 118),
    )
    painter.board(left, top, right, base, (204, 208, 210), z=near)
    painter.board(left + 120, top + 500, right - 120, top + 1_500, (98, 120, 134), z=near)
    painter.words(
        chance.choice(_NOTICES),
        ((left + right) / 2, base - 450),
        200,
        (190, 30, 30),
        plane=painter.camera.plane((0, 0, near)),
    )


def _canopy(painter: Painter, ground: float) -> None:
    """Paint the roof over the lanes with the station's name, and a lane sign that hangs from it."""
    chance = painter.chance
    top = ground - 6_600
    painter.board(-20_000, top, 20_000, top + 1_500, (208, 212, 214), z=9_000)
    painter.board(-20_000, top + 1_500, 20_000, top + 1_640, (34, 96, 66), z=9_000)
    plane = painter.camera.plane((0, 0, 9_000))
    painter.words(
        chance.choice(_FASCIAS), (chance.uniform(-3_000, 3_000), top + 760), 1_000, (190, 30, 34), plane=plane
    )
    for x in (-5_200.0, 4_900.0):
        painter.board(x, top + 1_600, x + 420, ground, (188, 192, 194), z=9_200)
    sign, x = chance.choice(_SIGNS), chance.uniform(-1_400, 1_400)
    painter.board(x - 900, ground - 4_900, x + 900, ground - 4_200, (24, 96, 62), z=8_800)
    painter.words(sign, (x, ground - 4_550), 380, (240, 244, 240), plane=painter.camera.plane((0, 0, 8_800)))
