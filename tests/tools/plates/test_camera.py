"""The pinhole camera: what is nearer is larger, and a flat drawing lands where its corners are said to be."""

from __future__ import annotations

import random

import pytest
from tools.plates.camera import Camera, Pose

STRAIGHT = Pose(yaw_deg=0, pitch_deg=0, roll_deg=0, distance_mm=4_000, scale_px=0.5, middle=(640, 600))


def test_straight_before_it_a_millimetre_has_the_poses_scale() -> None:
    plane = Camera(STRAIGHT).plane()
    assert plane.corners(-220, -70, 220, 70) == ((530, 565), (750, 565), (750, 635), (530, 635))


def test_what_is_twice_as_far_is_half_as_large() -> None:
    camera = Camera(STRAIGHT)
    assert camera.pixel(400, 0, 0) == (840, 600)
    assert camera.pixel(400, 0, 4_000) == (740, 600)


@pytest.mark.parametrize(
    ("turn", "near_end", "far_end"),
    [
        ({"yaw_deg": 20}, (300, 0, 0), (-300, 0, 0)),
        ({"yaw_deg": -20}, (-300, 0, 0), (300, 0, 0)),
        ({"pitch_deg": 20}, (0, -300, 0), (0, 300, 0)),
    ],
)
def test_the_end_that_is_turned_to_the_camera_is_the_larger_one(turn, near_end, far_end) -> None:
    pose = Pose(**{**{name: getattr(STRAIGHT, name) for name in Pose.__slots__}, **turn})
    camera = Camera(pose)

    def height(place):
        x, y, z = place
        (left, top), (right, bottom) = camera.pixel(x - 20, y - 20, z), camera.pixel(x + 20, y + 20, z)
        return (right - left) * (bottom - top)

    assert height(near_end) > 1.05 * height(far_end)


def test_a_flat_drawing_is_fetched_from_where_the_plane_shows_it() -> None:
    chance = random.Random(5)
    for _ in range(50):
        pose = Pose(
            yaw_deg=chance.uniform(-30, 30),
            pitch_deg=chance.uniform(-10, 25),
            roll_deg=chance.uniform(-8, 8),
            distance_mm=chance.uniform(3_000, 7_000),
            scale_px=chance.uniform(0.3, 1.0),
            middle=(chance.uniform(300, 900), chance.uniform(300, 800)),
        )
        camera = Camera(pose).moved(chance.uniform(-500, 500), 0, chance.uniform(0, 2_000))
        plane = camera.plane()
        a, b, c, d, e, f, g, h = plane.fetching(2.0, (-220, -70), (500, 400))
        right, down = chance.uniform(-220, 220), chance.uniform(-70, 70)
        x, y = plane.pixel(right, down)
        assert (x, y) == pytest.approx(camera.pixel(right, down, 0), abs=1e-6)
        x, y = x - 500, y - 400
        depth = g * x + h * y + 1
        assert ((a * x + b * y + c) / depth, (d * x + e * y + f) / depth) == pytest.approx(
            ((right + 220) * 2, (down + 70) * 2), abs=1e-4
        )


def test_half_a_picture_shows_everything_at_half_the_place() -> None:
    camera = Camera(STRAIGHT)
    x, y = camera.pixel(123, 45, 600)
    assert camera.half().pixel(123, 45, 600) == pytest.approx((x / 2, y / 2))
