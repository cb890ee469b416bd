"""The words of the field: code tables with their Chinese and English labels, provinces, and the 特情 table.

Only names, numbers, texts and remedies that code reads; tables that only people read are in ``tools/glossary.toml``. No
byte layout (codec), no decision (rules), no fee, no I/O but this package's own data file, read when first asked for.
"""

from laneside.vocab.events import EventStatus, EventVehicle, SpecialEvent, special_event, special_event_rows
from laneside.vocab.media import (
    CardListType,
    CardType,
    ContractType,
    DiscountType,
    EtcCardType,
    ExitFeeType,
    LaneType,
    MediaType,
    ObuListType,
    ObuSign,
    OperationMedia,
    RemovalFlag,
    TagStatusBit,
    TransactionPayType,
    TransactionType,
)
from laneside.vocab.provinces import PROVINCES, Province, issuer_words, province_of_code
from laneside.vocab.vehicle import EntryExitStatus, PlateColour, TollClass, UserType, VehicleKind, VehicleStatusFlag
from laneside.vocab.words import Coded, Words, label, unknown, yuan

__all__ = [
    "PROVINCES",
    "CardListType",
    "CardType",
    "Coded",
    "ContractType",
    "DiscountType",
    "EntryExitStatus",
    "EtcCardType",
    "EventStatus",
    "EventVehicle",
    "ExitFeeType",
    "LaneType",
    "MediaType",
    "ObuListType",
    "ObuSign",
    "OperationMedia",
    "PlateColour",
    "Province",
    "RemovalFlag",
    "SpecialEvent",
    "TagStatusBit",
    "TollClass",
    "TransactionPayType",
    "TransactionType",
    "UserType",
    "VehicleKind",
    "VehicleStatusFlag",
    "Words",
    "issuer_words",
    "label",
    "province_of_code",
    "special_event",
    "special_event_rows",
    "unknown",
    "yuan",
]
