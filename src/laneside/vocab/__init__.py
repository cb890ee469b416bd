"""The words of the field: every code table with its Chinese and English labels, provinces, and the 特情 table.

Only names, numbers, texts and remedies live here. No byte layout (codec), no decision (rules), no fee, no I/O beyond
this package's own data files, which are read when first asked for.
"""

from laneside.vocab.events import EventStatus, EventVehicle, SpecialEvent, special_event, special_event_rows
from laneside.vocab.lane import (
    AuthorisationReason,
    CardReadError,
    CardWriteResult,
    ExceptionReason,
    LaneOperatingMode,
    OperatorText,
    ReaderLaneMode,
    RecordedExitEvent,
    TransactionNotice,
    VehicleCheck,
    VoiceGroup,
    VoiceVehicleState,
)
from laneside.vocab.lists import CardListType, CardState, ListRowStatus, ObuListType, ObuState
from laneside.vocab.media import (
    CardType,
    ContractType,
    DiscountType,
    EtcCardType,
    ExitFeeType,
    Identification,
    LaneType,
    MediaType,
    ObuSign,
    OperationMedia,
    PayType,
    RemovalFlag,
    TransactionPayType,
    TransactionType,
)
from laneside.vocab.provinces import PROVINCES, Province, province_of_code, province_of_issuer
from laneside.vocab.vehicle import EntryExitStatus, PlateColour, TollClass, UserType, VehicleKind, VehicleStatusFlag
from laneside.vocab.words import Coded, Words, label, unknown

__all__ = [
    "PROVINCES",
    "AuthorisationReason",
    "CardListType",
    "CardReadError",
    "CardState",
    "CardType",
    "CardWriteResult",
    "Coded",
    "ContractType",
    "DiscountType",
    "EntryExitStatus",
    "EtcCardType",
    "EventStatus",
    "EventVehicle",
    "ExceptionReason",
    "ExitFeeType",
    "Identification",
    "LaneOperatingMode",
    "LaneType",
    "ListRowStatus",
    "MediaType",
    "ObuListType",
    "ObuSign",
    "ObuState",
    "OperationMedia",
    "OperatorText",
    "PayType",
    "PlateColour",
    "Province",
    "ReaderLaneMode",
    "RecordedExitEvent",
    "RemovalFlag",
    "SpecialEvent",
    "TollClass",
    "TransactionNotice",
    "TransactionPayType",
    "TransactionType",
    "UserType",
    "VehicleCheck",
    "VehicleKind",
    "VehicleStatusFlag",
    "VoiceGroup",
    "VoiceVehicleState",
    "Words",
    "label",
    "province_of_code",
    "province_of_issuer",
    "special_event",
    "special_event_rows",
    "unknown",
]
