"""What makes up a scenario: a vehicle with its appearance, card, tag and former trips, and how its passage must end."""

from __future__ import annotations

from dataclasses import dataclass, replace

from laneside.vocab import Words

GANSU = bytes.fromhex("B8CACBE062010001")
NOWHERE = bytes.fromhex("B2E2CAD499010001")  # 测试: no province has this issuer

HOME_STATION = "62010A0B"
ETC_LANE = "11"
MIXED_LANE = "12"

STORED_VALUE = 22
CHARGE = 23

OPEN_ETC = 0x06
CLOSED_ETC_ENTRY = 0x03
CLOSED_ETC_EXIT = 0x04

DAY_S = 86_400
YEAR_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A purchase that a fixed antenna made ``ago_s`` seconds before the card was issued."""

    ago_s: int
    amount_fen: int
    status: int
    station_hex: str = "62010C07"
    lane: str = "02"


LAST_WEEK = Trip(ago_s=6 * DAY_S + 3_120, amount_fen=2_185, status=CLOSED_ETC_EXIT, station_hex="62010C03")
YESTERDAY = Trip(ago_s=DAY_S + 5_400, amount_fen=1_330, status=CLOSED_ETC_EXIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodywork:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSetup:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TagSetup:
    """The on-board unit; a removed one has it in its system file and in its status byte."""

    contract_serial: str
    plate: str
    mac_id: bytes
    version: int = 0x40
    removal_flag: int = 0x01
    tampered: bool = False
    signed_day: int = -3 * YEAR_DAYS
    expires_day: int = 7 * YEAR_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """How the passage must end, and the codes that stop it: special events, or words of our own rules."""

    outcome: str
    codes: tuple[int | str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
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
    trips: tuple[Trip, ...] = (LAST_WEEK, YESTERDAY)
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


CAR = Bodywork(length_mm=4_600, width_mm=1_800, height_mm=1_500, axles=2, wheels=4, wheelbase_mm=2_700, seats=5)
COACH = Bodywork(length_mm=8_900, width_mm=2_500, height_mm=3_300, axles=2, wheels=6, wheelbase_mm=4_300, seats=35)
TRUCK_3 = Bodywork(
    length_mm=9_900,
    width_mm=2_490,
    height_mm=3_600,
    axles=3,
    wheels=8,
    wheelbase_mm=5_700,
    seats=3,
    load_kg=14_500,
    curb_kg=10_300,
    gross_kg=25_000,
)
TRUCK_6 = Bodywork(
    length_mm=17_100,
    width_mm=2_550,
    height_mm=3_990,
    axles=6,
    wheels=22,
    wheelbase_mm=3_300,
    seats=2,
    load_kg=34_000,
    curb_kg=14_900,
    gross_kg=49_000,
)


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
        bodywork=CAR,
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


def named(vehicle: Vehicle, name: str, zh: str, en: str) -> Vehicle:
    """Return a vehicle with its name and its description in both languages."""
    return replace(vehicle, name=name, words=Words(zh=zh, en=en))


def refused(vehicle: Vehicle, code: int | str) -> Vehicle:
    """Return the vehicle as one that is stopped by exactly one code."""
    return replace(vehicle, expected=Expected(outcome="refused", codes=(code,)))
