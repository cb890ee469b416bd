"""What the page shows of the plate that was read."""

from __future__ import annotations

import msgspec
from lane_kit import LaneKit
from msgspec.structs import replace
from scripted_plates import BLUE, CAR, JPEG, PLATE, form, photograph, reading, seen, submit_picture

from laneside.contract.parameters import Policy
from laneside.passage.answers import Rejected
from laneside.passage.picture.plate_entry import PlateForm
from laneside.vocab.vehicle import PlateColour


def test_a_doubtful_reading_is_only_suggested_and_its_doubtful_characters_are_marked(station, plate_reader):
    photograph(station)
    plate_reader.says(seen(confidence=0.7, characters=(0.99, 0.99, 0.99, 0.6, 0.99, 0.99, 0.99)))
    assert form(station) == ("", None)
    found = reading(station)
    assert [one.text for one in found.characters if one.doubtful] == ["K"]
    assert found.said is not None
    assert "存疑" in found.said.zh
    station.does("take-reading")
    assert form(station) == (PLATE, BLUE)


def test_a_doubtful_colour_is_left_to_the_collector(station, plate_reader):
    photograph(station)
    plate_reader.says(seen(colour=PlateColour.BLACK, colour_confidence=0.6))
    assert form(station) == (PLATE, None)
    station.desk.draft(PlateForm(plate="", colour=BLUE))
    station.does("take-reading")
    assert form(station) == (PLATE, BLUE)
    assert reading(station).agrees is True


def with_use(station: LaneKit, use: str) -> None:
    policy = Policy(plate_reading=use)  # type: ignore[arg-type]  # one of its three words
    station.decisions.held = msgspec.structs.replace(station.decisions.held, policy=policy)


def test_compared_only_it_is_shown_after_the_collector_has_said_what_they_see(station, plate_reader):
    with_use(station, "compare")
    photograph(station)
    plate_reader.says(seen("甘A8K637"))
    assert (form(station), station.view.picture.reading) == (("", None), None)
    assert isinstance(station.tries("take-reading"), Rejected)
    station.desk.draft(PlateForm(plate=PLATE, colour=BLUE))
    assert reading(station).agrees is False
    assert submit_picture(station) == [(138, "warn")]


def test_the_view_is_the_old_one_without_a_reader(station):
    station.arrive(CAR)
    station.desk.take_photo(JPEG, live=True)
    assert station.view.picture == replace(station.view.picture, reading=None)
