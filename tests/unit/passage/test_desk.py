"""The wizard without a browser: order of steps, double taps, second tabs, restarts, endings without a debit."""

from __future__ import annotations

from threading import Event, Thread

import pytest
from lane_kit import ETC_LANE, MIXED_LANE, PASSWORD
from msgspec.structs import replace

from laneside.errors import JournalError, LinkLostError, SettingError
from laneside.passage.answers import BUSY, LANE_NOT_FREED, NO_PASSAGE, NOT_NOW, OFF_DUTY, Done, Rejected
from laneside.passage.desk import Desk
from laneside.passage.duty import duty
from laneside.passage.flows.actions import Reason
from laneside.passage.flows.flow import Activity
from laneside.passage.notes import Ending
from laneside.passage.picture.plate_entry import PlateForm

PATIENCE = 3


JPEG = b"\xff\xd8 a vehicle"


def test_a_double_tap_debits_once(station):
    station.arrive("car-sm4")
    station.confirm("car-sm4")
    station.does("quote")
    before = station.card
    revision = station.view.revision
    assert station.tries("submit", revision) == Done()
    second = station.tries("submit", revision)
    assert isinstance(second, Rejected)
    assert station.card["counter"] == before["counter"] + 1
    assert len(station.records()) == 1


def test_a_file_that_is_no_picture_is_refused_and_nothing_is_lost(station):
    station.arrive("car-sm4")
    station.desk.take_photo(JPEG, live=True)
    assert isinstance(station.desk.take_photo(b"MZ", live=False), Rejected)
    assert station.view.picture.photo_sha256 is not None


@pytest.mark.parametrize("step", ["read", "photo", "picture", "quote"])
def test_a_restart_at_any_step_shows_the_same_page_again(station, step):
    station.arrive("car-sm4")
    if step != "read":
        station.desk.take_photo(JPEG, live=False)
    if step in ("picture", "quote"):
        station.does("submit-picture", plate="甘A8K631", colour=0)
    if step == "quote":
        station.does("quote")
    before = station.view
    station.restart()
    assert station.view == before


def test_idle_pages_ask_and_go_on(station):
    station.arrive("car-sm4")
    assert not station.view.ask_idle
    station.clock.forward(181)
    assert station.view.ask_idle
    assert not station.does("resume").ask_idle


def test_only_enabled_registered_exit_lanes_are_offered(station):
    assert [(lane.lane_hex, lane.code) for lane in station.desk.lanes()] == [("62010A0B11", "06"), ("62010A0B12", "05")]
    assert isinstance(station.desk.open("62010A0B01"), Rejected)
    station.login("620001")
    station.lane_setup.enable(frozenset({"62010A0B12", "62010A0B01"}))
    station.login()
    assert [lane.lane_hex for lane in station.desk.lanes()] == ["62010A0B12"]


def test_the_record_numbers_carry_slot_and_hour_and_never_fall(station):
    for name in ("car-sm4", "car-3des"):
        station.arrive(name)
        station.pay(name)
        station.home()
    ids = [upload.record.record_id for upload in station.records()]
    assert [(len(i), i[21:]) for i in ids] == [(37, "2026050612070001"), (37, "2026050612070002")]


def test_a_stale_page_does_not_replace_what_is_typed(station):
    station.arrive("car-sm4")
    station.desk.take_photo(JPEG, live=True)
    station.desk.draft(PlateForm(plate="甘A8K631", colour=0))
    stale = station.tries("picture", station.view.revision - 1, plate="甘B00001", colour=4)
    assert stale.field == "revision"
    assert (station.view.picture.plate, station.view.picture.colour) == ("甘A8K631", 0)


def test_a_page_of_the_last_vehicle_touches_nothing_of_this_one(station):
    station.arrive("car-sm4")
    old = station.view
    station.does("abandon", reason="车辆驶离")
    station.home()
    station.arrive("car-3des")
    assert station.view.revision == old.revision
    for answer in (
        station.desk.act("abandon", old.revision, Reason(reason="x"), passage_id=old.passage_id),
        station.desk.draft(PlateForm(plate="甘B00001"), passage_id=old.passage_id),
        station.desk.take_photo(JPEG, live=True, passage_id=old.passage_id),
    ):
        assert answer.field == "revision"
    assert (station.view.result, station.view.picture.plate, station.view.picture.photo_sha256) == (None, "", None)


def test_the_desk_is_free_again_as_soon_as_the_disk_is(station, monkeypatch):
    """The write fails in a device job, and so does looking up what the journal holds: not busy until a restart."""
    station.arrive("car-sm4")
    station.confirm("car-sm4")
    station.does("quote")

    def broken(*_):
        raise JournalError("disk gone")

    monkeypatch.setattr(station.journal, "append_all", broken)
    monkeypatch.setattr(station.journal, "latest", broken)
    monkeypatch.setattr(station.journal, "entries", broken)
    assert station.tries("submit") == Done()
    view = station.view
    assert (view.activity, view.trouble.zh) == (Activity.NONE, "本机存储故障，请停止收费并联系班长")
    assert station.tries("submit").text.zh == "本机存储故障，请停止收费并联系班长"
    assert station.desk.open(ETC_LANE).text.zh == "本机存储故障，请停止收费并联系班长"
    monkeypatch.undo()
    assert station.does("submit").result.ending is Ending.COMPLETED
    assert len(station.records()) == 1


def test_a_page_is_drawn_while_the_lane_the_camera_and_the_password_take_their_time(station, monkeypatch):
    """What takes long happens outside the lock that a page needs: the view comes while an action is held up."""
    held, go_on, drawn = Event(), Event(), []

    def slow(call):
        def waiting(*args, **kwargs):
            held.set()
            assert go_on.wait(10 * PATIENCE), "the page was never drawn"
            return call(*args, **kwargs)

        return waiting

    def draws_while(act):
        held.clear()
        go_on.clear()
        worker = Thread(target=act)
        worker.start()
        assert held.wait(10 * PATIENCE)
        drawer = Thread(target=lambda: drawn.append(station.desk.view()))
        drawer.start()
        drawer.join(5 * PATIENCE)
        alive = drawer.is_alive()
        go_on.set()
        worker.join()
        drawer.join()
        assert not alive, "the page waited"

    monkeypatch.setattr(station.lane, "occupy", slow(station.lane.occupy))
    station.world.place("card-listed")
    draws_while(lambda: station.desk.open(ETC_LANE))
    station.does("read")
    monkeypatch.setattr(station.album, "develop", slow(station.album.develop))
    draws_while(lambda: station.desk.take_photo(JPEG, live=True))
    monkeypatch.setattr("laneside.passage.duty.duty.verifier", slow(duty.verifier))
    draws_while(lambda: station.tries("release", code="24", leader="620100", password=PASSWORD, reason="核实"))
    monkeypatch.undo()
    monkeypatch.setattr(station.lane, "conclude", slow(station.lane.conclude))
    draws_while(lambda: station.tries("transfer", reason="设备故障"))
    monkeypatch.setattr(station.lane, "release", slow(station.lane.release))
    draws_while(lambda: station.tries("leave"))
    assert len(drawn) == 5


def later(station):
    """Hold device jobs back, as while a reader is busy; a test runs them when it wants."""
    jobs = []
    station.desk = Desk(replace(station.desk._e, worker=jobs.append))
    return jobs


def raising(error):
    def call(*_args, **_kwargs):
        raise error

    return call


def test_while_the_reader_is_busy_the_same_tap_is_done_and_any_other_waits(station):
    jobs = later(station)
    station.world.place("car-sm4")
    assert station.desk.open(ETC_LANE) == Done()
    assert station.tries("read") == station.tries("read") == Done()
    assert station.view.activity is Activity.READING
    assert station.tries("leave") == BUSY
    (job,) = jobs
    job()
    assert (station.view.activity, station.view.step) == (Activity.NONE, "picture")
    assert len(station.journal.of_kind("pair-read")) == 1


def test_a_photo_waits_for_the_reader_and_is_taken_of_a_vehicle_that_was_read(station):
    jobs = later(station)
    station.world.place("car-sm4")
    station.desk.open(ETC_LANE)
    assert station.desk.take_photo(JPEG, live=True) == NOT_NOW
    station.tries("read")
    jobs.pop()()
    station.tries("read")
    assert station.desk.take_photo(JPEG, live=True) == BUSY
    assert station.album.photos == {}


def test_the_vehicle_in_work_is_named_with_its_revision(station):
    assert station.desk.in_work() is None
    view = station.arrive("car-sm4")
    assert station.desk.in_work() == (view.passage_id, view.revision)


def test_one_vehicle_at_a_time(station):
    passage_id = station.arrive("car-sm4").passage_id
    assert station.desk.open(ETC_LANE) == Done()
    assert station.desk.open(MIXED_LANE) == BUSY
    assert station.desk.in_work()[0] == passage_id


def test_nothing_is_done_off_duty_or_without_a_vehicle(station):
    assert station.desk.act("read", 1) == NO_PASSAGE
    assert station.desk.draft(PlateForm(plate="甘A8K631")) == NO_PASSAGE
    station.duty.logout()
    assert station.desk.open(ETC_LANE) == OFF_DUTY
    assert station.desk.act("read", 1) == OFF_DUTY


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (LinkLostError("no answer"), "车道未应答，请稍后重试或选择其他车道"),
        (SettingError("another lane"), "车道不可用：another lane"),
    ],
)
def test_a_lane_that_cannot_be_taken_begins_no_vehicle(station, monkeypatch, error, text):
    monkeypatch.setattr(station.lane, "occupy", raising(error))
    answer = station.desk.open(ETC_LANE)
    assert (answer.field, answer.text.zh) == ("lane_hex", text)
    assert station.desk.view() is None
    assert station.journal.of_kind("opened") == ()


def test_a_lane_that_is_not_freed_is_named_and_the_page_is_left(station, monkeypatch):
    station.arrive("car-sm4")
    station.does("abandon", reason="车辆驶离")
    monkeypatch.setattr(station.lane, "release", raising(LinkLostError("no answer")))
    assert station.tries("leave") == LANE_NOT_FREED
    assert station.desk.view() is None
