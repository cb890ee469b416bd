"""What a fresh demonstration starts from. Station, people and fees are invented (``demo.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import datetime
from importlib.resources import files
from typing import Final

import msgspec

from laneside.centre.accounts import Accounts
from laneside.centre.parameters.document_parts import (
    listed_card,
    listed_obu,
    next_rate_version,
    operator_with_password,
    whole_list,
)
from laneside.centre.parameters.published import PublishedDocuments
from laneside.clock import Clock
from laneside.contract.parameters import (
    DocumentKind,
    HolidayWindow,
    KindRule,
    Operator,
    Parameters,
    Policy,
    Role,
    ShiftPlan,
    Station,
    TariffRow,
    TariffTable,
)
from laneside.tariff.lines import half_up_95
from laneside.vocab.media import CardListType, DiscountType, ObuListType
from laneside.vocab.vehicle import TollClass, VehicleKind

_DEMO: Final = tomllib.loads(files(__package__).joinpath("demo.toml").read_text(encoding="utf-8"))
_STATION: Final = msgspec.convert(_DEMO["station"], Station)

STATION_HEX: Final = _STATION.station_hex
STATION_NAME: Final = _STATION.name
COLLECTOR_ID: Final[str] = _DEMO["people"]["collector"]["operatorId"]
SHIFT_LEADER_ID: Final[str] = _DEMO["people"]["shift-leader"]["operatorId"]
ADMINISTRATOR_ID: Final[str] = _DEMO["people"]["administrator"]["operatorId"]
CENTRE_ACCOUNT: Final = "admin"


class DemoPasswords(msgspec.Struct, frozen=True, kw_only=True):
    """The passwords of the three operators on the terminal and of the account at the centre."""

    collector: str
    shift_leader: str
    administrator: str
    centre: str


def demo_parameters(passwords: DemoPasswords, random_bytes: Callable[[int], bytes]) -> Parameters:
    """Return station, people, shifts and the default policy."""
    words = {
        Role.COLLECTOR: passwords.collector,
        Role.SHIFT_LEADER: passwords.shift_leader,
        Role.ADMINISTRATOR: passwords.administrator,
    }
    return Parameters(
        station=_STATION,
        operators=tuple(_operator(role, password, random_bytes) for role, password in words.items()),
        shifts=msgspec.convert(_DEMO["shifts"], tuple[ShiftPlan, ...]),
        policy=Policy(),
    )


def demo_tariff(at: datetime, holidays: tuple[HolidayWindow, ...] = ()) -> TariffTable:
    """Return the station's fixed fees. No holiday is assumed: a year's windows are published when they are known."""
    return TariffTable(
        rate_version=next_rate_version(STATION_HEX[:2], at),
        rows=tuple(_row(TollClass[name], fee_fen) for name, fee_fen in _DEMO["feesFen"].items()),
        holidays=holidays,
        kinds=tuple(_free(VehicleKind[kind], discount) for kind, discount in _DEMO["freeKinds"].items()),
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


def _row(toll_class: TollClass, fee_fen: int) -> TariffRow:
    return TariffRow(
        station_hex=STATION_HEX, toll_class=int(toll_class), fee_fen=fee_fen, fee95_fen=half_up_95(fee_fen)
    )


def _free(kind: VehicleKind, discount: str) -> KindRule:
    discount_type = int(DiscountType[discount]) if discount else None
    return KindRule(vehicle_kind=int(kind), off_percent=100, discount_type=discount_type)


def _operator(role: Role, password: str, random_bytes: Callable[[int], bytes]) -> Operator:
    person = _DEMO["people"][role]
    return operator_with_password(
        operator_id=person["operatorId"],
        name=person["name"],
        role=role,
        station_hex=STATION_HEX,
        password=password,
        random_bytes=random_bytes,
    )
