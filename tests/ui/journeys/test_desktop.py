"""The kiosk on a desktop, and the centre's pages."""

from __future__ import annotations

from journeys.conftest import Pages, Picture
from journeys.facts import paid_once
from journeys.hand import Hand

from laneside.cli.demo_data import DEMO

DESKTOP = {"width": 1280, "height": 800}


def nothing_scrolls_sideways(hand: Hand) -> None:
    wide = "[document.documentElement, ...document.querySelectorAll('main, .body, .bar, .top, .roadside')]"
    over = hand.page.evaluate(f"{wide}.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className)")
    assert over == []


def test_a_vehicle_is_worked_on_a_desktop(devices: Pages, picture: Picture) -> None:
    hand = devices(DESKTOP)
    hand.login()
    before = hand.arrive("car-sm4")
    nothing_scrolls_sideways(hand)
    hand.begin()
    hand.see("#roadside-state")
    assert hand.plates == ["甘A8K631"] * 2
    hand.read()
    hand.at("picture")
    nothing_scrolls_sideways(hand)
    hand.shoot()
    hand.see(".keyboard")
    nothing_scrolls_sideways(hand)
    hand.type_plate("甘A8K631", 0)
    hand.main("提交图片数据")
    hand.at("exit")
    nothing_scrolls_sideways(hand)
    hand.main("算费")
    hand.at("fee")
    nothing_scrolls_sideways(hand)
    hand.main("提交数据")
    hand.ends("completed")
    nothing_scrolls_sideways(hand)
    hand.page.locator("#roadside .good", has_text="已抬起").wait_for()
    picture(hand, "desktop")
    hand.leave()
    paid_once(hand, before)


def test_the_centre_shows_record_photo_and_terminal(hand: Hand, devices: Pages, picture: Picture) -> None:
    before = hand.arrive("car-3des")
    hand.pay()
    hand.leave()
    kept = paid_once(hand, before)
    clerk = devices(DESKTOP)
    page = clerk.page
    page.goto(hand.street.fleet.centre.url)
    page.fill("[name=name]", DEMO.centre[0])
    page.fill("[name=password]", DEMO.centre[1])
    page.get_by_role("button", name="登录").click()
    row = page.locator("tbody tr").first
    assert "甘A12345" in row.inner_text().replace(" ", "")
    thumb = row.locator("img.thumb")
    assert thumb.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    picture(clerk, "centre")
    row.locator("a").first.click()
    page.locator(".amount").wait_for()
    shown = page.locator("main").inner_text()
    assert kept.record.tac in shown
    assert kept.capp_after in shown
    assert page.locator("img.photo").evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    picture(clerk, "centre-record")
    page.get_by_role("link", name="终端").click()
    page.locator(".slot").wait_for()
    assert "demo" in page.locator("main").inner_text()
    assert page.locator("dd .chip.good").count() == 1
    picture(clerk, "centre-terminals")
    page.get_by_role("link", name="特情与事件").click()
    page.locator("tbody tr").first.wait_for()
