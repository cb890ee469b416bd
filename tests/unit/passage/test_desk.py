"""The wizard without a browser: order of steps, double taps, second tabs, restarts, endings without a debit."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from laneside.clock import beijing_digits
from laneside.contract.parameters import Policy
from laneside.passage import Action, Done, Ending, Rejected, Step
from laneside.virtual.vehicles import vehicle_named

JPEG = b"\xff\xd8 a vehicle"


def test_the_steps_open_one_after_the_other(station):
    assert station.arrive("car-sm4").step is Step.PICTURE
    assert station.view.picture.plate == ""
    assert Action.SUBMIT_PICTURE not in station.view.actions
    assert station.desk.take_photo(JPEG, live=True) == Done()
    view = station.does("submit_picture", plate="甘a8k631 ", colour=0)
    assert view.step is Step.FEE
    assert [(c.code, c.selected) for c in view.classes if c.selected] == [(1, True)]
    assert (view.picture.card_agrees, view.picture.tag_agrees) == (True, True)
    view = station.does("quote")
    assert (view.step, view.quote.pay_fen, view.quote.discount_fen, view.quote.fee_fen) == (Step.SUBMIT, 1100, 55, 1045)
    assert station.does("submit").step is Step.DONE


def test_nothing_is_preselected_for_a_yellow_plate(station):
    vehicle = vehicle_named("coach-3")
    station.arrive("coach-3")
    station.desk.take_photo(JPEG, live=True)
    view = station.does("submit_picture", plate=vehicle.plate, colour=vehicle.colour)
    assert view.step is Step.CHECK
    assert not [c for c in (*view.classes, *view.kinds) if c.selected]


def test_changing_class_voids_the_fee(station):
    station.arrive("car-sm4")
    station.confirm("car-sm4")
    station.does("quote")
    view = station.does("select", toll_class=None, vehicle_kind=8)
    assert view.quote is None
    assert Action.SUBMIT not in view.actions


def test_a_double_tap_debits_once(station):
    station.arrive("car-sm4")
    station.confirm("car-sm4")
    station.does("quote")
    before = station.card
    revision = station.view.revision
    assert station.desk.submit(revision) == Done()
    second = station.desk.submit(revision)
    assert isinstance(second, Rejected)
    assert station.card["counter"] == before["counter"] + 1
    assert len(station.records()) == 1


def test_another_actual_class_wants_a_release_and_is_charged_as_seen(station):
    station.arrive("car-sm4")
    station.desk.take_photo(JPEG, live=True)
    station.does("submit_picture", plate="甘A8K631", colour=0)
    view = station.does("select", toll_class=2, vehicle_kind=0)
    assert [f.code for f in view.findings] == [140]
    assert Action.QUOTE not in view.actions
    wrong = station.desk.release(view.revision, code="140", leader="620100", password="no", reason="核对属实")
    assert isinstance(wrong, Rejected)
    view = station.does("release", code="140", leader="620100", password="over-the-hills", reason="核对属实")
    station.does("quote")
    done = station.does("submit")
    assert done.result.ending is Ending.COMPLETED
    (upload,) = station.records()
    assert upload.record.toll_class == 2
    assert upload.record.fee_fen == 1520
    assert upload.record.special_type == "140"
    assert upload.released_by == "620100"


def test_a_listed_card_may_pass_once_on_the_leaders_word(station):
    view = station.arrive("card-listed")
    view = station.does("release", code="24", leader="620100", password="over-the-hills", reason="008 名单")
    assert view.step is Step.PICTURE
    station.pay("card-listed")
    assert station.view.result.ending is Ending.COMPLETED


def test_a_wrong_plate_is_found_before_the_fee(station):
    station.arrive("car-sm4")
    station.desk.take_photo(JPEG, live=True)
    view = station.does("submit_picture", plate="甘A8K637", colour=0)
    assert [f.code for f in view.findings] == [138]
    assert Action.QUOTE not in view.actions
    view = station.does("submit_picture", plate="甘A8K631", colour=0)
    assert view.findings == ()
    assert Action.QUOTE in view.actions


@pytest.mark.parametrize(
    ("plate", "colour", "field"),
    [
        ("", 0, "plate"),
        ("甘", 0, "plate"),
        ("甘A12345678901", 0, "plate"),
        ("甘A8K631", None, "colour"),
        ("甘A8K631", 77, "colour"),
    ],
)
def test_a_bad_plate_gets_its_message_beside_the_field(station, plate, colour, field):
    station.arrive("car-sm4")
    station.desk.take_photo(JPEG, live=True)
    answer = station.desk.submit_picture(station.view.revision, plate=plate, colour=colour)
    assert isinstance(answer, Rejected)
    assert answer.field == field


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
        station.does("submit_picture", plate="甘A8K631", colour=0)
    if step == "quote":
        station.does("quote")
    before = station.view
    station.restart()
    assert station.view == before


def test_a_transferred_vehicle_leaves_its_event_with_the_picture(station):
    station.arrive("car-sm4")
    station.desk.take_photo(JPEG, live=True)
    assert isinstance(station.desk.transfer(station.view.revision, reason=" "), Rejected)
    view = station.does("transfer", reason="司机无卡支付")
    assert view.result.ending is Ending.TRANSFERRED
    (event,) = station.events("transferred")
    assert (event.reason, event.photo_sha256) == ("司机无卡支付", view.picture.photo_sha256)


def test_idle_pages_ask_and_go_on(station):
    station.arrive("car-sm4")
    assert not station.view.ask_idle
    station.clock.forward(181)
    assert station.view.ask_idle
    assert not station.does("resume").ask_idle


def test_a_clock_that_went_back_stops_debits(station):
    station.arrive("car-sm4")
    station.confirm("car-sm4")
    station.does("quote")
    before = station.card
    station.clock.set_back(3600)
    answer = station.desk.submit(station.view.revision)
    assert isinstance(answer, Rejected)
    assert station.card == before


def test_only_enabled_registered_exit_lanes_are_offered(station):
    assert [(lane.lane_hex, lane.code) for lane in station.desk.lanes()] == [("62010A0B11", "06"), ("62010A0B12", "05")]
    assert isinstance(station.desk.open("62010A0B01"), Rejected)
    station.login("620001")
    station.setup.enable(frozenset({"62010A0B12", "62010A0B01"}))
    station.login()
    assert [lane.lane_hex for lane in station.desk.lanes()] == ["62010A0B12"]


def test_five_wrong_passwords_lock_and_a_leader_unlocks_also_after_a_restart(station):
    for _ in range(5):
        assert isinstance(station.duty.login("620101", "wrong", 1, date(2026, 5, 6)), Rejected)
    station.stop()
    station.start()
    locked = station.duty.login("620101", "over-the-hills", 1, date(2026, 5, 6))
    assert isinstance(locked, Rejected)
    assert locked.field == "operator_id"
    assert station.duty.unlock(operator_id="620101", leader="620100", password="over-the-hills") == Done()
    station.login()


def test_the_record_numbers_carry_slot_and_hour_and_never_fall(station):
    for name in ("car-sm4", "car-3des"):
        station.arrive(name)
        station.pay(name)
        station.home()
    ids = [upload.record.record_id for upload in station.records()]
    assert [(len(i), i[21:]) for i in ids] == [(37, "2026050612070001"), (37, "2026050612070002")]


def test_the_ledger_tells_today_and_each_story(station):
    station.arrive("car-sm4")
    station.pay("car-sm4")
    paid = station.view.passage_id
    station.home()
    station.arrive("plates-differ")
    station.does("refuse", reason="")
    rows = station.ledger.today()
    assert [(row.plate, row.ending, row.fee_fen) for row in rows] == [
        ("甘A5E264", Ending.REFUSED, None),
        ("甘A8K631", Ending.COMPLETED, 1045),
    ]
    detail = station.ledger.detail(paid)
    assert detail.card.balance_before_fen - detail.card.balance_after_fen == 1045
    assert detail.card.file_0019_after == station.records()[0].capp_after
    assert station.ledger.detail("nothing") is None


def test_same_as_pair_is_one_touch_only_where_the_province_allows_it(station):
    station.arrive("car-sm4")
    assert Action.SAME_AS_PAIR not in station.view.actions
    assert isinstance(station.desk.same_as_pair(station.view.revision), Rejected)
    assert station.view.picture.plate == ""
    allowed = msgspec.structs.replace(station.decisions.held, policy=Policy(confirm_same_as_pair=True))
    station.decisions.held = allowed
    view = station.does("same_as_pair")
    assert (view.picture.plate, view.picture.colour) == ("甘A8K631", 0)


def test_a_leader_may_let_one_vehicle_pass_although_the_clock_went_back(station):
    station.arrive("car-3des")
    station.pay("car-3des")
    station.home()
    last = station.journal.clock.now()
    station.clock.set_back(3600)
    view = station.arrive("car-sm4")
    assert [f.code for f in view.findings] == ["clock-behind"]
    assert Action.PHOTO in view.actions
    assert Action.SUBMIT_PICTURE not in view.actions
    station.does("release", code="clock-behind", leader="620100", password="over-the-hills", reason="已核对时间")
    station.pay("car-sm4")
    record = station.records()[-1].record
    assert record.exit_time == beijing_digits(last)
    assert station.journal.clock.now() == last
