"""A pinhole camera before a vehicle: millimetres on the road become pixels in the photograph."""

from __future__ import annotations

from functools import lru_cache
from math import cos, radians, sin

import msgspec
from msgspec.structs import replace

Pixel = tuple[float, float]
Place = tuple[float, float, float]
Corners = tuple[Pixel, Pixel, Pixel, Pixel]

_NEAR_MM = 400.0


class Pose(msgspec.Struct, frozen=True, kw_only=True):
    """Hold how the camera sees the plate: angles in degrees, its distance, the plate's middle and width in pixels.

    Positive yaw shows the vehicle from its left, positive pitch from above, positive roll turns the picture clockwise.
    """

    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    distance_mm: float
    scale_px: float
    middle: Pixel


class Plane(msgspec.Struct, frozen=True):
    """A plane of the scene as the photograph sees it: millimetres on the plane to pixels, a 3×3 matrix."""

    matrix: tuple[tuple[float, float, float], ...]

    def pixel(self, right_mm: float, down_mm: float) -> Pixel:
        """Return where a point of the plane falls."""
        x, y, depth = (a * right_mm + b * down_mm + c for a, b, c in self.matrix)
        return x / depth, y / depth

    def corners(self, left: float, top: float, right: float, bottom: float) -> Corners:
        """Return a rectangle's corners, clockwise from its left top."""
        return self.pixel(left, top), self.pixel(right, top), self.pixel(right, bottom), self.pixel(left, bottom)

    def fetching(self, px_per_mm: float, left_top_mm: Pixel, window_px: Pixel) -> tuple[float, ...]:
        """Return Pillow's eight coefficients that fetch a flat drawing for a window of the photograph.

        The drawing has ``px_per_mm`` and its left top at ``left_top_mm`` of the plane; ``window_px`` is the window's.
        """
        (a, b, c), (d, e, f), (g, h, i) = self.matrix
        # The inverse up to a factor, which a projective map does not feel.
        inverse = (
            (e * i - f * h, c * h - b * i, b * f - c * e),
            (f * g - d * i, a * i - c * g, c * d - a * f),
            (d * h - e * g, b * g - a * h, a * e - b * d),
        )
        left, top = window_px
        x, y, depth = ((p, q, p * left + q * top + r) for p, q, r in inverse)
        rows = (
            *(px_per_mm * (value - left_top_mm[0] * w) for value, w in zip(x, depth, strict=True)),
            *(px_per_mm * (value - left_top_mm[1] * w) for value, w in zip(y, depth, strict=True)),
            *depth,
        )
        return tuple(value / depth[2] for value in rows[:8])


class Camera(msgspec.Struct, frozen=True):
    """Look at the plate's middle: x to the right, y downwards, z away into the vehicle, all in millimetres."""

    pose: Pose
    origin: Place = (0.0, 0.0, 0.0)

    def moved(self, x: float, y: float, z: float) -> Camera:
        """Return the camera with the scene's origin elsewhere, for another vehicle."""
        a, b, c = self.origin
        return replace(self, origin=(a + x, b + y, c + z))

    def half(self) -> Camera:
        """Return the camera of a picture half as wide and high."""
        x, y = self.pose.middle
        return replace(self, pose=replace(self.pose, scale_px=self.pose.scale_px / 2, middle=(x / 2, y / 2)))

    def pixel(self, x: float, y: float, z: float) -> Pixel:
        """Return where a point of the scene is seen; a point behind the lens is moved to just before it."""
        right, down, depth = self._turned(x + self.origin[0], y + self.origin[1], z + self.origin[2])
        focal = self.pose.scale_px * self.pose.distance_mm / max(depth + self.pose.distance_mm, _NEAR_MM)
        return self.pose.middle[0] + focal * right, self.pose.middle[1] + focal * down

    def pixels(self, *places: Place) -> list[Pixel]:
        """Return where several points fall."""
        return [self.pixel(*place) for place in places]

    def px_per_mm(self, z: float) -> float:
        """Return the scale at a depth."""
        depth = max(z + self.origin[2] + self.pose.distance_mm, _NEAR_MM)
        return self.pose.scale_px * self.pose.distance_mm / depth

    def plane(
        self, at: Place = (0.0, 0.0, 0.0), right: Place = (1.0, 0.0, 0.0), down: Place = (0.0, 1.0, 0.0)
    ) -> Plane:
        """Return the plane through a place with its two directions; without any, the vehicle's front."""
        focal = self.pose.scale_px * self.pose.distance_mm
        x, y = self.pose.middle
        start = self._turned(*(a + b for a, b in zip(at, self.origin, strict=True)))
        across, along = self._turned(*right), self._turned(*down)
        deep = (across[2], along[2], start[2] + self.pose.distance_mm)
        return Plane(
            (
                (focal * across[0] + x * deep[0], focal * along[0] + x * deep[1], focal * start[0] + x * deep[2]),
                (focal * across[1] + y * deep[0], focal * along[1] + y * deep[1], focal * start[1] + y * deep[2]),
                deep,
            )
        )

    def _turned(self, x: float, y: float, z: float) -> Place:
        """Turn a direction about the upright, the level and the sight axis, in this order."""
        a, b, c, d, e, f, g, h, i = _rotation(self.pose)
        return a * x + b * y + c * z, d * x + e * y + f * z, g * x + h * y + i * z


@lru_cache(maxsize=8)
def _rotation(pose: Pose) -> tuple[float, ...]:
    """Return the rotation of a pose, row by row."""
    yaw, pitch, roll = (radians(angle) for angle in (pose.yaw_deg, pose.pitch_deg, pose.roll_deg))
    axes = []
    for x, y, z in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)):
        across, deep = x * cos(yaw) + z * sin(yaw), z * cos(yaw) - x * sin(yaw)
        down, deep = y * cos(pitch) - deep * sin(pitch), y * sin(pitch) + deep * cos(pitch)
        axes.append((across * cos(roll) - down * sin(roll), across * sin(roll) + down * cos(roll), deep))
    return tuple(axis[row] for row in range(3) for axis in axes)
