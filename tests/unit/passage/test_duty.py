"""Login, lock-out, unlocking and the shift: who may, what the refusal says, what the journal keeps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from lane_kit import PASSWORD

from laneside.contract.parameters import Operator, Role, ShiftPlan
from laneside.contract.records import PassageEvent
from laneside.passage.answers import Done, Rejected
from laneside.passage.duty.duty import shift_at

DAY = date(2026, 5, 6)
PLANS = (
    ShiftPlan(number=1, name="早班", starts_minute=450),
    ShiftPlan(number=2, name="中班", starts_minute=930),
    ShiftPlan(number=3, name="夜班", starts_minute=1410),
)


def login(station, number="620101", password=PASSWORD, shift=1):
    return station.duty.login(number, password, shift, DAY)


def fail(station, times, number="620101"):
    return [login(station, number, "wrong") for _ in range(times)]


def shift_events(station) -> list[tuple[str, str]]:
    events = [msgspec.json.decode(e.payload, type=PassageEvent) for e in station.journal.of_kind("event")]
    return [(event.kind, event.operator_id) for event in events if event.kind.startswith("shift-")]


def test_a_shift_over_midnight_keeps_the_date_on_which_it_began():
    """Moments in UTC, eight hours behind the plans."""
    expected = {
        datetime(2026, 5, 5, 23, 29, tzinfo=UTC): (3, date(2026, 5, 5)),
        datetime(2026, 5, 5, 23, 30, tzinfo=UTC): (1, DAY),
        datetime(2026, 5, 6, 7, 30, tzinfo=UTC): (2, DAY),
        datetime(2026, 5, 6, 15, 30, tzinfo=UTC): (3, DAY),
        datetime(2026, 5, 6, 16, 10, tzinfo=UTC): (3, DAY),
    }
    found = {moment: shift_at(PLANS, moment) for moment in expected}
    assert {moment: (plan.number, day) for moment, (plan, day) in found.items()} == expected


def test_the_running_shift_is_suggested_and_without_parameters_none(station):
    assert station.duty.shift_suggestion() == (1, DAY)
    station.decisions.held = None
    assert (station.duty.shift_suggestion(), station.duty.shift_plans()) == (None, ())


def test_without_parameters_no_one_logs_in_and_no_one_may_release(station):
    assert station.duty.login_obstacle() is None
    station.decisions.held = None
    obstacle = station.duty.login_obstacle()
    assert isinstance(obstacle, Rejected)
    assert login(station) == obstacle
    assert station.duty.check_leader("620100", PASSWORD) == obstacle


def test_a_clock_before_the_parameters_is_named_with_both_times(station, monkeypatch):
    station.decisions.held = None
    monkeypatch.setattr(station.decisions, "parameters_start", lambda _now: datetime(2026, 5, 31, 16, 0, tzinfo=UTC))
    answer = login(station)
    assert answer.text.zh == "本机时钟为 2026-05-06 12:00，参数自 2026-06-01 00:00 起生效：请校准时钟"


def test_a_wrong_number_and_a_wrong_password_get_the_same_answer(station):
    (wrong_password,) = fail(station, 1)
    assert (wrong_password.field, wrong_password.text.zh) == ("password", "工号或密码不正确")
    assert login(station, "999999") == wrong_password


def test_an_operator_of_another_station_is_not_known(station):
    held = station.decisions.held
    elsewhere = tuple(msgspec.structs.replace(each, station_hex="62010A0C") for each in held.operators)
    station.decisions.held = msgspec.structs.replace(held, operators=elsewhere)
    assert login(station).text.zh == "工号或密码不正确"
    assert station.duty.check_leader("620100", PASSWORD).field == "leader"


def test_a_shift_that_is_not_planned_is_refused_beside_its_field(station):
    answer = login(station, shift=4)
    assert (answer.field, answer.text.zh) == ("shift", "没有这个班次")


def test_five_wrong_passwords_lock_and_a_leader_unlocks_also_after_a_restart(station):
    assert [answer.field for answer in fail(station, 5)] == ["password"] * 4 + ["operator_id"]
    station.stop()
    station.start()
    locked = login(station)
    assert (locked.field, locked.text.zh) == ("operator_id", "该工号已锁定，请班长解锁")
    assert station.duty.unlock(operator_id="620101", leader="620100", password=PASSWORD) == Done()
    station.login()


def test_a_login_between_them_begins_the_count_of_failures_again(station):
    fail(station, 4)
    station.login()
    fail(station, 4)
    assert not station.duty.locked("620101")


def test_only_a_locked_number_is_unlocked_and_only_by_a_leader(station):
    answer = station.duty.unlock(operator_id="620101", leader="620100", password=PASSWORD)
    assert (answer.field, answer.text.zh) == ("operator_id", "该工号未锁定")
    fail(station, 5)
    answer = station.duty.unlock(operator_id="620101", leader="620101", password=PASSWORD)
    assert (answer.field, answer.text.zh) == ("leader", "不是本站班长工号")
    answer = station.duty.unlock(operator_id="620101", leader="620100", password="wrong")
    assert (answer.field, answer.text.zh) == ("password", "班长密码不正确")
    assert station.duty.locked("620101")


def test_a_leaders_wrong_passwords_lock_the_leader_too(station):
    for _ in range(5):
        assert station.duty.check_leader("620100", "wrong").field == "password"
    locked = station.duty.check_leader("620100", PASSWORD)
    assert (locked.field, locked.text.zh) == ("leader", "该工号已锁定")


def test_leader_and_administrator_may_release(station):
    found = [station.duty.check_leader(number, PASSWORD) for number in ("620100", "620001")]
    assert [each.role for each in found if isinstance(each, Operator)] == [Role.SHIFT_LEADER, Role.ADMINISTRATOR]


def test_another_operator_closes_the_shift_before_and_the_same_one_does_not(station):
    before = len(shift_events(station))
    station.login()
    station.login("620100")
    station.duty.logout()
    station.duty.logout()
    assert shift_events(station)[before:] == [
        ("shift-open", "620101"), ("shift-close", "620101"), ("shift-open", "620100"), ("shift-close", "620100"),
    ]  # fmt: skip
    assert (station.duty.on_duty, station.duty.shift_totals()) == (None, None)


def test_on_duty_is_who_logged_in_and_since_when(station):
    station.clock.forward(60)
    station.login("620100")
    duty = station.duty.on_duty
    assert (duty.operator_id, duty.role, duty.shift_name, duty.work_date) == ("620100", Role.SHIFT_LEADER, "早班", DAY)
    assert duty.since == station.clock.now()


@pytest.mark.parametrize(("number", "days"), [("620101", 1), ("620101", -1), ("620100", 31), ("620100", -31)])
def test_a_work_date_may_be_near(station, number, days):
    assert station.duty.login(number, PASSWORD, 1, DAY + timedelta(days=days)) == Done()


@pytest.mark.parametrize(("number", "days"), [("620101", 2), ("620101", -400), ("620100", 32), ("620100", 36500)])
def test_a_work_date_too_far_from_today_is_refused_beside_its_field(station, number, days):
    before = station.duty.on_duty
    answer = station.duty.login(number, PASSWORD, 1, DAY + timedelta(days=days))
    assert (answer.field, station.duty.on_duty) == ("work_date", before)
