"""The plate in the photo: when it is read, what it fills in, what it never touches, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from lane_kit import LaneKit

from laneside.codec.plate import plate_kind
from laneside.contract.parameters import Policy
from laneside.contract.records import PlateEvidence
from laneside.contract.signing import digest
from laneside.errors import JournalError
from laneside.passage.answers import Done, Rejected
from laneside.passage.picture.plate_entry import PlateForm
from laneside.passage.views.views import ReadingView, Sight
from laneside.plates import PlateReading, PlateSight, PlatesSeen, PlatesUnread, SeenPlate
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


def test_the_reader_warms_up_with_the_page_and_reads_the_stored_photo(station, eye):
    assert eye.warmed == 0
    station.arrive(CAR)
    assert (eye.warmed, eye.asked) == (1, [])
    station.desk.take_photo(JPEG, live=True)
    assert [photo for photo, _ in eye.asked] == [station.album.photos[digest(JPEG)]]
    assert reading(station).sight is Sight.READING
    assert form(station) == ("", None)


def test_read_card_and_tag_agree_and_one_touch_passes_the_plate(station, eye):
    shot(station)
    eye.says(seen())
    view = station.view
    assert form(station) == (PLATE, BLUE)
    assert (view.picture.card_agrees, view.picture.tag_agrees, reading(station).agrees) == (True, True, True)
    assert "take-reading" not in view.actions
    view = station.does("submit-picture", plate=view.picture.plate, colour=view.picture.colour)
    assert view.findings == ()
    assert "quote" in view.actions


def test_a_reading_that_arrives_makes_no_tap_void(station, eye):
    shot(station)
    before = station.view.revision
    eye.says(seen())
    assert station.view.revision == before
    assert station.tries("submit-picture", before, plate=PLATE, colour=BLUE) == Done()


@pytest.mark.parametrize("typed", [("甘A8K637", 1), ("", 1), ("甘", None), ("", None)])
def test_what_the_collector_typed_or_chose_stays(station, eye, typed):
    shot(station)
    station.desk.draft(PlateForm(plate=typed[0], colour=typed[1]))
    eye.says(seen())
    assert form(station) == typed
    station.does("take-reading")
    assert form(station) == (PLATE, BLUE)
    assert isinstance(station.tries("take-reading"), Rejected)


def test_nothing_is_filled_in_from_the_card(station, eye):
    shot(station)
    eye.says()
    assert form(station) == ("", None)
    assert reading(station).sight is Sight.NOTHING


def test_a_late_reading_of_an_older_photo_is_dropped(station, eye):
    shot(station)
    station.desk.take_photo(OTHER_JPEG, live=True)
    eye.says(seen("甘A00001"), of=0)
    assert (form(station), reading(station).sight) == (("", None), Sight.READING)
    eye.says(seen(), of=1)
    assert form(station) == (PLATE, BLUE)
    assert len(station.journal.of_kind("plate-read")) == 1


def test_a_retake_begins_anew(station, eye):
    shot(station)
    eye.says(seen("甘A00001"))
    station.desk.take_photo(OTHER_JPEG, live=True)
    assert (form(station), reading(station).sight) == (("", None), Sight.READING)
    eye.says()
    assert form(station) == ("", None)


def test_a_reading_for_a_vehicle_that_has_gone_is_dropped(station, eye):
    shot(station)
    station.does("abandon", reason="车辆驶离")
    station.home()
    eye.says(seen(), of=0)
    assert station.desk.view() is None
    shot(station, "car-3des")
    eye.says(seen(), of=0)
    assert reading(station).sight is Sight.READING


def test_the_same_photo_again_is_read_again(station, eye):
    shot(station)
    eye.says(seen())
    station.desk.take_photo(JPEG, live=True)
    assert reading(station).sight is Sight.READING
    eye.says(seen())
    assert form(station) == (PLATE, BLUE)


def test_a_restart_while_reading_reads_again(station, eye):
    shot(station)
    station.restart()
    assert len(eye.asked) == 2
    assert reading(station).sight is Sight.READING
    eye.says(seen())
    assert form(station) == (PLATE, BLUE)


def test_a_restart_after_the_reading_shows_it_again_without_reading(station, eye):
    shot(station)
    eye.says(seen())
    before = station.view
    station.restart()
    assert station.view == before
    assert len(eye.asked) == 1


@pytest.mark.parametrize(("trouble", "words"), [("not-installed", "未安装"), ("hung", "超时"), ("lost", "未成功")])
def test_a_reader_that_fails_says_so_and_all_goes_on_by_hand(station, eye, trouble, words):
    shot(station)
    eye.asked[-1][1](PlatesUnread(trouble=trouble))
    found = reading(station)
    assert (found.sight, words in found.said.zh, form(station)) == (Sight.FAILED, True, ("", None))
    station.pay(CAR)
    assert len(station.records()) == 1


def test_a_reader_that_can_do_nothing_is_not_asked_again(station, eye):
    eye.available = False
    shot(station)
    assert (eye.warmed, eye.asked, station.view.picture.reading) == (0, [], None)


def test_a_disk_that_fails_under_a_reading_is_told_and_nothing_is_half_kept(station, eye):
    shot(station)
    photos = dict(station.album.photos)

    def full(_jpeg: bytes) -> str:
        raise JournalError("full")

    station.album.put = full
    eye.says(seen())
    assert station.view.trouble is not None
    assert (station.view.picture.plate, station.album.photos) == ("", photos)
    assert station.journal.of_kind("plate-read") == ()


def submit(station: LaneKit, plate: str = PLATE, colour: int = BLUE) -> list[tuple[object, str]]:
    view = station.does("submit-picture", plate=plate, colour=colour)
    return [(finding.code, finding.severity) for finding in view.findings]


def test_a_reading_after_the_submission_is_still_compared(station, eye):
    shot(station)
    assert submit(station) == []
    eye.says(seen("甘A8K637"))
    assert [finding.code for finding in station.view.findings] == [138]
    assert station.view.taken.reading.agrees is False


def test_a_reading_after_the_submission_that_agrees_changes_nothing_else(station, eye):
    shot(station)
    submit(station)
    before = station.view.revision
    eye.says(seen())
    assert station.view.revision == before
    assert station.view.taken.reading.agrees is True


def test_a_reading_after_the_debit_is_kept_and_changes_no_finding(station, eye):
    shot(station)
    submit(station)
    station.does("quote")
    station.does("submit")
    eye.says(seen("甘A8K637"))
    assert station.view.findings == ()
    assert len(station.journal.of_kind("plate-read")) == 1


def test_the_reading_goes_to_the_centre_with_the_image_and_its_cut_out(station, eye):
    shot(station)
    eye.says(seen(), seen("甘A00001", x=1100, y=200, width=90, colour=PlateColour.YELLOW))
    submit(station)
    (image,) = station.images()
    assert isinstance(image.plate_reading, PlateEvidence)
    kept = image.plate_reading
    assert (kept.vehicle_id, kept.confidence, kept.others) == (f"{PLATE}_0", 0.99, ("甘A00001_1",))
    assert len(kept.characters) == len(PLATE)
    assert station.album.photos[kept.cut_out_sha256] == seen().cut_out
    waiting = [entry.subject for entry in station.journal.of_kind("photo")]
    assert waiting == [image.photo_sha256, kept.cut_out_sha256, digest(seen("甘A00001").cut_out)]


def test_without_a_reading_the_image_record_is_as_it_was(station, eye):
    shot(station)
    submit(station)
    (entry,) = station.journal.of_kind("image")
    assert b"plateReading" not in entry.payload


def with_use(station: LaneKit, use: str) -> None:
    policy = Policy(plate_reading=use)  # type: ignore[arg-type]  # one of its three words
    station.decisions.held = msgspec.structs.replace(station.decisions.held, policy=policy)


def test_switched_off_nothing_is_read(station, eye):
    with_use(station, "off")
    shot(station)
    assert (eye.warmed, eye.asked, station.view.picture.reading) == (0, [], None)
