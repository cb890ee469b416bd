"""Acts at their times, by a clock that is handed in: order, cancelling, and what is held back."""

from __future__ import annotations

from laneside.virtual.faults import Place
from laneside.virtual.integrated.schedule import Countdown, HeldActs, Schedule


def test_acts_happen_in_order_of_their_times_and_then_of_their_planning() -> None:
    schedule, done = Schedule(0.0), []
    schedule.at(2.0, lambda: done.append(("late", schedule.now_s)))
    schedule.at(1.0, lambda: done.append(("first", schedule.now_s)))
    schedule.at(1.0, lambda: done.append(("second", schedule.now_s)))
    schedule.run(1.5)
    assert (done, schedule.next_s) == ([("first", 1.0), ("second", 1.0)], 2.0)
    schedule.run(9.0)
    assert (done[-1], schedule.next_s, schedule.now_s) == (("late", 2.0), None, 9.0)


def test_a_cancelled_act_never_happens_and_a_past_time_means_now() -> None:
    schedule, done = Schedule(5.0), []
    schedule.at(6.0, lambda: done.append("cancelled")).cancel()
    schedule.at(1.0, lambda: done.append("past"))
    schedule.run(10.0)
    assert done == ["past"]


def test_a_countdown_that_starts_again_ends_once() -> None:
    schedule, done = Schedule(0.0), []
    countdown = Countdown(schedule, lambda: done.append(schedule.now_s))
    countdown.start(1.0)
    countdown.start(3.0)
    schedule.run(2.0)
    assert (done, countdown.running) == ([], True)
    schedule.run(3.0)
    assert (done, countdown.running) == ([3.0], False)


def test_held_acts_wait_for_a_release_and_are_gone_with_the_power() -> None:
    held, done = HeldActs(), []
    held.keep(Place.TO_READER, lambda: done.append(1))
    assert held.kept == (Place.TO_READER,)
    held.release()
    held.keep(Place.TO_READER, lambda: done.append(2))
    held.drop()
    held.release()
    assert done == [1]
