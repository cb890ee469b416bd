"""The wait grows with each wrong try and fades."""

from laneside.access.limits import WaitRule
from laneside.access.login_tries import LoginTries

RULE = WaitRule(free=2, first_s=10, longest_s=25, fade_s=100)


def test_each_quiet_time_halves_what_counts():
    tries = LoginTries()
    for _ in range(5):
        tries.failed("a", RULE, 0)
    assert [tries.count("a", RULE, at_s) for at_s in (99, 100, 200, 300, 1e9)] == [5, 2, 1, 0, 0]
    assert (tries.left_s("a", RULE, 24.5), tries.left_s("a", RULE, 25)) == (1, 0)


def test_who_waits_and_who_is_forgotten():
    tries = LoginTries()
    tries.put("a", 2, 0)
    tries.put("b", 3, 0)
    assert [tries.left_s(key, RULE, 0) for key in "abc"] == [10, 20, 0]
    assert tries.anyone_waits(RULE, 0, but="a")
    tries.forget("b")
    assert not tries.anyone_waits(RULE, 0, but="a")
    assert tries.anyone_waits(RULE, 0, but="b")


def test_strangers_take_a_bounded_memory():
    tries = LoginTries()
    for number in range(10_001):
        tries.put(number, 1, 0)
    assert (tries.count(0, RULE, 0), tries.count(1, RULE, 0)) == (0, 1)
