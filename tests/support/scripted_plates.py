"""A plate reader that answers when the test says so, plates to answer with, and what the page then shows."""

from __future__ import annotations

from collections.abc import Callable

from lane_kit import LaneKit

from laneside.codec.plate import plate_kind
from laneside.passage.answers import Done
from laneside.passage.views.views import ReadingView
from laneside.plates import PlateReading, PlateSight, PlatesSeen, SeenPlate
from laneside.vocab.vehicle import PlateColour

CAR = "car-sm4"
PLATE, BLUE = "甘A8K631", 0
JPEG = b"\xff\xd8 a vehicle"


class ScriptedPlateReader:
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


def photograph(station: LaneKit, name: str = CAR, jpeg: bytes = JPEG) -> None:
    station.arrive(name)
    assert station.desk.take_photo(jpeg, live=True) == Done()


def reading(station: LaneKit) -> ReadingView:
    found = station.view.picture.reading
    assert found is not None
    return found


def form(station: LaneKit) -> tuple[str, int | None]:
    return station.view.picture.plate, station.view.picture.colour


def submit_picture(station: LaneKit, plate: str = PLATE, colour: int = BLUE) -> list[tuple[object, str]]:
    view = station.does("submit-picture", plate=plate, colour=colour)
    return [(finding.code, finding.severity) for finding in view.findings]
