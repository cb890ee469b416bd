"""Which plate of a photo counts, and what it is evidence of."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from lane_kit import LaneKit

from laneside.codec.plate import plate_kind
from laneside.passage.answers import Done
from laneside.passage.views.views import ReadingView
from laneside.plates import PlateReading, PlateSight, PlatesSeen, SeenPlate
from laneside.vocab.vehicle import PlateColour

JPEG = b"\xff\xd8 a vehicle"


OTHER_JPEG = b"\xff\xd8 the same vehicle once more"


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


def test_the_largest_near_the_middle_counts(station, eye):
    shot(station)
    eye.says(seen("甘A00001", x=1100, y=200, width=90), seen(), seen("甘A00002", x=700, y=300, width=120))
    assert form(station) == (PLATE, BLUE)
    assert reading(station).said is None


def test_the_pairs_own_plate_wins_and_the_page_says_so(station, eye):
    shot(station)
    eye.says(seen("甘A00001", width=220), seen(x=900, y=300, width=120))
    found = reading(station)
    assert form(station) == (PLATE, BLUE)
    assert "甘A00001" in found.said.zh
    (kept,) = station.journal.of_kind("plate-read")
    assert msgspec.json.decode(kept.payload)["by_pair"] is True


def test_a_doubtful_plate_is_not_taken_on_the_pairs_word(station, eye):
    shot(station)
    eye.says(seen("甘A00001", width=220), seen(x=900, y=300, width=120, confidence=0.8))
    assert form(station) == ("甘A00001", BLUE)


def test_two_texts_for_one_plate_are_one_plate_and_the_surer_counts(station, eye):
    shot(station)
    eye.says(seen("甘A8K637", x=650, y=505, width=230, confidence=0.6), seen())
    assert form(station) == (PLATE, BLUE)
    assert reading(station).said is None
    (kept,) = station.journal.of_kind("plate-read")
    assert len(msgspec.json.decode(kept.payload)["plates"]) == 1


def test_what_is_hardly_a_plate_never_counts_first(station, eye):
    shot(station)
    eye.says(seen("甘A00001", width=400, confidence=0.3), seen(x=800, y=400))
    assert form(station) == (PLATE, BLUE)


def submit(station: LaneKit, plate: str = PLATE, colour: int = BLUE) -> list[tuple[object, str]]:
    view = station.does("submit-picture", plate=plate, colour=colour)
    return [(finding.code, finding.severity) for finding in view.findings]


def test_another_plate_in_the_photo_than_confirmed_is_a_warning_138(station, eye):
    shot(station)
    eye.says(seen("甘A8K637"))
    assert submit(station) == [(138, "warn")]
    (finding,) = station.view.findings
    assert "甘A8K637" in finding.why.zh
    assert "对照照片" in finding.remedy.zh
    assert "quote" in station.view.actions
    station.does("quote")
    station.does("submit")
    assert station.records()[0].record.special_type == "138"


def test_another_colour_in_the_photo_is_a_warning_138_but_a_doubtful_one_is_none(station, eye):
    shot(station)
    eye.says(seen(colour=PlateColour.GREEN))
    assert submit(station) == [(138, "warn")]
    station.desk.take_photo(OTHER_JPEG, live=True)
    eye.says(seen(colour=PlateColour.GREEN, colour_confidence=0.5))
    assert submit(station) == []


def test_where_collector_and_photo_agree_against_the_pair_it_stops(station, eye):
    shot(station)
    eye.says(seen("甘A8K637"))
    assert submit(station, "甘A8K637") == [(138, "stop")]


def test_a_doubtful_reading_bears_no_witness(station, eye):
    shot(station)
    eye.says(seen("甘A8K637", confidence=0.85))
    assert submit(station) == []
