"""The exit record and its upload (spec/exit-record.md section 2, virtual-and-defaults.md section 5)."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import field

EVENT_KINDS: Final = frozenset(
    (
        "refused",
        "transferred",
        "abandoned",
        "open-debit",
        "debit-settled",
        "lockout",
        "unlock",
        "shift-open",
        "shift-close",
    )
)
"""What a :class:`PassageEvent` can be of."""


class ExitRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One 出口ETC通行交易记录. Money in fen, times ``yyyyMMddHHmmss`` Beijing, numbers as the code tables write them.

    Trap: the wire's ``vehicleType`` is the toll class (车型), its ``vehicleClass`` the vehicle kind (车种).
    """

    record_id: str = field(name="id")
    pass_id: str = field(name="passId")
    terminal_transaction_number: str = field(name="terminalTransNo")
    terminal_number: str = field(name="terminalNo")
    media_type: int = field(name="mediaType")
    media_number: str = field(name="mediaNo")
    obu_sign: int = field(name="obuSign")
    card_id: str = field(name="cardId")
    etc_card_type: int = field(name="etcCardType")
    exit_time: str = field(name="exTime")
    entry_time: str = field(name="enTime")
    entry_lane_id: str = field(name="enTollLaneId")
    entry_lane_hex: str = field(name="enTollLaneHex")
    exit_lane_hex: str = field(name="exTollLaneHex")
    entry_station_name: str = field(name="enTollStationName")
    exit_station_name: str = field(name="exTollStationName")
    vehicle_id: str = field(name="vehicleId")
    identified_vehicle_id: str = field(name="identifyVehicleId")
    image_record_id: str = field(name="vehicleSignId")
    toll_class: int = field(name="vehicleType")
    vehicle_kind: int = field(name="vehicleClass")
    vehicle_status_flag: str = field(name="vehicleSign")
    axle_count: int = field(name="axleCount")
    entry_axle_count: int = field(name="enAxleCount")
    exit_weight_kg: int = field(name="exWeight")
    entry_weight_kg: int = field(name="enWeight")
    transaction_type: str = field(name="transType")
    transaction_fee_fen: int = field(name="transFee")
    balance_before_fen: int = field(name="preBalance")
    balance_after_fen: int = field(name="postBalance")
    tac: str = field(name="tac")
    pay_fee_fen: int = field(name="payFee")
    fee_fen: int = field(name="fee")
    discount_fee_fen: int = field(name="discountFee")
    discount_type: int | None = field(name="discountType")
    province_discount_fee_fen: int = field(name="provinceDiscountFee")
    origin_fee_fen: int = field(name="originFee")
    short_fee_fen: int = field(name="shortFee")
    short_fee_mileage_m: int = field(name="shortFeeMileage")
    fee_mileage_m: int = field(name="feeMileage")
    fee_rate: int = field(name="feeRate")
    rate_version: str = field(name="spcRateVersion")
    card_total_fen: int = field(name="cardTotalAmount")
    obu_total_fen: int = field(name="obuTotalAmount")
    obu_total_discount_fen: int = field(name="obuTotalDiscountAmount")
    obu_province_fee_fen: int = field(name="obuProvinceFee")
    total_count: int = field(name="totalCount")
    province_transaction_count: int = field(name="provTransCount")
    province_count: int = field(name="provinceCount")
    no_card_count: int = field(name="noCardCount")
    exit_fee_type: int = field(name="exitFeeType")
    transaction_pay_type: int = field(name="transPayType")
    special_type: str = field(name="specialType")
    description: str = field(name="description")
    identification: int = field(name="identification")
    split_province: str = field(name="splitProvince")
    icc_pay_serial: int | None = field(name="iccPaySerial")
    algorithm: str = field(name="algorithmFlag")
    key_version: int = field(name="keyVersion")
    lane_type: int = field(name="laneType")
    operation_media: int = field(name="operationMedia")
    work_date: str = field(name="workDate")
    shift: int = field(name="shift")
    operator_id: str = field(name="operatorId")
    operator_name: str = field(name="operatorName")
    status_list_version: str = field(name="statusListVersion")

    def __post_init__(self) -> None:
        """Hold the three money rules of spec/exit-record.md section 3 and the lengths that the centre indexes by."""
        if self.pay_fee_fen != self.fee_fen + self.discount_fee_fen + self.province_discount_fee_fen:
            raise ValueError("payFee must equal fee + discountFee + provinceDiscountFee")
        if self.origin_fee_fen != self.pay_fee_fen - self.discount_fee_fen:
            raise ValueError("originFee must equal payFee - discountFee")
        if len(self.record_id) != 37 or len(self.card_id) != 20 or len(self.pass_id) != 36:
            raise ValueError("id has 37, cardId 20, passId 36 characters")


class FindingNote(msgspec.Struct, frozen=True, kw_only=True):
    """One finding as it is kept with a record or an event: national number or local word, and the screen text."""

    code: int | str
    text: str


class RecordUpload(msgspec.Struct, frozen=True, kw_only=True):
    """The record with what ties it to the terminal that made it; these canonical bytes are what gets the digest."""

    record: ExitRecord
    passage_id: str = field(name="passageId")
    terminal_id: str = field(name="terminalId")
    photo_sha256: str | None = field(name="photoSha256")
    findings: tuple[FindingNote, ...] = field(name="findings", default=())
    fee_lines: tuple[str, ...] = field(name="feeLines", default=())
    capp_before: str = field(name="cappBefore", default="")
    capp_after: str = field(name="cappAfter", default="")
    tag_write: str = field(name="tagWrite", default="")
    released_by: str = field(name="releasedBy", default="")
    proof: str = field(name="proof", default="")


class PlateEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the terminal's software read in the photo, beside what the collector confirmed; confidences from 0 to 1.

    ``corners`` are those of the plate in the photo's pixels; ``others`` are the further plates in the picture.
    """

    vehicle_id: str = field(name="vehicleId")
    confidence: float = field(name="confidence")
    colour_confidence: float = field(name="colourConfidence")
    characters: tuple[float, ...] = field(name="characters")
    corners: tuple[tuple[float, float], ...] = field(name="corners")
    cut_out_sha256: str = field(name="cutOutSha256")
    others: tuple[str, ...] = field(name="others", default=())


class ImageRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One 车辆图像记录: what the collector saw, made by 提交图片数据 and kept whatever becomes of the vehicle.

    ``plate_reading`` is left out where nothing was read by then.
    """

    image_id: str = field(name="id")
    passage_id: str = field(name="passageId")
    terminal_id: str = field(name="terminalId")
    lane_hex: str = field(name="laneNum")
    vehicle_id: str = field(name="vehicleId")
    taken_at: str = field(name="opTime")
    photo_sha256: str = field(name="photoSha256")
    live: bool = field(name="live")
    operator_id: str = field(name="operatorId")
    plate_reading: PlateEvidence | msgspec.UnsetType = field(name="plateReading", default=msgspec.UNSET)


class CardSum(msgspec.Struct, frozen=True, kw_only=True):
    """How many records of one kind of card, and their sum."""

    count: int = field(name="count")
    fee_fen: int = field(name="fee")


class FindingCount(msgspec.Struct, frozen=True, kw_only=True):
    """How often a special event (or local word) occurred, with its screen text."""

    code: str = field(name="code")
    text: str = field(name="text")
    count: int = field(name="count")


class UnresolvedDebit(msgspec.Struct, frozen=True, kw_only=True):
    """A debit whose end is not known yet."""

    record_id: str = field(name="id")
    passage_id: str = field(name="passageId")
    plate: str = field(name="plate")
    card_last4: str = field(name="cardLast4")
    amount_fen: int = field(name="amount")
    at: str = field(name="at")


class ShiftTotals(msgspec.Struct, frozen=True, kw_only=True):
    """交接班: the sums of one shift at one terminal (spec/exit-record.md section 2.3). Times in Beijing digits.

    ``unsent``, ``refused_by_centre`` and ``open_debits`` are the terminal's at ``off_time``, of all operators.
    """

    shift: int = field(name="shift")
    work_date: str = field(name="workDate")
    on_time: str = field(name="onTime")
    off_time: str = field(name="offTime")
    lanes: tuple[str, ...] = field(name="laneHex")
    vehicles: int = field(name="vehicles")
    completed: int = field(name="completed")
    refused: int = field(name="refused")
    transferred: int = field(name="transferred")
    abandoned: int = field(name="abandoned")
    unknown: int = field(name="unknown")
    stored_value: CardSum = field(name="storedCard")
    charge: CardSum = field(name="chargeCard")
    fee_fen: int = field(name="fee")
    special: tuple[FindingCount, ...] = field(name="specialEvents")
    unsent: int = field(name="unsent")
    refused_by_centre: int = field(name="refusedByCentre")
    open_debits: tuple[UnresolvedDebit, ...] = field(name="openDebits")
    status_list_version: str = field(name="statusListVersion")
    rate_version: str = field(name="spcRateVersion")


class PassageEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent of a vehicle without a sealed record, and of duty: 特情记录 with reason and picture.

    ``kind`` is one of EVENT_KINDS. Only a shift-close has ``shift_totals``; in all others the field is left out.
    """

    event_id: str = field(name="id")
    kind: str = field(name="kind")
    terminal_id: str = field(name="terminalId")
    passage_id: str = field(name="passageId")
    at: str = field(name="at")
    lane_hex: str = field(name="laneHex")
    operator_id: str = field(name="operatorId")
    card_id: str = field(name="cardId")
    obu_id: str = field(name="obuId")
    vehicle_id: str = field(name="vehicleId")
    findings: tuple[FindingNote, ...] = field(name="findings")
    reason: str = field(name="reason")
    photo_sha256: str | None = field(name="photoSha256")
    amount_fen: int | None = field(name="amountFen", default=None)
    shift_totals: ShiftTotals | msgspec.UnsetType = field(name="shiftTotals", default=msgspec.UNSET)
