"""A vehicle found again after a pause: the page asks whether it goes on, with plate and age."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from journeys.conftest import Pages, Picture, hands
from journeys.facts import events_of, nothing_paid
from journeys.hand import Camera, Hand
from street import street

IDLE_S = 2


@pytest.fixture
def impatient(seeing, camera: Camera, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """A street of its own, where the centre asks after two seconds."""
    with (
        street(tmp_path_factory.mktemp("idle"), idle_question_s=IDLE_S, plate_reading="off") as running,
        hands(seeing, running, camera) as pages,
    ):
        yield pages


def test_a_page_that_stood_idle_asks_and_goes_on_or_gives_up(impatient: Pages, picture: Picture) -> None:
    hand: Hand = impatient()
    hand.login()
    before = hand.arrive("car-3des")
    hand.to_picture()
    hand.shoot()
    hand.type_plate("甘A12345", 0)
    hand.at("idle")
    assert "还在办理这辆车吗" in hand.text
    assert hand.plates == ["甘A12345"]
    assert "已停留 1 分钟" in hand.text
    picture(hand, "idle")
    hand.main("继续")
    hand.at("picture")
    assert hand.plate_boxes == "甘A12345"
    view = hand.view()
    assert view is not None
    hand.at("idle")
    hand.page.reload()
    hand.at("idle")
    hand.hold("按住放弃")
    hand.ends("abandoned")
    hand.leave()
    nothing_paid(hand, before)
    assert hand.street.delivered()
    (told,) = events_of(hand, view["passage_id"])
    assert told.kind == "abandoned"
    assert told.reason
    assert told.photo_sha256 == view["picture"]["photo_sha256"]
