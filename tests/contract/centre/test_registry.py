"""The enrolled terminals: found, listed by station and slot, revoked once and for ever."""

from __future__ import annotations


def test_a_terminal_is_found_by_its_id_and_no_other(centre, device) -> None:
    found = centre.registry.find(device.terminal_id)
    assert (found.terminal_id, found.revoked_at) == (device.terminal_id, None)
    assert centre.registry.find("T-unknown") is None


def test_revoking_works_once_and_keeps_the_moment(centre, device, clock) -> None:
    assert centre.registry.revoke(device.terminal_id)
    at = centre.registry.find(device.terminal_id).revoked_at
    assert at == clock.now()
    assert not centre.registry.revoke(device.terminal_id)
    assert not centre.registry.revoke("T-unknown")
    assert centre.registry.find(device.terminal_id).revoked_at == at


def test_live_terminals_come_before_revoked_ones(centre, enrol) -> None:
    first, second = enrol(), enrol()
    centre.registry.revoke(first.terminal_id)
    assert [each.terminal_id for each in centre.registry.all()] == [second.terminal_id, first.terminal_id]
