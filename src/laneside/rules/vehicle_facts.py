"""What the rules know about a vehicle: plain values that the passage takes from reader, lists and journal."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from laneside.contract.parameters import Policy

NO_COLOUR = 0xFF
NO_CLASS = frozenset({None, 0x00, 0xFF})


class IssuedVehicle(msgspec.Struct, frozen=True, kw_only=True):
    """The vehicle for which a card or a tag was issued; "", 0xFF and None mean a field without data."""

    plate: str
    colour: int
    toll_class: int | None


class TagFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One tag. ``status`` is the VST byte of spec/obu.md section 8, ``copied_card_id`` the card number in EF04.

    ``vehicle`` is None when the vehicle file could not be read (``trouble`` says why); a date of None is no limit.
    ``listed`` holds the types of the status list, most severe first; ``removal_flag`` is None in the 26-byte form.
    """

    status: int
    issuer: bytes
    contract_serial: str
    signed: date | None
    expiry: date | None
    removal_flag: int | None
    vehicle: IssuedVehicle | None
    copied_card_id: str | None = None
    listed: tuple[int, ...] = ()
    single_chip: bool = False
    trouble: str = ""


class CappFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The last passage written on the card (0019): status byte, station (8 hex digits) and moment, aware."""

    status: int
    station_hex: str
    moment: datetime

    def __post_init__(self) -> None:
        """Refuse a moment without a zone."""
        assert self.moment.tzinfo is not None, "time is aware"


class CardFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One user card. ``capp`` is None when record 1 of 0019 does not decode."""

    card_id: str
    issuer: bytes
    card_type: int
    start: date | None
    expiry: date | None
    vehicle: IssuedVehicle
    balance_fen: int
    capp: CappFacts | None
    locked: bool = False
    listed: tuple[int, ...] = ()


class RepeatBy(StrEnum):
    """By what an earlier passage was recognised; the strongest evidence comes first."""

    CARD = "card"
    OBU = "obu"
    PLATE = "plate"


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """The last completed passage of this card, OBU or plate at this station, ``age_s`` seconds ago."""

    by: RepeatBy
    age_s: int
    this_terminal: bool


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that the rules look at. ``card_trouble`` tells a missing card ("" or "absent") from an unreadable one.

    ``tag_trouble`` says why a tag that answered the radio is None here: its system file could not be read.
    ``psam_trouble`` says why there is no PSAM. ``other_tags`` counts the tags that answered beside this one.
    ``list_age_s`` is None until a status list was loaded. ``lane_open_trade``: the lane reports an unfinished purchase
    of this very card. ``now`` is aware.
    """

    now: datetime
    station_hex: str
    tag: TagFacts | None
    card: CardFacts | None
    card_trouble: str = ""
    tag_trouble: str = ""
    other_tags: int = 0
    psam_present: bool = True
    psam_authorised: bool = True
    psam_trouble: str = ""
    list_age_s: int | None = None
    repeats: tuple[Repeat, ...] = ()
    lane_open_trade: bool = False
    policy: Policy = msgspec.field(default_factory=Policy)

    def __post_init__(self) -> None:
        """Refuse a moment without a zone: dates are compared with Beijing days."""
        assert self.now.tzinfo is not None, "time is aware"


class ReadPlate(msgspec.Struct, frozen=True, kw_only=True):
    """What software read in the photo with confidence; ``NO_COLOUR`` where it is not sure of the colour."""

    plate: str
    colour: int


class SeenVehicle(msgspec.Struct, frozen=True, kw_only=True):
    """What the collector saw; class and kind are None until they were chosen.

    ``read`` is what software read in the photo, None where nothing was read with confidence.
    """

    plate: str
    colour: int
    toll_class: int | None = None
    vehicle_kind: int | None = None
    read: ReadPlate | None = None
