"""Bytes of chips ⇄ frozen values: plates, card 0015/0018/0019, tag EF01/vehicle/EF04, PSAM 0015/0016/0017.

Pure: no I/O, no key, no judgement. Codes that a table lacks stay integers; bytes without a meaning are a CodecError.
"""

from laneside.codec.bcd import bcd_from_digits, digits_from_bcd, moment_of, purchase_time
from laneside.codec.card import (
    CappLayout,
    CappRecord,
    IssueInfo,
    OldCappRecord,
    WalletLogRecord,
    capp_layout,
    parse_capp,
)
from laneside.codec.layout import ChipFile, Row
from laneside.codec.plate import PlateKind, decode_plate, encode_plate, plate_kind, vehicle_id
from laneside.codec.psam import PsamApplication, PsamIssue, PsamTerminal
from laneside.codec.tag import (
    CAPP_COPY_IN_BLOCK,
    CAPP_COPY_LENGTH,
    CAPP_COPY_OFFSET,
    ISSUE_COPY_LENGTH,
    PASSAGE_BLOCK_LENGTH,
    PASSAGE_BLOCK_OFFSET,
    PROVINCE_FEES_LENGTH,
    PROVINCE_FEES_OFFSET,
    PassageBlock,
    PassageFile,
    PassengerVehicle,
    ProvinceFee,
    SystemInfo,
    TruckVehicle,
    VehicleInfo,
    parse_passage_file,
    parse_vehicle,
)
from laneside.errors import CodecError

__all__ = [
    "CAPP_COPY_IN_BLOCK",
    "CAPP_COPY_LENGTH",
    "CAPP_COPY_OFFSET",
    "ISSUE_COPY_LENGTH",
    "PASSAGE_BLOCK_LENGTH",
    "PASSAGE_BLOCK_OFFSET",
    "PROVINCE_FEES_LENGTH",
    "PROVINCE_FEES_OFFSET",
    "CappLayout",
    "CappRecord",
    "ChipFile",
    "CodecError",
    "IssueInfo",
    "OldCappRecord",
    "PassageBlock",
    "PassageFile",
    "PassengerVehicle",
    "PlateKind",
    "ProvinceFee",
    "PsamApplication",
    "PsamIssue",
    "PsamTerminal",
    "Row",
    "SystemInfo",
    "TruckVehicle",
    "VehicleInfo",
    "WalletLogRecord",
    "bcd_from_digits",
    "capp_layout",
    "decode_plate",
    "digits_from_bcd",
    "encode_plate",
    "moment_of",
    "parse_capp",
    "parse_passage_file",
    "parse_vehicle",
    "plate_kind",
    "purchase_time",
    "vehicle_id",
]
