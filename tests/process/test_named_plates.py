"""The real engine reads every named vehicle's picture: text, colour, and the place where the drawing has the plate."""

from __future__ import annotations

import pytest

from laneside.virtual.picture import corners_of, draw_empty_lane, draw_vehicle
from laneside.virtual.vehicles import VEHICLES
from laneside.virtual.world import EMPTY_LANE_SEED

pytest.importorskip("onnxruntime", reason="needs the extra plates")

Box = tuple[float, float, float, float]

OVERLAP_MIN = 0.7
"""What both boxes share, in parts of what they cover together: the usual measure for a plate that was found."""


def overlap(one: Box, other: Box) -> float:
    """Return the common part of two boxes over what they cover together."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    common = max(0.0, width) * max(0.0, height)
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in (one, other)]
    return common / (sum(areas) - common)


@pytest.mark.slow
@pytest.mark.parametrize("vehicle", VEHICLES, ids=lambda vehicle: vehicle.name)
def test_a_named_vehicles_plate_is_read_where_it_hangs(vehicle) -> None:
    from laneside.plates import recognise

    best = recognise(draw_vehicle(vehicle.plate, vehicle.colour, vehicle.toll_class, vehicle.seed, vehicle.name))[0]
    assert (best.text, best.colour) == (vehicle.plate, vehicle.colour)
    assert best.offered
    drawn = corners_of(vehicle.plate, vehicle.colour, vehicle.toll_class, vehicle.seed)
    across, down = zip(*drawn, strict=True)
    assert overlap(best.box, (min(across), min(down), max(across), max(down))) > OVERLAP_MIN


@pytest.mark.slow
def test_nothing_is_read_from_the_empty_lane() -> None:
    from laneside.plates import recognise

    assert not [reading for reading in recognise(draw_empty_lane(EMPTY_LANE_SEED)) if reading.offered]
