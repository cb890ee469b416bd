"""The named vehicles of the virtual roadside: appearance, card, tag and former trips, and how each passage must end.

The vehicles themselves are data (``vehicles.toml``).
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from laneside.errors import SettingError
from laneside.vocab.words import Words

GANSU = bytes.fromhex("B8CACBE062010001")

HOME_STATION = "62010A0B"
ETC_LANE = "11"
MIXED_LANE = "12"

STORED_VALUE = 22
CHARGE = 23

CLOSED_ETC_ENTRY = 0x03
CLOSED_ETC_EXIT = 0x04

DAY_S = 86_400
YEAR_DAYS = 365


class Trip(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase that a fixed antenna made ``ago_s`` seconds before the card was issued."""

    ago_s: int
    amount_fen: int
    status: int
    station_hex: str = "62010C07"
    lane: str = "02"


LAST_TRIPS = (
    Trip(ago_s=6 * DAY_S + 3_120, amount_fen=2_185, status=CLOSED_ETC_EXIT, station_hex="62010C03"),
    Trip(ago_s=DAY_S + 5_400, amount_fen=1_330, status=CLOSED_ETC_EXIT),
)


class Bodywork(msgspec.Struct, frozen=True, kw_only=True):
    """What the vehicle file holds beside plate and class. Lengths in mm; a passenger car's are written as dm."""

    length_mm: int
    width_mm: int
    height_mm: int
    axles: int
    wheels: int
    wheelbase_mm: int
    seats: int
    load_kg: int = 0
    curb_kg: int = 0
    gross_kg: int = 0


class CardSetup(msgspec.Struct, frozen=True, kw_only=True):
    """The user card. ``balance_fen`` is left after the trips; days count from the issue, negative ones before it."""

    internal_number: str
    plate: str
    version: int = 0x41
    card_type: int = STORED_VALUE
    issuer: bytes = GANSU
    balance_fen: int = 50_000
    counter: int = 0x0120
    starts_day: int = -3 * YEAR_DAYS
    expires_day: int = 7 * YEAR_DAYS


class TagSetup(msgspec.Struct, frozen=True, kw_only=True):
    """The on-board unit; a removed one has it in its system file and in its status byte."""

    contract_serial: str
    plate: str
    mac_id: bytes
    version: int = 0x40
    removal_flag: int = 0x01
    tampered: bool = False
    signed_day: int = -3 * YEAR_DAYS
    expires_day: int = 7 * YEAR_DAYS


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """How the passage must end, and the codes that stop it: special events, or words of our own rules."""

    outcome: str
    codes: tuple[int | str, ...] = ()


class Vehicle(msgspec.Struct, frozen=True, kw_only=True):
    """One named vehicle. ``plate``, ``colour``, ``toll_class`` and ``kind`` are what a collector sees and confirms.

    ``follows_clock``: its trips are minutes old, so its chips are issued again each time it comes. ``left_by_lane``:
    the lane's own antenna made the last trip and never saw the answer.
    """

    name: str
    plate: str
    colour: int
    toll_class: int
    kind: int
    user_type: int
    seed: int
    bodywork: Bodywork
    card: CardSetup
    tag: TagSetup
    expected: Expected
    words: Words
    trips: tuple[Trip, ...] = LAST_TRIPS
    card_inserted: bool = True
    follows_clock: bool = False
    left_by_lane: bool = False

    def __post_init__(self) -> None:
        """Refuse trips out of order, and an unfinished trade without a trip."""
        ages = [trip.ago_s for trip in self.trips]
        assert ages == sorted(ages, reverse=True), "the oldest trip comes first"
        assert self.trips or not self.left_by_lane, "what a lane left unfinished is a trip"

    @property
    def card_id(self) -> str:
        """The printed card number, 20 digits; every card here belongs to network 6201."""
        return "6201" + self.card.internal_number


_TABLE: Final = tomllib.loads(files(__package__).joinpath("vehicles.toml").read_text(encoding="utf-8"))
_BODYWORK: Final = msgspec.convert(_TABLE["bodywork"], dict[str, Bodywork])


def car(number: int, plate: str, *, sm4: bool = False) -> Vehicle:
    """Make an ordinary passenger car with card and tag of one kind; ``number`` keeps all its numbers apart."""
    return Vehicle(
        name="",
        plate=plate,
        colour=0,
        toll_class=1,
        kind=0,
        user_type=0x00,
        seed=0x5A00 + number,
        bodywork=_BODYWORK["car"],
        card=CardSetup(internal_number=f"22192302{number:08d}", plate=plate, version=0x51 if sm4 else 0x41),
        tag=TagSetup(
            contract_serial=f"62010119{number:08d}",
            plate=plate,
            mac_id=bytes.fromhex(f"3A6201{number:02X}"),
            version=0x51 if sm4 else 0x40,
        ),
        expected=Expected(outcome="completed"),
        words=Words(zh="", en=""),
    )


def _vehicle(row: dict[str, Any]) -> Vehicle:
    """Return the vehicle of one row: a car, and what the row says otherwise."""
    ordinary = car(row.pop("number"), row["plate"], sm4=row.pop("sm4", False))
    card, tag = row.pop("card", {}), row.pop("tag", {})
    if "issuer" in card:
        card["issuer"] = bytes.fromhex(card["issuer"])
    code = row.pop("refused", None)
    trips = row.pop("trips", None)
    return replace(
        ordinary,
        bodywork=_BODYWORK[row.pop("bodywork", "car")],
        words=Words(zh=row.pop("zh"), en=row.pop("en")),
        card=replace(ordinary.card, **card),
        tag=replace(ordinary.tag, **tag),
        trips=ordinary.trips if trips is None else msgspec.convert(trips, tuple[Trip, ...]),
        expected=ordinary.expected if code is None else Expected(outcome="refused", codes=(code,)),
        **row,
    )


_BY_NAME: Final = {vehicle.name: vehicle for vehicle in map(_vehicle, _TABLE["vehicle"])}
VEHICLES: Final = tuple(_BY_NAME.values())
assert len(VEHICLES) == len(_TABLE["vehicle"]), "two vehicles have one name"


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
