"""Files of the on-board unit: EF01 system information, the vehicle file, EF04 (spec/obu.md sections 3 to 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Final

import msgspec
from msgspec.structs import replace

from laneside.codec.bcd import bcd_from_digits
from laneside.codec.encodings import DAY, DIGITS, HEX_TEXT, NUMBER_OR_NONE, PLATE, RAW, REMARK, Shown, Span
from laneside.codec.layout import ChipFile, FieldSpec, Row, number, raw
from laneside.errors import CodecError
from laneside.vocab.media import ContractType, RemovalFlag
from laneside.vocab.provinces import issuer_words, province_of_code
from laneside.vocab.vehicle import PlateColour, TollClass, UserType
from laneside.vocab.words import Words

# DF01/EF04, 512 bytes (obu.md 5): the passage block and, in it, the copies of two card files (5.1). The place of the
# copies is known (confidence A and B), that of the block's other fields is a default (C).
PASSAGE_BLOCK_OFFSET: Final = 314
PASSAGE_BLOCK_LENGTH: Final = 91
CAPP_COPY_IN_BLOCK: Final = 5
"""Where in the block the copy of 0019 begins."""
CAPP_COPY_OFFSET: Final = PASSAGE_BLOCK_OFFSET + CAPP_COPY_IN_BLOCK
"""The same in the whole file: 013Fh."""
CAPP_COPY_LENGTH: Final = 39
"""0019 without its last four bytes, the accumulated amount."""
ISSUE_COPY_LENGTH: Final = 20
PROVINCE_FEES_OFFSET: Final = PASSAGE_BLOCK_OFFSET + PASSAGE_BLOCK_LENGTH
PROVINCE_FEES_LENGTH: Final = 80

# obu.md 4: the class decides the form of the vehicle file, and it is at the same place in both.
_FIRST_TRUCK_CLASS: Final = 0x0A
_CLASS_OFFSET: Final = 14


def _is_sm4(contract_version: int) -> bool:
    """Version high nibble ≥ 5 and not FF (spec/unknowns.md 25)."""
    return contract_version >> 4 >= 5 and contract_version != 0xFF


def _version_words(version: int) -> Words:
    algorithm = Words(zh="国密标签", en="SM4 tag") if _is_sm4(version) else Words(zh="3DES标签", en="3DES tag")
    return Words(zh=f"{version:02X}h {algorithm.zh}", en=f"{version:02X}h {algorithm.en}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemInfo(ChipFile):
    """系统信息文件, MF/EF01 (obu.md 3): 99 bytes, or its first 27, or the 26 of a VST, which has no removal flag."""

    FILE: ClassVar[str] = "obu-ef01"
    SIZES: ClassVar[tuple[int, ...]] = (26, 27, 99)

    issuer: Annotated[bytes, FieldSpec(length=8, encoding=RAW, name="issuer_id", words_of=issuer_words)]
    contract_type: Annotated[int, number(codes=ContractType)]
    contract_version: Annotated[int, FieldSpec(length=1, words_of=_version_words)]
    contract_serial: Annotated[str, FieldSpec(length=8, encoding=DIGITS)]
    signed: Annotated[date | None, FieldSpec(length=4, encoding=DAY, name="signed_date")]
    expiry: Annotated[date | None, FieldSpec(length=4, encoding=DAY, name="expiry_date")]
    removal_flag: Annotated[int | None, FieldSpec(length=1, codes=RemovalFlag, optional=True)] = None
    reserved: Annotated[bytes, FieldSpec(length=72, encoding=RAW, optional=True)] = b""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vehicle(ChipFile):
    """The fields with which both forms of the vehicle file begin."""

    FILE: ClassVar[str] = "obu-vehicle"

    plate: Annotated[str, FieldSpec(length=12, encoding=PLATE)]
    plate_colour: Annotated[int, number(2, codes=PlateColour)]
    toll_class: Annotated[int, number(name="vehicle_class", codes=TollClass)]
    user_type: Annotated[int, number(codes=UserType)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassengerVehicle(_Vehicle):
    """车辆信息文件 in the form of 2015, classes below 0Ah: 79 bytes, or its first 59 (obu.md 4.1). Lengths in dm."""

    SIZES: ClassVar[tuple[int, ...]] = (59, 79)

    length_dm: Annotated[int, number(2, "length")] = 0
    width_dm: Annotated[int, number(1, "width")] = 0
    height_dm: Annotated[int, number(1, "height")] = 0
    wheel_count: Annotated[int, number(1, "wheels")] = 0
    axle_count: Annotated[int | None, FieldSpec(length=1, encoding=NUMBER_OR_NONE, name="axles")] = None
    wheelbase_dm: Annotated[int, number(2, "wheelbase")] = 0
    seats: Annotated[int | None, FieldSpec(length=3, encoding=NUMBER_OR_NONE)] = None
    description: Annotated[bytes, FieldSpec(length=16, encoding=REMARK)] = bytes(16)
    engine_number: Annotated[bytes, FieldSpec(length=16, encoding=REMARK)] = bytes(16)
    reserved: Annotated[bytes, FieldSpec(length=20, encoding=RAW, optional=True)] = b""

    def check(self) -> None:
        """Refuse a class that has the other form."""
        if self.toll_class >= _FIRST_TRUCK_CLASS:
            raise _wrong_form(self.toll_class, "passenger")


@dataclass(frozen=True, slots=True, kw_only=True)
class TruckVehicle(_Vehicle):
    """车辆信息文件 in the form of 2019, classes 0Ah and above: 79 bytes (obu.md 4.2). Lengths in mm, masses in kg."""

    SIZES: ClassVar[tuple[int, ...]] = (79,)

    length_mm: Annotated[int, number(2, "length")] = 0
    width_mm: Annotated[int, number(2, "width")] = 0
    height_mm: Annotated[int, number(2, "height")] = 0
    rated_load_kg: Annotated[int, number(3, "rated_load")] = 0
    curb_weight_kg: Annotated[int, number(3, "curb_weight")] = 0
    gross_mass_kg: Annotated[int | None, FieldSpec(length=3, encoding=NUMBER_OR_NONE, name="gross_mass")] = None
    seats: Annotated[int | None, FieldSpec(length=1, encoding=NUMBER_OR_NONE)] = None
    vin: Annotated[bytes, FieldSpec(length=17, encoding=REMARK)] = bytes(17)
    description: Annotated[bytes, FieldSpec(length=16, encoding=REMARK)] = bytes(16)
    reserved: Annotated[bytes, raw(14)] = bytes(14)

    def check(self) -> None:
        """Refuse a class that has the other form."""
        if self.toll_class < _FIRST_TRUCK_CLASS:
            raise _wrong_form(self.toll_class, "truck")


VehicleInfo = PassengerVehicle | TruckVehicle


def parse_vehicle(data: bytes) -> VehicleInfo:
    """Decode a decrypted vehicle file in the form of its class. Raises CodecError."""
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
    """The passage block of DF01/EF04, 91 bytes (obu.md 5.1). Only the two copies have a known place.

    ``capp_copy`` is 0019[0:39], with AA2900 in front of a valid entry (BB2900 and CC2900 occur); ``issue_copy`` is
    0015[0:20]. The totals are in fen and may never stop a vehicle (spec/unknowns.md 16).
    """

    FILE: ClassVar[str] = "obu-ef04"
    SIZES: ClassVar[tuple[int, ...]] = (PASSAGE_BLOCK_LENGTH,)

    user_type: Annotated[int, number(name="vehicle_user_type", codes=UserType)] = 0
    province_count: Annotated[int, number(name="number_of_provinces_passed")] = 0
    total_payable_fen: Annotated[int, number(3, "total_amount_payable")] = 0
    capp_copy: Annotated[bytes, raw(CAPP_COPY_LENGTH, "copy_0019")]
    issue_copy: Annotated[bytes, raw(ISSUE_COPY_LENGTH, "copy_0015")]
    total_charged_fen: Annotated[int, number(3, "total_amount_actually_charged")] = 0
    transaction_count: Annotated[int, number(2, "number_of_successful_transactions")] = 0
    total_mileage: Annotated[int, number(3)] = 0
    no_card_count: Annotated[int, number()] = 0
    entry_gantry: Annotated[str, FieldSpec(length=3, encoding=HEX_TEXT, name="entry_gantry_of_this_province")] = (
        "000000"
    )
    province_payable_fen: Annotated[int, number(3, "payable_in_this_province")] = 0
    province_transaction_count: Annotated[int, number(1, "successful_transactions_in_this_province")] = 0
    province_charged_fen: Annotated[int, number(3, "charged_in_this_province")] = 0
    digest: Annotated[bytes, raw(8)] = bytes(8)


class ProvinceFee(msgspec.Struct, frozen=True, kw_only=True):
    """What one province asks for; the code is kept as its byte (``62h`` for 62)."""

    province: int
    fee_fen: int


_FEE_LENGTH: Final = 4  # province 1 byte, fee 3 bytes


class _BlockInFile:
    """The passage block as a field of the whole file."""

    def decode(self, raw: bytes, at: Span) -> PassageBlock:
        """Name offsets of the file, not of the block."""
        try:
            return PassageBlock.from_bytes(raw)
        except CodecError as error:
            raise CodecError(file=at.file, offset=at.offset + error.offset, reason=error.reason) from None

    def encode(self, value: PassageBlock, _at: Span) -> bytes:
        """Write the block's own bytes."""
        return bytes(value)

    def show(self, value: PassageBlock) -> Shown:
        """Upper-case hex; the layout shows its fields instead."""
        return bytes(value).hex().upper()


class _ProvinceFees:
    """Province 1 byte, fee 3 bytes, over and over."""

    def decode(self, raw: bytes, _at: Span) -> tuple[ProvinceFee, ...]:
        """Every byte string has this form; unused places hold zeros."""
        return tuple(
            ProvinceFee(province=raw[place], fee_fen=int.from_bytes(raw[place + 1 : place + _FEE_LENGTH], "big"))
            for place in range(0, len(raw), _FEE_LENGTH)
        )

    def encode(self, value: tuple[ProvinceFee, ...], at: Span) -> bytes:
        """Refuse more entries than places, or an entry too large; fill the rest with zeros."""
        try:
            data = b"".join(bytes((entry.province,)) + entry.fee_fen.to_bytes(3, "big") for entry in value)
        except (ValueError, OverflowError) as error:
            raise at.error(str(error)) from None
        if len(data) > at.length:
            raise at.error(f"{len(value)} provinces do not fit")
        return data.ljust(at.length, b"\x00")

    def show(self, value: tuple[ProvinceFee, ...]) -> Shown:
        """How many places are used; the layout shows each one instead."""
        return sum(entry.province != 0 for entry in value)


def _block_rows(block: PassageBlock, offset: int) -> Iterator[Row]:
    for row in block.rows():
        yield replace(row, offset=offset + row.offset)


def _fee_rows(fees: tuple[ProvinceFee, ...], offset: int) -> Iterator[Row]:
    for count, entry in enumerate(fees, 1):
        at = offset + (count - 1) * _FEE_LENGTH
        shown = f"{entry.province:02X}"
        province = province_of_code(int(shown)) if shown.isdecimal() else None
        words = None if province is None else province.words
        yield Row(field=f"province_{count}_code", value=shown, label=words, offset=at, length=1)
        yield Row(field=f"province_{count}_fee", value=entry.fee_fen, offset=at + 1, length=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageFile(ChipFile):
    """DF01/EF04, 512 bytes (obu.md 5): older path identification, passage block, amounts per province, rest."""

    FILE: ClassVar[str] = "obu-ef04"
    SIZES: ClassVar[tuple[int, ...]] = (512,)

    path_identification: Annotated[bytes, raw(PASSAGE_BLOCK_OFFSET)] = bytes(PASSAGE_BLOCK_OFFSET)
    block: Annotated[PassageBlock, FieldSpec(length=PASSAGE_BLOCK_LENGTH, encoding=_BlockInFile(), expand=_block_rows)]
    province_fees: Annotated[
        tuple[ProvinceFee, ...], FieldSpec(length=PROVINCE_FEES_LENGTH, encoding=_ProvinceFees(), expand=_fee_rows)
    ] = ()
    rest: Annotated[bytes, raw(27)] = bytes(27)


def parse_passage_file(data: bytes) -> PassageBlock | PassageFile:
    """Decode EF04: the 91 bytes that a lane reads, or all 512. Raises CodecError."""
    if len(data) in PassageFile.SIZES:
        return PassageFile.from_bytes(data)
    if len(data) > PASSAGE_BLOCK_LENGTH:
        PassageFile.LAYOUT.check_size(data)
    return PassageBlock.from_bytes(data)
