"""Limits that let no one in are refused; a wait has a beginning and an end."""

import pytest

from laneside.access.limits import ConnectionLimits, WaitRule
from laneside.errors import SettingError


@pytest.mark.parametrize("name", ConnectionLimits.__struct_fields__)
def test_limits_that_let_no_one_in_are_refused(name):
    with pytest.raises(SettingError):
        ConnectionLimits(**{name: 0})


def test_the_wait_begins_after_the_free_tries_doubles_and_has_an_end():
    rule = WaitRule(free=2, first_s=10, longest_s=25, fade_s=100)
    assert [rule.wait_s(count) for count in (0, 1, 2, 3, 4, 5000)] == [0, 0, 10, 20, 25, 25]
