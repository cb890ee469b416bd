"""Files of the on-board unit: EF01 system information, the vehicle file, EF04 (spec/obu.md sections 3 to 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from laneside.codec.bcd import bcd_from_digits
from laneside.codec.forms import DAY, DIGITS, HEX_TEXT, NUMBER_OR_NONE, PLATE, RAW, REMARK
from laneside.codec.layout import ChipFile, Field, Layout
from laneside.errors import CodecError
from laneside.vocab import ContractType, PlateColour, RemovalFlag, TollClass, UserType, Words, issuer_words

_FIRST_TRUCK_CLASS: Final = 0x0A
_CLASS_OFFSET: Final = 14
_CLASS_AXLES: Final = {int(toll_class): toll_class.axle_count for toll_class in TollClass}


def _is_sm4(contract_version: int) -> bool:
    """Version high nibble ≥ 5 and not FF (spec/unknowns.md 25)."""
    return contract_version >> 4 >= 5 and contract_version != 0xFF


def _version_words(version: int) -> Words:
    algorithm = Words(zh="国密标签", en="SM4 tag") if _is_sm4(version) else Words(zh="3DES标签", en="3DES tag")
    return Words(zh=f"{version:02X}h {algorithm.zh}", en=f"{version:02X}h {algorithm.en}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemInfo(ChipFile):
    """系统信息文件, MF/EF01 (obu.md 3): 99 bytes, or its first 27, or the 26 of a VST, which has no removal flag."""

    LAYOUT: ClassVar[Layout] = Layout(
        file="obu-ef01",
        fields=(
            Field(attribute="issuer", name="issuer_id", length=8, form=RAW, say=issuer_words),
            Field(attribute="contract_type", length=1, codes=ContractType),
            Field(attribute="contract_version", length=1, say=_version_words),
            Field(attribute="contract_serial", length=8, form=DIGITS),
            Field(attribute="signed", name="signed_date", length=4, form=DAY),
            Field(attribute="expiry", name="expiry_date", length=4, form=DAY),
            Field(attribute="removal_flag", length=1, codes=RemovalFlag, optional=True),
            Field(attribute="reserved", length=72, form=RAW, optional=True),
        ),
        lengths=(26, 27, 99),
    )

    issuer: bytes
    contract_type: int
    contract_version: int
    contract_serial: str
    signed: date | None
    expiry: date | None
    removal_flag: int | None = None
    reserved: bytes = b""

    @property
    def region(self) -> bytes:
        """Diversification factor 1, 8 bytes: the first four issuer bytes, twice."""
        return self.issuer[:4] * 2

    @property
    def factor(self) -> bytes:
        """Diversification factor 2, 8 bytes: the contract serial."""
        return bcd_from_digits(self.contract_serial)

    @property
    def is_sm4(self) -> bool:
        """Whether the tag uses SM4."""
        return _is_sm4(self.contract_version)


_VEHICLE_HEAD: Final = (
    Field(attribute="plate", length=12, form=PLATE),
    Field(attribute="plate_colour", length=2, codes=PlateColour),
    Field(attribute="toll_class", name="vehicle_class", length=1, codes=TollClass),
    Field(attribute="user_type", length=1, codes=UserType),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassengerVehicle(ChipFile):
    """车辆信息文件 in the form of 2015, classes below 0Ah: 79 bytes, or its first 59 (obu.md 4.1). Lengths in dm."""

    LAYOUT: ClassVar[Layout] = Layout(
        file="obu-vehicle",
        fields=(
            *_VEHICLE_HEAD,
            Field(attribute="length_dm", name="length", length=2),
            Field(attribute="width_dm", name="width", length=1),
            Field(attribute="height_dm", name="height", length=1),
            Field(attribute="wheel_count", name="wheels", length=1),
            Field(attribute="axle_count", name="axles", length=1, form=NUMBER_OR_NONE),
            Field(attribute="wheelbase_dm", name="wheelbase", length=2),
            Field(attribute="seats", length=3, form=NUMBER_OR_NONE),
            Field(attribute="description", length=16, form=REMARK),
            Field(attribute="engine_number", length=16, form=REMARK),
            Field(attribute="reserved", length=20, form=RAW, optional=True),
        ),
        lengths=(59, 79),
    )

    plate: str
    plate_colour: int
    toll_class: int
    user_type: int
    length_dm: int = 0
    width_dm: int = 0
    height_dm: int = 0
    wheel_count: int = 0
    axle_count: int | None = None
    wheelbase_dm: int = 0
    seats: int | None = None
    description: bytes = bytes(16)
    engine_number: bytes = bytes(16)
    reserved: bytes = b""

    def __post_init__(self) -> None:
        """Refuse a class that has the other form."""
        if self.toll_class >= _FIRST_TRUCK_CLASS:
            raise _wrong_form(self.toll_class, "passenger")
        super(PassengerVehicle, self).__post_init__()  # slots make a new class, which bare super() misses


@dataclass(frozen=True, slots=True, kw_only=True)
class TruckVehicle(ChipFile):
    """车辆信息文件 in the form of 2019, classes 0Ah and above: 79 bytes (obu.md 4.2). Lengths in mm, masses in kg."""

    LAYOUT: ClassVar[Layout] = Layout(
        file="obu-vehicle",
        fields=(
            *_VEHICLE_HEAD,
            Field(attribute="length_mm", name="length", length=2),
            Field(attribute="width_mm", name="width", length=2),
            Field(attribute="height_mm", name="height", length=2),
            Field(attribute="rated_load_kg", name="rated_load", length=3),
            Field(attribute="curb_weight_kg", name="curb_weight", length=3),
            Field(attribute="gross_mass_kg", name="gross_mass", length=3, form=NUMBER_OR_NONE),
            Field(attribute="seats", length=1, form=NUMBER_OR_NONE),
            Field(attribute="vin", length=17, form=REMARK),
            Field(attribute="description", length=16, form=REMARK),
            Field(attribute="reserved", length=14, form=RAW),
        ),
        lengths=(79,),
    )

    plate: str
    plate_colour: int
    toll_class: int
    user_type: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    rated_load_kg: int = 0
    curb_weight_kg: int = 0
    gross_mass_kg: int | None = None
    seats: int | None = None
    vin: bytes = bytes(17)
    description: bytes = bytes(16)
    reserved: bytes = bytes(14)

    def __post_init__(self) -> None:
        """Refuse a class that has the other form."""
        if self.toll_class < _FIRST_TRUCK_CLASS:
            raise _wrong_form(self.toll_class, "truck")
        super(TruckVehicle, self).__post_init__()  # slots make a new class, which bare super() misses

    @property
    def axle_count(self) -> int | None:
        """The axles that follow from the class; None for a local class."""
        return _CLASS_AXLES.get(self.toll_class)


VehicleInfo = PassengerVehicle | TruckVehicle


def parse_vehicle(data: bytes) -> VehicleInfo:
    """Decode a decrypted vehicle file in the form that its class asks for. Raises CodecError."""
    if len(data) <= _CLASS_OFFSET:
        PassengerVehicle.LAYOUT.check_size(data)
    if data[_CLASS_OFFSET] >= _FIRST_TRUCK_CLASS:
        return TruckVehicle.from_bytes(data)
    return PassengerVehicle.from_bytes(data)


def _wrong_form(toll_class: int, form: str) -> CodecError:
    reason = f"class {toll_class:02X} does not have the {form} form"
    return CodecError(file="obu-vehicle", offset=_CLASS_OFFSET, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageBlock(ChipFile):
    """The passage block of DF01/EF04, offset 314, 91 bytes (obu.md 5.1). Only the two copies have a known place.

    ``capp_copy`` is 0019[0:39], ``issue_copy`` 0015[0:20]; the totals are in fen and may never stop a vehicle
    (spec/unknowns.md 16).
    """

    LAYOUT: ClassVar[Layout] = Layout(
        file="obu-ef04",
        fields=(
            Field(attribute="user_type", name="vehicle_user_type", length=1, codes=UserType),
            Field(attribute="province_count", name="number_of_provinces_passed", length=1),
            Field(attribute="total_payable_fen", name="total_amount_payable", length=3),
            Field(attribute="capp_copy", name="copy_0019", length=39, form=RAW),
            Field(attribute="issue_copy", name="copy_0015", length=20, form=RAW),
            Field(attribute="total_charged_fen", name="total_amount_actually_charged", length=3),
            Field(attribute="transaction_count", name="number_of_successful_transactions", length=2),
            Field(attribute="total_mileage", length=3),
            Field(attribute="no_card_count", length=1),
            Field(attribute="entry_gantry", name="entry_gantry_of_this_province", length=3, form=HEX_TEXT),
            Field(attribute="province_payable_fen", name="payable_in_this_province", length=3),
            Field(
                attribute="province_transaction_count",
                name="successful_transactions_in_this_province",
                length=1,
            ),
            Field(attribute="province_charged_fen", name="charged_in_this_province", length=3),
            Field(attribute="digest", length=8, form=RAW),
        ),
        lengths=(91,),
    )

    user_type: int = 0
    province_count: int = 0
    total_payable_fen: int = 0
    capp_copy: bytes
    issue_copy: bytes
    total_charged_fen: int = 0
    transaction_count: int = 0
    total_mileage: int = 0
    no_card_count: int = 0
    entry_gantry: str = "000000"
    province_payable_fen: int = 0
    province_transaction_count: int = 0
    province_charged_fen: int = 0
    digest: bytes = bytes(8)

    @property
    def prefix(self) -> bytes:
        """The three bytes that tell a valid entry (AA2900) from BB2900, CC2900 and others."""
        return self.capp_copy[:3]
