"""Today's vehicles, read back from the journal alone."""

from __future__ import annotations

from datetime import timedelta

from laneside.passage.notes import Ending
from laneside.passage.views.views import RecordState


def test_todays_vehicles_come_newest_first_with_how_they_ended(station) -> None:
    station.arrive("card-expired")
    station.does("refuse", reason="与卡签不符")
    station.home()
    station.arrive("car-3des")
    station.pay("car-3des")
    rows = station.history.today()
    assert [(row.plate, row.ending, row.fee_fen) for row in rows] == [
        ("甘A12345", Ending.COMPLETED, 1045), ("甘A4P553", Ending.REFUSED, None),
    ]  # fmt: skip
    assert {row.state for row in rows} == {RecordState.WAITING}


def test_a_detail_has_the_card_before_and_after(station) -> None:
    station.arrive("car-3des")
    station.pay("car-3des")
    card = station.history.detail(station.history.today()[0].passage_id).card
    assert card.balance_before_fen - card.balance_after_fen == 1045
    assert card.counter_after == card.counter_before + 1
    assert card.file_0019_after == station.card["file_0019"]
    assert station.history.detail("L-unknown") is None


def test_after_midnight_in_beijing_the_list_begins_again(station) -> None:
    station.arrive("car-3des")
    station.pay("car-3des")
    station.clock.forward(timedelta(hours=12).total_seconds())
    assert station.history.today() == ()
