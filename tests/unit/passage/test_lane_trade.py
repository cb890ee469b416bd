"""The fixed lane's open trade: taken over from what the card shows, and only for the card that made it."""

from __future__ import annotations

from msgspec.structs import replace

from laneside.passage.debit.lane_trade import intent_of_trade, open_trade_of
from laneside.passage.state import Priced, WithPair


def test_the_lanes_trade_of_this_card_becomes_an_intent_without_a_second_debit(station) -> None:
    station.arrive("lane-left-unfinished")
    station.confirm("lane-left-unfinished")
    before = station.card["balance_fen"]
    station.does("quote")
    state = station.passages.unfinished()
    trade = open_trade_of(WithPair.of(state))
    assert trade is not None
    intent = intent_of_trade(Priced.of(state), trade, record_id="R", has_log=True, write_tag=True)
    assert intent.taken_over
    assert intent.balance_before_fen == before + trade.amount_fen
    assert intent.capp_after.hex().upper() == station.card["file_0019"]
    station.does("submit")
    assert (station.card["balance_fen"], len(station.records())) == (before, 1)


def test_a_card_that_does_not_show_the_trade_gives_no_intent(station) -> None:
    station.arrive("lane-left-unfinished")
    station.confirm("lane-left-unfinished")
    station.does("quote")
    state = station.passages.unfinished()
    trade = open_trade_of(WithPair.of(state))
    other = replace(trade, amount_fen=1)
    assert intent_of_trade(Priced.of(state), other, record_id="R", has_log=True, write_tag=True) is None


def test_without_a_trade_of_the_lane_nothing_is_taken_over(station) -> None:
    station.arrive("car-3des")
    assert open_trade_of(WithPair.of(station.passages.unfinished())) is None
