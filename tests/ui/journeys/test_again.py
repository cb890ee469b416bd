"""Reload, back, a second tab, a double tap: at every step the page is the same again, nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from journeys.facts import paid_once
from journeys.hand import Hand
from street import Json

Again = Callable[[Hand], None]
Seen = tuple[str, Json | None, str]


def seen(hand: Hand) -> Seen:
    """What the page shows and what the server knows; time and uploads go on."""
    view = hand.view()
    if view is not None:
        view["age_s"] = view["picture"]["delivered"] = None
    return hand.area, view, hand.plate_boxes


def reloaded(hand: Hand) -> None:
    hand.page.reload()


def back_and_forth(hand: Hand) -> None:
    hand.page.go_back()
    hand.page.wait_for_load_state()
    hand.page.go_forward()
    hand.page.wait_for_load_state()


def back(hand: Hand) -> None:
    hand.page.go_back()
    hand.page.wait_for_load_state()


def same_after(hand: Hand, again: Again) -> None:
    """Do it, and find everything as it was."""
    before = seen(hand)
    again(hand)
    hand.see("main.stage")
    assert seen(hand) == before


@pytest.mark.parametrize("again", [reloaded, back_and_forth])
def test_every_step_is_there_again(hand: Hand, again: Again) -> None:
    before = hand.arrive("coach-3")
    same_after(hand, again)
    hand.begin()
    same_after(hand, again)
    read_held(hand, again)
    same_after(hand, again)
    hand.see("lane-camera video:not([hidden])")
    hand.shoot()
    same_after(hand, again)
    half_typed(hand, again)
    hand.type_plate("5678", 1)
    hand.see(".agreement .good")
    same_after(hand, again)
    hand.main("提交图片数据")
    hand.at("exit")
    same_after(hand, again)
    hand.choose("class", "三型客车")
    same_after(hand, again)
    hand.choose("kind", "普通")
    same_after(hand, again)
    hand.main("算费")
    hand.at("fee")
    same_after(hand, again)
    submitted_held(hand, again)
    same_after(hand, again)
    hand.leave()
    paid_once(hand, before, fee_fen=2_090)


def read_held(hand: Hand, again: Again) -> None:
    """Go away and come back while the tag keeps its answer."""
    hand.street.panel.hold("tag")
    hand.read()
    hand.at("busy")
    hand.street.panel.await_held("tag")
    same_after(hand, again)
    hand.street.panel.release()
    hand.at("picture")


def half_typed(hand: Hand, again: Again) -> None:
    """Go away with half a plate, at once after the last key."""
    for character in "甘AY":
        hand.key(character)
    again(hand)
    hand.at("picture")
    assert hand.plate_boxes == "甘AY"


def submitted_held(hand: Hand, again: Again) -> None:
    """Go away and come back before the card is debited, and after it is."""
    hand.street.panel.hold("card", ins="54", when="before")
    hand.street.panel.hold("card", ins="54", when="after")
    hand.main("提交数据")
    hand.street.panel.await_held("card")
    hand.at("busy")
    same_after(hand, again)
    hand.street.panel.release()
    hand.street.panel.await_held("card")
    same_after(hand, again)
    hand.street.panel.release()
    hand.ends("completed")


def test_the_back_button_leads_to_the_vehicle_in_work(hand: Hand) -> None:
    hand.arrive("car-new-energy")
    hand.to_picture()
    back(hand)
    hand.at("picture")
    assert hand.page.url.endswith("/linkage")
    hand.shoot()


def test_a_second_tab_cannot_act_on_what_it_no_longer_shows(hand: Hand) -> None:
    before = hand.arrive("coach-3")
    hand.to_exit()
    late = hand.tab()
    late.go("/linkage")
    late.at("exit")
    late.freeze()
    hand.choose("class", "三型客车")
    hand.choose("kind", "普通")
    late.choose("class", "一型客车", wait=False)
    assert "页面已更新" in late.until_text("页面已更新")
    view = hand.view()
    assert view is not None
    assert [choice["code"] for choice in view["classes"] if choice["selected"]] == [3]
    hand.main("算费")
    hand.at("fee")
    late.go("/linkage")
    late.at("fee")
    late.freeze()
    hand.main("提交数据")
    hand.ends("completed")
    late.main("提交数据")
    late.ends("completed")
    assert "页面已更新" in late.text
    late.freeze()
    hand.leave()
    late.main("下一辆")
    late.see(".home")
    paid_once(hand, before, fee_fen=2_090)


def test_two_tabs_that_submit_at_once_debit_once(hand: Hand) -> None:
    before = hand.arrive("charge-card")
    hand.to_fee()
    other = hand.tab()
    other.go("/linkage")
    other.at("fee")
    hand.street.panel.hold("card", ins="54", when="before")
    hand.main("提交数据")
    other.main("提交数据")
    hand.at("busy")
    other.at("busy")
    hand.street.panel.await_held("card")
    hand.street.panel.release()
    hand.ends("completed")
    other.ends("completed")
    hand.leave()
    paid_once(hand, before)


def two_touches(hand: Hand, text: str) -> None:
    """Two quick touches of the same place."""
    button = hand.page.locator("[data-main]:not([disabled])", has_text=text)
    button.wait_for()
    box = button.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    hand.page.touchscreen.tap(x, y)
    hand.page.wait_for_timeout(60)
    hand.page.touchscreen.tap(x, y)


def two_clicks(hand: Hand, text: str) -> None:
    """Two clicks of the same button within one turn of the page."""
    button = hand.page.locator("[data-main]:not([disabled])", has_text=text)
    button.evaluate("(button) => { button.click(); button.click(); }")


@pytest.mark.parametrize("twice", [two_touches, two_clicks])
def test_a_double_tap_does_it_once(hand: Hand, twice: Callable[[Hand, str], None]) -> None:
    before = hand.arrive("car-new-energy")
    hand.begin()
    twice(hand, "读卡")
    hand.at("picture")
    hand.page.wait_for_timeout(300)
    assert "lane-camera" not in hand.area
    hand.see(".mark-source")
    twice(hand, "拍照")
    hand.see(".shot img")
    hand.type_plate(hand.vehicle["plate"], 4)
    twice(hand, "提交图片数据")
    hand.at("exit")
    hand.page.wait_for_timeout(300)
    hand.at("exit")
    twice(hand, "算费")
    hand.at("fee")
    hand.page.wait_for_timeout(300)
    hand.at("fee")
    twice(hand, "提交数据")
    hand.ends("completed")
    hand.page.wait_for_timeout(300)
    hand.ends("completed")
    hand.leave()
    paid_once(hand, before)


def test_what_was_typed_but_not_submitted_is_not_shown_as_the_plate_that_pays(hand: Hand) -> None:
    before = hand.arrive("car-sm4")
    hand.to_fee()
    hand.tap("更改")
    hand.at("picture")
    hand.retype("甘B8K632", 1)
    assert hand.plate_boxes == "甘B8K632"
    hand.see(".agreement .bad")
    hand.go("/linkage")
    hand.at("fee")
    assert hand.page.locator(".taken .plate").inner_text().split() == ["甘A", "8K631"]
    hand.main("提交数据")
    hand.ends("completed")
    assert hand.plates == ["甘A8K631"]
    hand.leave()
    kept = paid_once(hand, before)
    assert kept.record.identified_vehicle_id == "甘A8K631_0"
