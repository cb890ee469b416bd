"""What a fresh demonstration starts from. Station, people and fees are invented; the numbers only make sense."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from laneside.centre.accounts import Accounts
from laneside.centre.parameters import (
    PublishedDocuments,
    listed_card,
    listed_obu,
    next_rate_version,
    operator_with_password,
    whole_list,
)
from laneside.clock import Clock
from laneside.contract.parameters import (
    DocumentKind,
    HolidayWindow,
    KindRule,
    Lane,
    LaneUse,
    Operator,
    Parameters,
    Policy,
    Role,
    ShiftPlan,
    Station,
    TariffRow,
    TariffTable,
    VirtualEntry,
)
from laneside.tariff import half_up_95
from laneside.vocab import CardListType, DiscountType, ObuListType, TollClass, VehicleKind

STATION_HEX: Final = "62010A0B"
STATION_NAME: Final = "兰州东"
COLLECTOR_ID: Final = "620101"
SHIFT_LEADER_ID: Final = "620100"
ADMINISTRATOR_ID: Final = "620001"
CENTRE_ACCOUNT: Final = "admin"

_PROVINCE: Final = "62"
_STATION_GB: Final = "G0030620010010"
_FEES_FEN: Final = {
    TollClass.PASSENGER_1: 1100,
    TollClass.PASSENGER_2: 1650,
    TollClass.PASSENGER_3: 2200,
    TollClass.PASSENGER_4: 2750,
    TollClass.TRUCK_1: 1100,
    TollClass.TRUCK_2: 2310,
    TollClass.TRUCK_3: 3465,
    TollClass.TRUCK_4: 4400,
    TollClass.TRUCK_5: 4840,
    TollClass.TRUCK_6: 5390,
    TollClass.SPECIAL_1: 1100,
    TollClass.SPECIAL_2: 2310,
    TollClass.SPECIAL_3: 3465,
    TollClass.SPECIAL_4: 4400,
    TollClass.SPECIAL_5: 4840,
    TollClass.SPECIAL_6: 5390,
}
_FREE_KINDS: Final[dict[VehicleKind, DiscountType | None]] = {
    VehicleKind.MILITARY: None,
    VehicleKind.EMERGENCY: None,
    VehicleKind.FREE: None,
    VehicleKind.GREEN: DiscountType.GREEN,
    VehicleKind.HARVESTER: DiscountType.HARVESTER,
    VehicleKind.RELIEF: None,
    VehicleKind.RESCUE: None,
}
"""Containers (24, 28) and the others have no rule: they pay the whole fee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPasswords:
    """The passwords of the three operators on the terminal and of the account at the centre."""

    collector: str
    shift_leader: str
    administrator: str
    centre: str


def demo_station() -> Station:
    """Return the station with its three lanes and its virtual entry."""
    return Station(
        station_hex=STATION_HEX,
        name=STATION_NAME,
        lanes=(
            _lane("11", "11 车道", LaneUse.ETC_EXIT),
            _lane("12", "12 车道", LaneUse.MIXED_EXIT),
            _lane("01", "01 车道", LaneUse.ETC_ENTRY),
        ),
        virtual_entry=VirtualEntry(
            lane_id="G00306200100191010001", lane_hex="62010A0F01", station_name=f"{STATION_NAME}虚拟入口"
        ),
    )


def demo_parameters(passwords: DemoPasswords, random_bytes: Callable[[int], bytes]) -> Parameters:
    """Return station, people, shifts and the default policy."""
    return Parameters(
        station=demo_station(),
        operators=(
            _operator(COLLECTOR_ID, "张晓", Role.COLLECTOR, passwords.collector, random_bytes),
            _operator(SHIFT_LEADER_ID, "李强", Role.SHIFT_LEADER, passwords.shift_leader, random_bytes),
            _operator(ADMINISTRATOR_ID, "王敏", Role.ADMINISTRATOR, passwords.administrator, random_bytes),
        ),
        shifts=(
            ShiftPlan(number=1, name="早班", starts_minute=7 * 60 + 30),
            ShiftPlan(number=2, name="中班", starts_minute=15 * 60 + 30),
            ShiftPlan(number=3, name="夜班", starts_minute=23 * 60 + 30),
        ),
        policy=Policy(),
    )


def demo_tariff(at: datetime, holidays: tuple[HolidayWindow, ...] = ()) -> TariffTable:
    """Return the station's fixed fees. No holiday is assumed: a year's windows are published when they are known."""
    return TariffTable(
        rate_version=next_rate_version(_PROVINCE, at),
        rows=tuple(
            TariffRow(station_hex=STATION_HEX, toll_class=int(toll_class), fee_fen=fee, fee95_fen=half_up_95(fee))
            for toll_class, fee in _FEES_FEN.items()
        ),
        holidays=holidays,
        kinds=tuple(
            KindRule(vehicle_kind=int(kind), off_percent=100, discount_type=None if discount is None else int(discount))
            for kind, discount in _FREE_KINDS.items()
        ),
    )


def seed_demo(
    documents: PublishedDocuments,
    accounts: Accounts,
    clock: Clock,
    random_bytes: Callable[[int], bytes],
    *,
    passwords: DemoPasswords,
    listed_card_id: str,
    listed_obu_id: str,
    holidays: tuple[HolidayWindow, ...] = (),
) -> bool:
    """Publish version 1 of every document and make the centre's account; False if the centre was filled before.

    ``listed_card_id`` has 20 digits, ``listed_obu_id`` the 16 of a contract serial.
    """
    if documents.newest(STATION_HEX, DocumentKind.STATUS_LIST) is not None:
        return False
    now = clock.now()
    rows = (listed_card(listed_card_id, int(CardListType.LOST)), listed_obu(listed_obu_id, int(ObuListType.LOST)))
    accounts.set_password(CENTRE_ACCOUNT, passwords.centre)
    # The list goes last and tells that all is there: cut before it, the next start publishes everything again.
    documents.publish(DocumentKind.PARAMETERS, demo_parameters(passwords, random_bytes), now)
    documents.publish(DocumentKind.TARIFF, demo_tariff(now, holidays), now, station_hex=STATION_HEX)
    documents.publish(DocumentKind.STATUS_LIST, whole_list(rows, now), now, station_hex=STATION_HEX)
    return True


def _lane(number: str, name: str, use: LaneUse) -> Lane:
    direction = "1" if use in {LaneUse.ETC_ENTRY, LaneUse.MIXED_ENTRY} else "2"
    return Lane(lane_id=f"{_STATION_GB}{direction}0100{number}", lane_hex=STATION_HEX + number, name=name, use=use)


def _operator(operator_id: str, name: str, role: Role, password: str, random_bytes: Callable[[int], bytes]) -> Operator:
    return operator_with_password(
        operator_id=operator_id,
        name=name,
        role=role,
        station_hex=STATION_HEX,
        password=password,
        random_bytes=random_bytes,
    )
