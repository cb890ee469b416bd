"""Boxes of text without the detector's model: a map that the test draws, corners in reading order, plausible shapes."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from laneside.plates.geometry import sides
from laneside.plates.text_search import TextSearch, find_text, ordered

PICTURE = np.zeros((480, 640, 3), np.uint8)


class DrawnMap:
    """A detector whose map has text in given boxes: left, top, right, bottom as shares of the picture."""

    def __init__(self, *boxes: tuple[float, float, float, float], value: float = 0.9) -> None:
        self._boxes = boxes
        self._value = value
        self.sizes: list[tuple[int, int]] = []

    def run(self, pictures: np.ndarray) -> np.ndarray:
        height, width = pictures.shape[2:]
        self.sizes.append((width, height))
        found = np.zeros((1, 1, height, width), np.float32)
        for left, top, right, bottom in self._boxes:
            found[0, 0, round(top * height) : round(bottom * height), round(left * width) : round(right * width)] = (
                self._value
            )
        return found


@pytest.mark.parametrize("turn", [0.0, 0.3, -0.3])
def test_corners_come_in_reading_order_whichever_way_they_were_given(turn: float) -> None:
    level = np.array([[-60, -15], [60, -15], [60, 15], [-60, 15]], np.float32)
    way = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]], np.float32)
    box = level @ way + 200
    for order in permutations(range(4)):
        assert np.allclose(ordered(box[list(order)]), box)


def test_a_box_of_the_map_is_a_box_of_the_picture_grown_as_the_detector_was_trained() -> None:
    (box,) = find_text(DrawnMap((0.25, 0.5, 0.5, 0.6)), PICTURE, 736)
    assert box.score == pytest.approx(0.9, abs=0.03)
    middle = box.corners.mean(axis=0)
    assert middle == pytest.approx([0.375 * 640, 0.55 * 480], abs=3)
    width, height = sides(box.corners)
    assert 160 < width < 260
    assert 48 < height < 120


def test_what_is_too_faint_or_too_thin_is_no_box() -> None:
    assert find_text(DrawnMap((0.25, 0.5, 0.5, 0.6), value=0.35), PICTURE, 736) == []
    assert find_text(DrawnMap((0.25, 0.5, 0.5, 0.5 + 1 / 736)), PICTURE, 736) == []


def test_the_picture_is_brought_to_sides_that_the_network_takes() -> None:
    detector = DrawnMap()
    for shape in ((480, 640, 3), (17, 900, 3), (1000, 31, 3)):
        find_text(detector, np.zeros(shape, np.uint8), 736)
    assert all(width % 32 == height % 32 == 0 and width > 0 < height for width, height in detector.sizes)


def test_only_boxes_shaped_like_a_row_are_looked_at_and_the_widest_first() -> None:
    square, small, wide = (0.05, 0.05, 0.2, 0.25), (0.2, 0.35, 0.4, 0.42), (0.5, 0.5, 0.9, 0.62)
    search = TextSearch(DrawnMap(square, small, wide))
    boxes = search.passes(PICTURE)[0].find(None)
    assert [round(float(box.mean(axis=0)[0]) / 640, 1) for box in boxes] == [0.7, 0.3]


def test_near_a_plate_that_was_seen_only_its_own_box_is_kept() -> None:
    seen = np.array([[300, 230], [420, 230], [420, 260], [300, 260]], np.float32)
    near = TextSearch(DrawnMap((0.35, 0.47, 0.65, 0.53), (0.02, 0.05, 0.3, 0.1))).passes(PICTURE)[1]
    boxes = near.find(seen)
    assert len(boxes) == 1
    assert boxes[0].mean(axis=0) == pytest.approx([360, 245], abs=6)
    assert near.find(None) == []


def test_a_part_is_searched_in_place() -> None:
    middle = TextSearch(DrawnMap((0.4, 0.4, 0.6, 0.5))).passes(PICTURE)[2]
    (box,) = middle.find(None)
    left, top = 640 * 0.5 * (1 - 0.575), 480 * 0.7 * (1 - 0.575)
    assert box.mean(axis=0) == pytest.approx([left + 0.5 * 0.575 * 640, top + 0.45 * 0.575 * 480], abs=4)


def test_a_small_picture_in_the_shape_of_a_plate_is_the_plate() -> None:
    first, *rest = TextSearch(DrawnMap()).passes(np.zeros((94, 300, 3), np.uint8))
    (whole,) = first.find(None)
    assert whole.tolist() == [[0, 0], [300, 0], [300, 94], [0, 94]]
    assert len(rest) == 1
