"""Which plate of a photo counts, and what it is evidence of."""

from __future__ import annotations

import msgspec
from scripted_plates import BLUE, PLATE, form, photograph, reading, seen, submit_picture

from laneside.vocab.vehicle import PlateColour

OTHER_JPEG = b"\xff\xd8 the same vehicle once more"


def test_the_largest_near_the_middle_counts(station, plate_reader):
    photograph(station)
    plate_reader.says(seen("甘A00001", x=1100, y=200, width=90), seen(), seen("甘A00002", x=700, y=300, width=120))
    assert form(station) == (PLATE, BLUE)
    assert reading(station).said is None


def test_the_pairs_own_plate_wins_and_the_page_says_so(station, plate_reader):
    photograph(station)
    plate_reader.says(seen("甘A00001", width=220), seen(x=900, y=300, width=120))
    found = reading(station)
    assert form(station) == (PLATE, BLUE)
    assert "甘A00001" in found.said.zh
    (kept,) = station.journal.of_kind("plate-read")
    assert msgspec.json.decode(kept.payload)["by_pair"] is True


def test_a_doubtful_plate_is_not_taken_on_the_pairs_word(station, plate_reader):
    photograph(station)
    plate_reader.says(seen("甘A00001", width=220), seen(x=900, y=300, width=120, confidence=0.8))
    assert form(station) == ("甘A00001", BLUE)


def test_two_texts_for_one_plate_are_one_plate_and_the_surer_counts(station, plate_reader):
    photograph(station)
    plate_reader.says(seen("甘A8K637", x=650, y=505, width=230, confidence=0.6), seen())
    assert form(station) == (PLATE, BLUE)
    assert reading(station).said is None
    (kept,) = station.journal.of_kind("plate-read")
    assert len(msgspec.json.decode(kept.payload)["plates"]) == 1


def test_what_is_hardly_a_plate_never_counts_first(station, plate_reader):
    photograph(station)
    plate_reader.says(seen("甘A00001", width=400, confidence=0.3), seen(x=800, y=400))
    assert form(station) == (PLATE, BLUE)


def test_another_plate_in_the_photo_than_confirmed_is_a_warning_138(station, plate_reader):
    photograph(station)
    plate_reader.says(seen("甘A8K637"))
    assert submit_picture(station) == [(138, "warn")]
    (finding,) = station.view.findings
    assert "甘A8K637" in finding.why.zh
    assert "对照照片" in finding.remedy.zh
    assert "quote" in station.view.actions
    station.does("quote")
    station.does("submit")
    assert station.records()[0].record.special_type == "138"


def test_another_colour_in_the_photo_is_a_warning_138_but_a_doubtful_one_is_none(station, plate_reader):
    photograph(station)
    plate_reader.says(seen(colour=PlateColour.GREEN))
    assert submit_picture(station) == [(138, "warn")]
    station.desk.take_photo(OTHER_JPEG, live=True)
    plate_reader.says(seen(colour=PlateColour.GREEN, colour_confidence=0.5))
    assert submit_picture(station) == []


def test_where_collector_and_photo_agree_against_the_pair_it_stops(station, plate_reader):
    photograph(station)
    plate_reader.says(seen("甘A8K637"))
    assert submit_picture(station, "甘A8K637") == [(138, "stop")]


def test_a_doubtful_reading_bears_no_witness(station, plate_reader):
    photograph(station)
    plate_reader.says(seen("甘A8K637", confidence=0.85))
    assert submit_picture(station) == []
