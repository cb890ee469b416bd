"""Who may try a password when, and how many at a time; the passwords themselves are scripted."""

import asyncio
import threading
from dataclasses import dataclass, field

import pytest
from loops import run
from timeouts import scaled

from laneside.centre.logins import LoggedIn, Logins, TooBusy, TooManyTries, WrongPassword
from laneside.centre.settings import LoginLimits

RIGHT = "right"


@dataclass
class ScriptedAccounts:
    """One password fits every account; ``gate`` keeps the answer back while it is closed."""

    gate: threading.Event = field(default_factory=threading.Event)
    threads: set[str] = field(default_factory=set)

    def log_in(self, name, password):
        assert self.gate.wait(scaled(10))
        self.threads.add(threading.current_thread().name)
        return "token" if password == RIGHT else None


@pytest.fixture
def accounts():
    scripted = ScriptedAccounts()
    scripted.gate.set()
    return scripted


@pytest.fixture
def logins(accounts, clock):
    opened = Logins(accounts, clock, LoginLimits(refusal_delay_s=0))
    yield opened
    opened.close()


def try_from(logins, address, *, password="wrong", name="admin"):
    return run(logins.log_in(name, password, address))


def test_the_wait_grows_for_the_address_that_is_wrong_and_for_no_other(logins, clock):
    assert [try_from(logins, "10.0.0.9") for _ in range(5)] == [WrongPassword()] * 5
    waits = []
    for _ in range(7):
        refused = try_from(logins, "10.0.0.9", password=RIGHT)
        assert isinstance(refused, TooManyTries)
        waits.append(refused.wait_s)
        clock.sleep(refused.wait_s)
        assert try_from(logins, "10.0.0.9") == WrongPassword()
    assert waits == [10, 20, 40, 80, 160, 300, 300]
    assert try_from(logins, "10.0.0.10", password=RIGHT) == LoggedIn("token")
    clock.sleep(300)
    assert try_from(logins, "10.0.0.9", password=RIGHT) == LoggedIn("token")


def test_wrong_tries_fade_and_are_forgotten_after_the_right_one(logins, clock):
    for _ in range(4):
        try_from(logins, "10.0.0.9")
    clock.sleep(1200)
    assert [try_from(logins, "10.0.0.9") for _ in range(4)] == [WrongPassword()] * 4
    clock.sleep(10)
    assert try_from(logins, "10.0.0.9", password=RIGHT) == LoggedIn("token")
    assert [try_from(logins, "10.0.0.9") for _ in range(5)] == [WrongPassword()] * 5


def test_an_address_that_tries_many_names_waits_too(logins):
    for number in range(20):
        assert try_from(logins, "10.0.0.9", name=f"name-{number}") == WrongPassword()
    assert try_from(logins, "10.0.0.9", name="another") == TooManyTries(10)
    assert try_from(logins, "10.0.0.10", password=RIGHT) == LoggedIn("token")


def test_an_ipv6_subscriber_is_one_address(logins):
    for number in range(5):
        assert try_from(logins, f"2001:db8:1:2::{number}") == WrongPassword()
    assert try_from(logins, "2001:db8:1:2:ffff::1", password=RIGHT) == TooManyTries(10)
    assert try_from(logins, "2001:db8:1:3::1", password=RIGHT) == LoggedIn("token")


def test_only_so_many_wait_per_address_and_in_all_in_a_thread_of_their_own(logins, accounts):
    accounts.gate.clear()

    async def together():
        first = [logins.log_in(str(n), RIGHT, "10.0.0.9") for n in range(5)]
        others = [logins.log_in("admin", RIGHT, f"10.0.1.{n}") for n in range(13)]
        tasks = [asyncio.create_task(one) for one in [*first, *others]]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        accounts.gate.set()
        return await asyncio.gather(*tasks)

    answers = run(together())
    assert answers == [*[LoggedIn("token")] * 4, TooManyTries(2), *[LoggedIn("token")] * 12, TooBusy()]
    assert accounts.threads == {"login_0"}
