"""Who may do what: waits after wrong passwords, unlocking, lanes that the administrator enables, language and light."""

from __future__ import annotations

import pytest
from journeys.conftest import Pages, Picture
from journeys.hand import Hand

from laneside.cli.demo_data import DEMO

TRIES_MAX = 5


def try_login(hand: Hand, number: str, password: str) -> None:
    """Fill in the login page and send it."""
    hand.page.fill("[name=operator_id]", number)
    hand.page.fill("[name=password]", password)
    with hand.page.expect_navigation():
        hand.main("上班")


def test_five_wrong_passwords_make_wait_unless_a_shift_leader_unlocks(devices: Pages, picture: Picture) -> None:
    hand = devices()
    hand.go("/login")
    picture(hand, "login")
    number, password = DEMO.collector
    for _ in range(TRIES_MAX - 1):
        try_login(hand, number, "wrong")
        assert hand.beside("password") == "工号或密码不正确"
        assert hand.page.input_value("[name=operator_id]") == number
    try_login(hand, number, "wrong")
    assert hand.beside("operator_id") == "连续输错，请 30 秒后再试，或请班长解锁"
    try_login(hand, number, password)
    assert "或请班长解锁" in hand.beside("operator_id")
    unlock(hand, number, "wrong")
    assert hand.beside("password") == "班长密码不正确"
    unlock(hand, number, DEMO.shift_leader[1])
    hand.see("#login-form")
    hand.login()
    told = [note for note in hand.street.notes("duty") if note["operator_id"] == number]
    assert [note["what"] for note in told[-8:]] == [*["failure"] * 5, "lockout", "unlock", "login"]
    assert told[-2]["by"] == DEMO.shift_leader[0]


def unlock(hand: Hand, number: str, password: str) -> None:
    """Let the shift leader unlock a number on the page."""
    if not hand.page.locator("#unlock-form").count():
        hand.tap("解锁工号")
    hand.see("#unlock-form")
    hand.page.fill("[name=operator_id]", number)
    hand.page.fill("[name=leader]", DEMO.shift_leader[0])
    hand.page.fill("[name=password]", password)
    with hand.page.expect_navigation():
        hand.main("解锁工号")


def test_only_an_administrator_takes_a_lane_away(devices: Pages, picture: Picture) -> None:
    hand = devices()
    hand.login()
    assert offered(hand) == ["11 车道", "12 车道"]
    hand.go("/setup")
    assert "只有管理员可以修改" in hand.text
    assert hand.page.locator("[name=lane_hex]:not([disabled])").count() == 0
    chief = devices()
    chief.login(DEMO.administrator)
    chief.tap("更多")
    chief.tap("系统配置")
    chief.see("#setup-form")
    assert "01 车道 ETC入口 非出口，不可启用" in chief.text
    picture(chief, "setup")
    tick(chief, "12 车道")
    chief.go("/")
    assert offered(chief) == ["11 车道"]
    chief.go("/setup")
    tick(chief, "12 车道")
    chief.go("/")
    assert offered(chief) == ["11 车道", "12 车道"]


def tick(hand: Hand, name: str) -> None:
    """Turn one lane on or off and save."""
    hand.page.locator("label.tick", has_text=name).tap()
    with hand.page.expect_navigation():
        hand.main("保存")


def offered(hand: Hand) -> list[str]:
    """Return the lanes on the home page."""
    hand.see(".lanes")
    return [name.strip() for name in hand.page.locator(".lane b").all_inner_texts()]


@pytest.fixture
def plain_after(hand: Hand):
    """Chinese and normal light for whoever comes next."""
    yield
    hand.go("/more")
    choose(hand, "language", "zh")
    choose(hand, "theme", "normal")


@pytest.mark.usefixtures("plain_after")
def test_language_and_light_stay_as_chosen(hand: Hand, devices: Pages, picture: Picture) -> None:
    hand.tap("更多")
    choose(hand, "theme", "night")
    assert hand.page.locator("html").get_attribute("data-theme") == "night"
    hand.arrive("car-3des")
    hand.go("/")
    hand.begin()
    picture(hand, "night")
    hand.tap("返回")
    hand.see(".home")
    hand.go("/more")
    choose(hand, "language", "en")
    choose(hand, "theme", "day")
    hand.go("/")
    assert "Choose a lane" in hand.text
    assert "Queue" in hand.top
    picture(hand, "english")
    other = devices()
    other.go("/login")
    assert other.page.locator("html").get_attribute("lang") == "en"
    assert other.page.locator("html").get_attribute("data-theme") == "day"
    assert "Operator number" in other.text
    for device in (hand, other):
        device.page.goto("about:blank")
    hand.street.fleet.end("terminal")
    hand.street.fleet.start_terminal()
    again = devices()
    again.go("/login")
    assert again.page.locator("html").get_attribute("lang") == "en"
    hand.login(button="Start shift")


def choose(hand: Hand, name: str, value: str) -> None:
    """Touch a choice on the page of choices."""
    hand.see(".more")
    with hand.page.expect_navigation():
        hand.page.locator(f"[name={name}][value={value}]").tap()
