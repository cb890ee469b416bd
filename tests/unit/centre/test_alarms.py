"""Alarms: one row per kind and subject, counted, settled, and open again when it happens again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from laneside.centre.alarms import AlarmKind, Alarms


@pytest.fixture
def alarms(database, clock):
    return Alarms(database, clock)


def ring(alarms, database, subject="R1", detail="two contents", kind=AlarmKind.RECORD_CONFLICT):
    with database.writing() as connection:
        alarms.ring(connection, kind, subject=subject, terminal_id="T1", detail=detail)


def test_the_same_alarm_is_counted_and_keeps_its_first_time(alarms, database, clock) -> None:
    ring(alarms, database)
    clock.at += timedelta(minutes=5)
    ring(alarms, database, detail="a third")
    (alarm,) = alarms.shown()
    assert (alarm.times, alarm.detail, alarm.last_at - alarm.first_at) == (2, "a third", timedelta(minutes=5))
    assert alarms.open_count() == 1


def test_a_settled_alarm_opens_again_when_it_happens_again(alarms, database) -> None:
    ring(alarms, database)
    alarms.settle(alarms.shown()[0].seq, by="admin")
    assert (alarms.open_count(), alarms.shown()[0].settled_by) == (0, "admin")
    ring(alarms, database)
    assert (alarms.open_count(), alarms.shown()[0].settled) == (1, False)


def test_open_ones_come_first(alarms, database, clock) -> None:
    ring(alarms, database, subject="old")
    clock.at += timedelta(hours=1)
    ring(alarms, database, subject="new")
    alarms.settle(next(each.seq for each in alarms.shown() if each.subject == "new"), by="admin")
    assert [each.subject for each in alarms.shown()] == ["old", "new"]
