"""The plate in the photo: when it is read, what it fills in, what it never touches, and what is kept of it."""

from __future__ import annotations

import msgspec
import pytest
from lane_kit import LaneKit
from scripted_plates import BLUE, CAR, JPEG, PLATE, form, photograph, reading, seen, submit_picture

from laneside.contract.parameters import Policy
from laneside.contract.records import PlateEvidence
from laneside.contract.signing import digest
from laneside.errors import JournalError
from laneside.passage.answers import Done, Rejected
from laneside.passage.picture.plate_entry import PlateForm
from laneside.passage.views.views import Sight
from laneside.plates import PlatesUnread
from laneside.vocab.vehicle import PlateColour

OTHER_JPEG = b"\xff\xd8 the same vehicle once more"


def test_the_reader_warms_up_with_the_page_and_reads_the_stored_photo(station, plate_reader):
    assert plate_reader.warmed == 0
    station.arrive(CAR)
    assert (plate_reader.warmed, plate_reader.asked) == (1, [])
    station.desk.take_photo(JPEG, live=True)
    assert [photo for photo, _ in plate_reader.asked] == [station.album.photos[digest(JPEG)]]
    assert reading(station).sight is Sight.READING
    assert form(station) == ("", None)


def test_read_card_and_tag_agree_and_one_touch_passes_the_plate(station, plate_reader):
    photograph(station)
    plate_reader.says(seen())
    view = station.view
    assert form(station) == (PLATE, BLUE)
    assert (view.picture.card_agrees, view.picture.tag_agrees, reading(station).agrees) == (True, True, True)
    assert "take-reading" not in view.actions
    view = station.does("submit-picture", plate=view.picture.plate, colour=view.picture.colour)
    assert view.findings == ()
    assert "quote" in view.actions


def test_a_reading_that_arrives_makes_no_tap_void(station, plate_reader):
    photograph(station)
    before = station.view.revision
    plate_reader.says(seen())
    assert station.view.revision == before
    assert station.tries("submit-picture", before, plate=PLATE, colour=BLUE) == Done()


@pytest.mark.parametrize("typed", [("甘A8K637", 1), ("", 1), ("甘", None), ("", None)])
def test_what_the_collector_typed_or_chose_stays(station, plate_reader, typed):
    photograph(station)
    station.desk.draft(PlateForm(plate=typed[0], colour=typed[1]))
    plate_reader.says(seen())
    assert form(station) == typed
    station.does("take-reading")
    assert form(station) == (PLATE, BLUE)
    assert isinstance(station.tries("take-reading"), Rejected)


def test_nothing_is_filled_in_from_the_card(station, plate_reader):
    photograph(station)
    plate_reader.says()
    assert form(station) == ("", None)
    assert reading(station).sight is Sight.NOTHING


def test_a_late_reading_of_an_older_photo_is_dropped(station, plate_reader):
    photograph(station)
    station.desk.take_photo(OTHER_JPEG, live=True)
    plate_reader.says(seen("甘A00001"), of=0)
    assert (form(station), reading(station).sight) == (("", None), Sight.READING)
    plate_reader.says(seen(), of=1)
    assert form(station) == (PLATE, BLUE)
    assert len(station.journal.of_kind("plate-read")) == 1


def test_a_retake_begins_anew(station, plate_reader):
    photograph(station)
    plate_reader.says(seen("甘A00001"))
    station.desk.take_photo(OTHER_JPEG, live=True)
    assert (form(station), reading(station).sight) == (("", None), Sight.READING)
    plate_reader.says()
    assert form(station) == ("", None)


def test_a_reading_for_a_vehicle_that_has_gone_is_dropped(station, plate_reader):
    photograph(station)
    station.does("abandon", reason="车辆驶离")
    station.home()
    plate_reader.says(seen(), of=0)
    assert station.desk.view() is None
    photograph(station, "car-3des")
    plate_reader.says(seen(), of=0)
    assert reading(station).sight is Sight.READING


def test_the_same_photo_again_is_read_again(station, plate_reader):
    photograph(station)
    plate_reader.says(seen())
    station.desk.take_photo(JPEG, live=True)
    assert reading(station).sight is Sight.READING
    plate_reader.says(seen())
    assert form(station) == (PLATE, BLUE)


def test_a_restart_while_reading_reads_again(station, plate_reader):
    photograph(station)
    station.restart()
    assert len(plate_reader.asked) == 2
    assert reading(station).sight is Sight.READING
    plate_reader.says(seen())
    assert form(station) == (PLATE, BLUE)


def test_a_restart_after_the_reading_shows_it_again_without_reading(station, plate_reader):
    photograph(station)
    plate_reader.says(seen())
    before = station.view
    station.restart()
    assert station.view == before
    assert len(plate_reader.asked) == 1


@pytest.mark.parametrize(("trouble", "words"), [("not-installed", "未安装"), ("hung", "超时"), ("lost", "未成功")])
def test_a_reader_that_fails_says_so_and_all_goes_on_by_hand(station, plate_reader, trouble, words):
    photograph(station)
    plate_reader.asked[-1][1](PlatesUnread(trouble=trouble))
    found = reading(station)
    assert (found.sight, words in found.said.zh, form(station)) == (Sight.FAILED, True, ("", None))
    station.pay(CAR)
    assert len(station.records()) == 1


def test_a_reader_that_can_do_nothing_is_not_asked_again(station, plate_reader):
    plate_reader.available = False
    photograph(station)
    assert (plate_reader.warmed, plate_reader.asked, station.view.picture.reading) == (0, [], None)


def test_a_disk_that_fails_under_a_reading_is_told_and_nothing_is_half_kept(station, plate_reader):
    photograph(station)
    photos = dict(station.album.photos)

    def full(_jpeg: bytes) -> str:
        raise JournalError("full")

    station.album.put = full
    plate_reader.says(seen())
    assert station.view.trouble is not None
    assert (station.view.picture.plate, station.album.photos) == ("", photos)
    assert station.journal.of_kind("plate-read") == ()


def test_a_reading_after_the_submission_is_still_compared(station, plate_reader):
    photograph(station)
    assert submit_picture(station) == []
    plate_reader.says(seen("甘A8K637"))
    assert [finding.code for finding in station.view.findings] == [138]
    assert station.view.taken.reading.agrees is False


def test_a_reading_after_the_submission_that_agrees_changes_nothing_else(station, plate_reader):
    photograph(station)
    submit_picture(station)
    before = station.view.revision
    plate_reader.says(seen())
    assert station.view.revision == before
    assert station.view.taken.reading.agrees is True


def test_a_reading_after_the_debit_is_kept_and_changes_no_finding(station, plate_reader):
    photograph(station)
    submit_picture(station)
    station.does("quote")
    station.does("submit")
    plate_reader.says(seen("甘A8K637"))
    assert station.view.findings == ()
    assert len(station.journal.of_kind("plate-read")) == 1


def test_the_reading_goes_to_the_centre_with_the_image_and_its_cut_out(station, plate_reader):
    photograph(station)
    plate_reader.says(seen(), seen("甘A00001", x=1100, y=200, width=90, colour=PlateColour.YELLOW))
    submit_picture(station)
    (image,) = station.images()
    assert isinstance(image.plate_reading, PlateEvidence)
    kept = image.plate_reading
    assert (kept.vehicle_id, kept.confidence, kept.others) == (f"{PLATE}_0", 0.99, ("甘A00001_1",))
    assert len(kept.characters) == len(PLATE)
    assert station.album.photos[kept.cut_out_sha256] == seen().cut_out
    waiting = [entry.subject for entry in station.journal.of_kind("photo")]
    assert waiting == [image.photo_sha256, kept.cut_out_sha256, digest(seen("甘A00001").cut_out)]


def test_without_a_reading_the_image_record_is_as_it_was(station, plate_reader):
    photograph(station)
    submit_picture(station)
    (entry,) = station.journal.of_kind("image")
    assert b"plateReading" not in entry.payload


def with_use(station: LaneKit, use: str) -> None:
    policy = Policy(plate_reading=use)  # type: ignore[arg-type]  # one of its three words
    station.decisions.held = msgspec.structs.replace(station.decisions.held, policy=policy)


def test_switched_off_nothing_is_read(station, plate_reader):
    with_use(station, "off")
    photograph(station)
    assert (plate_reader.warmed, plate_reader.asked, station.view.picture.reading) == (0, [], None)
