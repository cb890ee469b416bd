"""The centre goes away during a debit; the card goes away during a debit."""

from __future__ import annotations

from journeys.conftest import Picture
from journeys.facts import paid_once, records_of
from journeys.hand import Hand


def test_without_the_centre_it_is_debited_and_waits(hand: Hand, picture: Picture) -> None:
    before = hand.arrive("car-3des")
    fleet, port = hand.street.fleet, hand.street.fleet.centre.port
    hand.to_fee()
    hand.street.panel.hold("card", ins="54", when="before")
    hand.main("提交数据")
    hand.street.panel.await_held("card")
    fleet.end("centre")
    hand.street.panel.release()
    hand.ends("completed")
    assert "已扣费 10.45 元 请放行" in hand.text
    assert hand.street.waiting() > 0
    hand.leave()
    hand.page.wait_for_function("Number(document.querySelector('sync-badge').dataset.unsent) > 0")
    hand.page.wait_for_function("document.querySelector('sync-badge').dataset.online === '0'")
    assert "离线" in hand.top
    hand.tap("今日记录")
    newest = hand.page.locator(".row").first
    assert "待传" in newest.inner_text()
    picture(hand, "records")
    fleet.start_centre(port=port)
    kept = paid_once(hand, before)
    hand.page.reload()
    assert "已传" in newest.inner_text()
    assert kept.photo_sha256 is not None
    hand.page.wait_for_function("Number(document.querySelector('sync-badge').dataset.unsent) === 0")
    hand.page.wait_for_function("document.querySelector('sync-badge').dataset.online === '1'")


def test_a_debit_whose_answer_is_lost_is_amber_until_it_is_proved(hand: Hand, picture: Picture) -> None:
    before = hand.arrive("car-sm4")
    hand.to_fee()
    panel = hand.street.panel
    panel.withdraw_card_at("card", ins="54", when="after")
    hand.main("提交数据")
    hand.ends("unknown")
    assert "待确认·勿再扣费" in hand.text
    assert not hand.page.locator("button", has_text="提交数据").count()
    picture(hand, "unknown")
    assert records_of(hand, before) == []
    panel.insert_card()
    hand.main("确认扣款")
    hand.ends("completed")
    assert "已扣费 10.45 元 请放行" in hand.text
    picture(hand, "paid")
    hand.leave()
    kept = paid_once(hand, before)
    assert kept.proof
