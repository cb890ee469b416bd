"""Login, lock-out and unlocking, also after a restart."""

from __future__ import annotations

from datetime import date

from laneside.passage.answers import Done, Rejected


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
