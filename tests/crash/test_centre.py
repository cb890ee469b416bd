"""The centre dies or is away: the record is sent until its receipt is in the journal, and lies there once."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from street import Street, work_until
from timeouts import scaled

pytestmark = [pytest.mark.process]


def test_a_record_committed_by_a_dying_centre_is_sent_again_and_exists(lane: Street) -> None:
    port = lane.fleet.centre.port
    lane.fleet.end("centre")
    lane.fleet.environment["LANESIDE_CENTRE_EXIT_AFTER_COMMIT"] = "1"
    try:
        dying = lane.fleet.start_centre(port=port).child
    finally:
        del lane.fleet.environment["LANESIDE_CENTRE_EXIT_AFTER_COMMIT"]
    before = lane.arrive("car-sm4")
    with lane.collector() as collector:
        work_until(collector, before["vehicle"], "leave")
        assert dying.wait(scaled(15)) == 86
        (record,) = lane.records(before["card"]["card_id"])
        assert lane.receipts(record.record_id) == []
        collector.act("leave")
    lane.kill("centre")
    lane.fleet.start_centre(port=port)
    assert lane.delivered()
    assert lane.records(before["card"]["card_id"]) == [record]
    assert lane.receipts(record.record_id) == ["exists"]
    lane.verify_journal()


def test_with_the_centre_switched_off_the_vehicle_pays_and_its_record_and_photo_follow_later(lane: Street) -> None:
    port = lane.fleet.centre.port
    before = lane.arrive("car-3des")
    card_id = before["card"]["card_id"]
    with lane.collector() as collector:
        work_until(collector, before["vehicle"], "submit")
        assert lane.delivered(), "the photo of the vehicle in work goes first"
        lane.fleet.end("centre")
        view = collector.act("submit")
        assert (view["result"]["ending"], view["result"]["title"]["zh"]) == ("completed", "已扣费")
        assert lane.card()["balance_fen"] == before["card"]["balance_fen"] - view["result"]["fee_fen"]
        assert collector.detail(view["passage_id"])["row"]["state"] == "waiting"
        collector.act("leave")
        second = lane.arrive("car-new-energy")
        photographed = work_until(collector, second["vehicle"], "picture")
        work_until(collector, second["vehicle"], "leave")
        collector.act("leave")
        sha256 = photographed["picture"]["photo_sha256"]
        assert collector.detail(photographed["passage_id"])["row"]["state"] == "waiting"
        lane.fleet.start_centre(port=port)
        assert lane.delivered()
        assert collector.detail(view["passage_id"])["row"]["state"] == "delivered"
    (record,) = lane.records(card_id)
    assert record.record_id == view["result"]["record_id"]
    assert lane.receipts(record.record_id) == ["created"]
    photo = lane.photo_at_centre(sha256)
    assert photo is not None
    assert Image.open(io.BytesIO(photo)).size == (1280, 960)
    lane.verify_journal()
