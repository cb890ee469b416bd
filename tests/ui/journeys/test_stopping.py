"""Vehicles that may not pass, are released, or are given up: what the page says and what the centre hears."""

from __future__ import annotations

from journeys.conftest import Picture
from journeys.facts import events_of, nothing_paid, paid_once
from journeys.hand import Hand
from marker import read_marker

from laneside.cli.demo_data import DEMO
from laneside.vocab.events import special_event


def passage_of(hand: Hand) -> str:
    view = hand.view()
    assert view is not None
    return str(view["passage_id"])


def test_plates_that_differ_are_refused_with_code_text_and_remedy(hand: Hand, picture: Picture) -> None:
    before = hand.arrive("plates-differ")
    hand.begin()
    hand.read()
    hand.at("stopped")
    event = special_event(41)
    assert hand.page.locator(".stop .code").all_inner_texts() == ["41"]
    assert event.screen_zh in hand.text
    assert event.remedy_zh in hand.text
    picture(hand, "refused")
    passage = passage_of(hand)
    hand.tap("拍照取证")
    hand.at("camera")
    hand.shoot_evidence()
    hand.at("stopped")
    hand.main("拒绝放行")
    hand.ends("refused")
    assert "41" in hand.text
    hand.leave()
    nothing_paid(hand, before)
    assert hand.street.panel.state()["lane"]["barrier"] == "closed"
    assert hand.street.delivered()
    (told,) = events_of(hand, passage)
    assert (told.kind, [finding.code for finding in told.findings]) == ("refused", [41])
    assert told.reason.startswith("41 ")
    photo = hand.street.photo_at_centre(str(told.photo_sha256))
    assert photo is not None
    assert read_marker(photo) == hand.seed & 0xFFFF


def test_a_stopped_vehicle_may_be_handed_over(hand: Hand) -> None:
    before = hand.arrive("card-expired")
    hand.begin()
    hand.read()
    hand.at("stopped")
    passage = passage_of(hand)
    hand.tap("转人工")
    hand.ends("transferred")
    hand.leave()
    nothing_paid(hand, before)
    assert hand.street.delivered()
    (told,) = events_of(hand, passage)
    assert (told.kind, [finding.code for finding in told.findings]) == ("transferred", [21])
    assert told.reason.startswith("21 ")


def test_a_shift_leader_releases_a_listed_card_with_a_held_button(hand: Hand) -> None:
    before = hand.arrive("card-listed")
    hand.begin()
    hand.read()
    hand.at("stopped")
    assert hand.page.locator(".stop .code").all_inner_texts() == ["24"]
    hand.tap("班长放行")
    hand.at("release")
    hand.page.fill("[name=leader]", DEMO.shift_leader[0])
    hand.page.fill("[name=password]", "wrong")
    hand.page.fill("[name=reason]", "持绿通证明")
    hand.main("按住放行")
    hand.page.wait_for_timeout(300)
    hand.at("release")
    hand.hold("按住放行")
    assert hand.beside("password") == "班长密码不正确"
    hand.page.fill("[name=leader]", DEMO.shift_leader[0])
    hand.page.fill("[name=password]", DEMO.shift_leader[1])
    hand.page.fill("[name=reason]", "持绿通证明")
    hand.hold("按住放行")
    hand.at("picture")
    assert "班长已放行" in hand.text
    hand.shoot()
    hand.type_plate(hand.vehicle["plate"], 0)
    hand.main("提交图片数据")
    hand.main("算费")
    hand.main("提交数据")
    hand.ends("completed")
    hand.leave()
    kept = paid_once(hand, before)
    assert kept.released_by == DEMO.shift_leader[0]
    assert [finding.code for finding in kept.findings] == [24]


def test_a_vehicle_is_given_up_by_a_held_button_only(hand: Hand, picture: Picture) -> None:
    before = hand.arrive("car-3des")
    hand.to_picture()
    passage = passage_of(hand)
    hand.tap("返回")
    hand.at("leave")
    picture(hand, "leave")
    hand.tap("改走其他车道")
    hand.tap("按住放弃")
    hand.page.wait_for_timeout(300)
    hand.at("leave")
    hand.hold("按住放弃")
    hand.ends("abandoned")
    hand.leave()
    nothing_paid(hand, before)
    assert hand.street.delivered()
    (told,) = events_of(hand, passage)
    assert (told.kind, told.reason) == ("abandoned", "改走其他车道")
