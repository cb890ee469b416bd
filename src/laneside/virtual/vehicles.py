"""The named vehicles of the virtual roadside: one for each scenario that an open exit must be able to end.

All numbers are invented, distinct and fixed; all dates follow the moment at which the chips are issued.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from laneside.errors import SettingError
from laneside.virtual.scenarios import (
    CHARGE,
    CLOSED_ETC_ENTRY,
    COACH,
    ETC_LANE,
    HOME_STATION,
    NOWHERE,
    OPEN_ETC,
    TRUCK_3,
    TRUCK_6,
    YESTERDAY,
    Bodywork,
    Trip,
    Vehicle,
    car,
    named,
    refused,
)

FEE_HERE_FEN = 1_045


def _truck(vehicle: Vehicle, *, toll_class: int, kind: int, user_type: int, bodywork: Bodywork) -> Vehicle:
    """Return a car as a yellow-plated truck."""
    return replace(vehicle, colour=1, toll_class=toll_class, kind=kind, user_type=user_type, bodywork=bodywork)


def _ordinary() -> tuple[Vehicle, ...]:
    """Return those that pass and pay."""
    coach = replace(car(4, "甘AY5678"), colour=1, toll_class=3, bodywork=COACH)
    charge = car(9, "甘A9B207")
    return (
        named(car(1, "甘A12345"), "car-3des", "客一，3DES 储值卡与标签", "Passenger car, 3DES card and tag"),
        named(car(2, "甘A8K631", sm4=True), "car-sm4", "客一，国密卡与国密标签", "Passenger car, SM4 card and tag"),
        named(
            replace(car(3, "甘AD20188", sm4=True), colour=4),
            "car-new-energy",
            "客一新能源，8 位渐变绿牌",
            "New-energy car, eight characters on gradient green",
        ),
        named(coach, "coach-3", "客三，35 座大客车", "Coach of class 3, 35 seats"),
        named(
            _truck(car(5, "甘A6F680"), toll_class=16, kind=0, user_type=0x00, bodywork=TRUCK_6),
            "truck-6",
            "货六，六轴（2019 版车辆信息）",
            "Truck of class 6, six axles, vehicle file in the 2019 form",
        ),
        named(
            _truck(car(6, "甘A7G119"), toll_class=16, kind=24, user_type=0x18, bodywork=TRUCK_6),
            "container-tractor",
            "集装箱牵引车，J1 类集装箱",
            "Container tractor with a J1 container",
        ),
        named(
            _truck(car(7, "甘A3H902"), toll_class=13, kind=21, user_type=0x00, bodywork=TRUCK_3),
            "green-truck",
            "货三，绿通车辆免费",
            "Truck of class 3 on the green channel, free of charge",
        ),
        named(
            replace(charge, card=replace(charge.card, card_type=CHARGE, balance_fen=1_999_876_543)),
            "charge-card",
            "客一，记账卡",
            "Passenger car with a charge card",
        ),
    )


def _card_refused() -> tuple[Vehicle, ...]:
    """Return those whose card stops them."""
    poor, expired, foreign = car(8, "甘A2C418"), car(13, "甘A4P553"), car(15, "甘A1N846")
    return (
        named(
            refused(replace(poor, card=replace(poor.card, balance_fen=500)), 27),
            "low-balance",
            "储值卡余额 5.00 元，不足",
            "Stored-value card with 5.00 yuan left, too little",
        ),
        named(refused(car(11, "甘A0M727"), 24), "card-listed", "ETC 卡在状态名单", "The card is on the status list"),
        named(
            refused(replace(expired, card=replace(expired.card, expires_day=-30)), 21),
            "card-expired",
            "ETC 卡已过期 30 天",
            "The card expired thirty days ago",
        ),
        named(
            refused(replace(car(14, "甘A6L390"), card_inserted=False), 5),
            "tag-without-card",
            "标签无卡（卡已拔出）",
            "The tag holds no card; it lies beside and can be inserted",
        ),
        named(
            refused(replace(foreign, card=replace(foreign.card, issuer=NOWHERE)), 25),
            "unknown-issuer",
            "卡片发行方未知",
            "The card's issuer is unknown",
        ),
    )


def _tag_refused() -> tuple[Vehicle, ...]:
    """Return those whose tag, or whose pair of card and tag, stops them."""
    differing, removed = car(10, "甘A5E264"), car(12, "甘A7R015")
    return (
        named(
            refused(replace(differing, card=replace(differing.card, plate="甘A5E254")), 41),
            "plates-differ",
            "卡内车牌与标签车牌不符",
            "Card and tag were issued for different plates",
        ),
        named(refused(car(16, "甘A3T871"), 6), "tag-listed", "电子标签在状态名单", "The tag is on the status list"),
        named(
            refused(replace(removed, tag=replace(removed.tag, removal_flag=0x00, tampered=True)), 2),
            "tag-removed",
            "电子标签被拆卸",
            "The tag was taken off the windscreen",
        ),
    )


def _with_recent_trips() -> tuple[Vehicle, ...]:
    """Return those whose last trip decides."""
    here = Trip(ago_s=120, amount_fen=FEE_HERE_FEN, status=OPEN_ETC, station_hex=HOME_STATION, lane=ETC_LANE)
    entered = Trip(ago_s=2_400, amount_fen=0, status=CLOSED_ETC_ENTRY, station_hex="62010C02", lane="03")
    return (
        named(
            refused(replace(car(17, "甘A9S436"), trips=(YESTERDAY, here), follows_clock=True), 141),
            "just-passed",
            "两分钟前已在本站交易",
            "Paid at this station two minutes ago",
        ),
        named(
            replace(
                car(18, "甘A4U660"), trips=(YESTERDAY, replace(here, ago_s=60)), follows_clock=True, left_by_lane=True
            ),
            "lane-left-unfinished",
            "一分钟前固定天线已扣费，车道未取得交易认证码",
            "The fixed antenna debited it a minute ago and never saw the TAC",
        ),
        named(
            refused(replace(car(19, "甘A8V973"), trips=(YESTERDAY, entered), follows_clock=True), "running-trip"),
            "trip-running",
            "卡内有未结束行程",
            "A closed trip is still running on the card",
        ),
    )


VEHICLES: tuple[Vehicle, ...] = (*_ordinary(), *_card_refused(), *_tag_refused(), *_with_recent_trips())

_BY_NAME = {vehicle.name: vehicle for vehicle in VEHICLES}
assert len(_BY_NAME) == len(VEHICLES), "two vehicles have one name"


def vehicle_named(name: str) -> Vehicle:
    """Return a vehicle. Raises SettingError, with the names of all vehicles."""
    vehicle = _BY_NAME.get(name)
    if vehicle is None:
        raise SettingError(f"no vehicle {name!r}; there are: {', '.join(_BY_NAME)}")
    return vehicle


def listed_keys() -> dict[str, str]:
    """Return the keys that the demo's status list must hold: the ``card`` id and the ``obu`` serial."""
    return {
        "card": vehicle_named("card-listed").card_id,
        "obu": vehicle_named("tag-listed").tag.contract_serial,
    }


def describe(vehicle: Vehicle) -> dict[str, Any]:
    """Return one vehicle as ``laneside virtual vehicles --json`` prints it."""
    return {
        "name": vehicle.name,
        "plate": vehicle.plate,
        "plate_colour": vehicle.colour,
        "toll_class": vehicle.toll_class,
        "vehicle_kind": vehicle.kind,
        "card_id": vehicle.card_id,
        "contract_serial": vehicle.tag.contract_serial,
        "outcome": vehicle.expected.outcome,
        "codes": list(vehicle.expected.codes),
        "description": {"zh": vehicle.words.zh, "en": vehicle.words.en},
    }
