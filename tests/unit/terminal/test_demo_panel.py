"""The roadside's panel as the demo's page shows it."""

from __future__ import annotations

from laneside.errors import SettingError
from laneside.passage.answers import Done
from laneside.terminal.demo_panel import DemoRoadside, DemoState

EMPTY = {"vehicle": None, "card": None, "lane": {"barrier": "shut", "display": ""}}
FULL = {
    "vehicle": {"name": "car-sm4", "plate": "甘A12345"},
    "card": {"inserted": True, "balance_fen": 100, "counter": 7},
    "lane": {"barrier": "open", "display": "10.45"},
}


class Panel:
    def __init__(self):
        self.there = EMPTY

    def vehicles(self):
        words = {"zh": "小客车", "en": "Car"}
        return [
            {"name": "car-sm4", "description": words, "outcome": "completed", "codes": []},
            {"name": "listed", "description": words, "outcome": "refused", "codes": [24, 41]},
        ]

    def state(self):
        return self.there

    def place(self, vehicle, *, fresh=False):
        if vehicle != "car-sm4":
            raise SettingError(vehicle)
        self.there = FULL

    def insert_card(self):
        raise SettingError("the lane is empty")

    withdraw_card = insert_card


def test_vehicles_say_what_is_expected_of_them():
    shown = DemoRoadside(Panel()).vehicles()
    assert [(one.name, one.title.zh, one.expected.zh, one.expected.en) for one in shown] == [
        ("car-sm4", "小客车", "扣费放行", "pays and passes"),
        ("listed", "小客车", "拦截 24 41", "is stopped 24 41"),
    ]


def test_the_lane_is_shown_empty_and_with_a_vehicle():
    roadside = DemoRoadside(Panel())
    nothing = DemoState(
        vehicle="", plate="", card_inserted=False, barrier_open=False, display="", balance_fen=None, counter=None
    )
    assert roadside.state() == nothing
    assert roadside.place("car-sm4", fresh=True) == Done()
    assert roadside.state() == DemoState(
        vehicle="car-sm4",
        plate="甘A12345",
        card_inserted=True,
        barrier_open=True,
        display="10.45",
        balance_fen=100,
        counter=7,
    )


def test_what_the_roadside_refuses_is_a_message():
    roadside = DemoRoadside(Panel())
    assert roadside.place("nothing", fresh=False).field == "vehicle"
    for move in (roadside.insert_card, roadside.withdraw_card):
        assert move().text.zh == "the lane is empty"
