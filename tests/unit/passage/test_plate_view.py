"""What the page shows of the plate that was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from lane_kit import LaneKit

from laneside.codec.plate import plate_kind
from laneside.contract.parameters import Policy
from laneside.passage.answers import Done, Rejected
from laneside.passage.picture.plate_entry import PlateForm
from laneside.passage.views.views import ReadingView
from laneside.plates import PlateReading, PlateSight, PlatesSeen, SeenPlate
from laneside.vocab.vehicle import PlateColour

JPEG = b"\xff\xd8 a vehicle"


CAR = "car-sm4"


PLATE, BLUE = "甘A8K631", 0


class HandEye:
    """A plate reader that answers when the test says so."""

    def __init__(self) -> None:
        self.available = True
        self.warmed = 0
        self.asked: list[tuple[bytes, Callable[[PlateSight], None]]] = []

    def warm(self) -> None:
        self.warmed += 1

    def read(self, photo: bytes, answer: Callable[[PlateSight], None]) -> None:
        self.asked.append((photo, answer))

    def says(self, *plates: SeenPlate, of: int = -1) -> None:
        self.asked[of][1](PlatesSeen(plates=plates, width_px=1280, height_px=960))


def seen(text: str = PLATE, *, x: float = 640, y: float = 500, width: float = 200, **more: object) -> SeenPlate:
    """A plate around a place of a photo of 1280×960, read well unless told otherwise."""
    kind = plate_kind(text)
    assert kind is not None
    left, right, top, bottom = x - width / 2, x + width / 2, y - width / 6, y + width / 6
    values: dict[str, object] = {
        "colour": PlateColour.BLUE, "confidence": 0.99, "colour_confidence": 0.98, "characters": (0.99,) * len(text),
    }  # fmt: skip
    reading = PlateReading(
        text=text, kind=kind, rows=1, corners=((left, top), (right, top), (right, bottom), (left, bottom)),
        **{**values, **more},  # type: ignore[arg-type]  # the keys are PlateReading's own
    )  # fmt: skip
    return SeenPlate(reading=reading, cut_out=b"\xff\xd8 cut out " + text.encode())


@pytest.fixture
def eye(station: LaneKit) -> HandEye:
    station.eye = HandEye()
    station.restart()
    return station.eye


def shot(station: LaneKit, name: str = CAR, jpeg: bytes = JPEG) -> None:
    station.arrive(name)
    assert station.desk.take_photo(jpeg, live=True) == Done()


def reading(station: LaneKit) -> ReadingView:
    found = station.view.picture.reading
    assert found is not None
    return found


def form(station: LaneKit) -> tuple[str, int | None]:
    return station.view.picture.plate, station.view.picture.colour


def test_a_doubtful_reading_is_only_suggested_and_its_doubtful_characters_are_marked(station, eye):
    shot(station)
    eye.says(seen(confidence=0.7, characters=(0.99, 0.99, 0.99, 0.6, 0.99, 0.99, 0.99)))
    assert form(station) == ("", None)
    found = reading(station)
    assert [one.text for one in found.characters if one.doubtful] == ["K"]
    assert found.said is not None
    assert "存疑" in found.said.zh
    station.does("take-reading")
    assert form(station) == (PLATE, BLUE)


def test_a_doubtful_colour_is_left_to_the_collector(station, eye):
    shot(station)
    eye.says(seen(colour=PlateColour.BLACK, colour_confidence=0.6))
    assert form(station) == (PLATE, None)
    station.desk.draft(PlateForm(plate="", colour=BLUE))
    station.does("take-reading")
    assert form(station) == (PLATE, BLUE)
    assert reading(station).agrees is True


def submit(station: LaneKit, plate: str = PLATE, colour: int = BLUE) -> list[tuple[object, str]]:
    view = station.does("submit-picture", plate=plate, colour=colour)
    return [(finding.code, finding.severity) for finding in view.findings]


def with_use(station: LaneKit, use: str) -> None:
    policy = Policy(plate_reading=use)  # type: ignore[arg-type]  # one of its three words
    station.decisions.held = msgspec.structs.replace(station.decisions.held, policy=policy)


def test_compared_only_it_is_shown_after_the_collector_has_said_what_they_see(station, eye):
    with_use(station, "compare")
    shot(station)
    eye.says(seen("甘A8K637"))
    assert (form(station), station.view.picture.reading) == (("", None), None)
    assert isinstance(station.tries("take-reading"), Rejected)
    station.desk.draft(PlateForm(plate=PLATE, colour=BLUE))
    assert reading(station).agrees is False
    assert submit(station) == [(138, "warn")]


def test_the_view_is_the_old_one_without_a_reader(station):
    station.arrive(CAR)
    station.desk.take_photo(JPEG, live=True)
    assert station.view.picture == replace(station.view.picture, reading=None)
