"""Bytes of chips ⇄ frozen values: plates, card 0015/0018/0019, tag EF01/vehicle/EF04, PSAM 0015/0016/0017.

Pure: no I/O, no key, no judgement. Codes that a table lacks stay integers; what has no meaning at all is a CodecError.
"""

from laneside.codec.bcd import bcd_from_digits, digits_from_bcd, moment_of, purchase_time
from laneside.codec.capp import CappLayout, CappRecord, OldCappRecord, capp_layout, parse_capp
from laneside.codec.card import IssueInfo, WalletLogRecord
from laneside.codec.layout import ChipFile, Row
from laneside.codec.passage_file import PassageFile, ProvinceFee, parse_passage_file
from laneside.codec.plate import PlateKind, decode_plate, encode_plate, plate_kind, vehicle_id
from laneside.codec.psam import PsamApplication, PsamIssue, PsamTerminal
from laneside.codec.tag import PassageBlock, PassengerVehicle, SystemInfo, TruckVehicle, VehicleInfo, parse_vehicle
from laneside.errors import CodecError

__all__ = [
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
