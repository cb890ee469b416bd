"""Today's vehicles, read back from the journal alone."""

from __future__ import annotations

from datetime import timedelta

import msgspec

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
    assert card.file_0019_after == station.card["file_0019"] == station.records()[0].capp_after
    assert station.history.detail("L-unknown") is None


def test_after_midnight_in_beijing_the_list_begins_again(station) -> None:
    station.arrive("car-3des")
    station.pay("car-3des")
    station.clock.forward(timedelta(hours=12).total_seconds())
    assert station.history.today() == ()


def test_an_open_debit_is_listed_as_unknown_and_changes_no_card(station) -> None:
    station.arrive("car-3des")
    station.confirm("car-3des")
    station.does("quote")
    gone = []

    def cut(channel, command, acted):
        """Lose card and tag for good once the card has acted on its debit."""
        if channel == "card" and command[1] == 0x54 and acted:
            gone.append(channel)
        return bool(gone) and channel != "psam"

    station.link.cut = cut
    station.does("submit")
    (row,) = station.history.today()
    assert (row.ending, row.state, row.fee_fen) == (Ending.UNKNOWN, RecordState.UNKNOWN, None)
    card = station.history.detail(row.passage_id).card
    assert (card.balance_after_fen, card.counter_after, card.file_0019_after) == (None, None, "")


def test_a_charge_cards_balance_is_not_shown(station) -> None:
    station.arrive("charge-card")
    station.pay("charge-card")
    card = station.history.detail(station.history.today()[0].passage_id).card
    assert (card.balance_before_fen, card.balance_after_fen) == (None, None)
    assert card.counter_after == card.counter_before + 1


def test_a_shift_that_is_not_planned_any_more_is_shown_by_its_number(station) -> None:
    passage_id = station.arrive("car-3des").passage_id
    assert station.history.detail(passage_id).shift_name == "早班"
    station.decisions.held = msgspec.structs.replace(station.decisions.held, shifts=())
    assert station.history.detail(passage_id).shift_name == "1"
