"""What each step does with one vehicle, and what it takes back."""

from __future__ import annotations

import msgspec

from laneside.contract.parameters import Policy
from laneside.passage.answers import Rejected
from laneside.passage.notes import Ending

JPEG = b"\xff\xd8 a vehicle"


def test_changing_class_voids_the_fee(station):
    station.arrive("car-sm4")
    station.confirm("car-sm4")
    station.does("quote")
    view = station.does("select", toll_class=None, vehicle_kind=8)
    assert view.quote is None
    assert "submit" not in view.actions


def test_a_listed_card_may_pass_once_on_the_leaders_word(station):
    view = station.arrive("card-listed")
    view = station.does("release", code="24", leader="620100", password="over-the-hills", reason="008 名单")
    assert view.step == "picture"
    station.pay("card-listed")
    assert station.view.result.ending is Ending.COMPLETED


def test_a_transferred_vehicle_leaves_its_event_with_the_picture(station):
    station.arrive("car-sm4")
    station.desk.take_photo(JPEG, live=True)
    assert isinstance(station.tries("transfer", reason=" "), Rejected)
    view = station.does("transfer", reason="司机无卡支付")
    assert view.result.ending is Ending.TRANSFERRED
    (event,) = station.events("transferred")
    assert (event.reason, event.photo_sha256) == ("司机无卡支付", view.picture.photo_sha256)


def test_same_as_pair_is_one_touch_only_where_the_province_allows_it(station):
    station.arrive("car-sm4")
    assert "same-as-pair" not in station.view.actions
    assert isinstance(station.tries("same-as-pair"), Rejected)
    assert station.view.picture.plate == ""
    allowed = msgspec.structs.replace(station.decisions.held, policy=Policy(confirm_same_as_pair=True))
    station.decisions.held = allowed
    view = station.does("same-as-pair")
    assert (view.picture.plate, view.picture.colour) == ("甘A8K631", 0)
