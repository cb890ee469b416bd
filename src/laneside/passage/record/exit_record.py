"""The exit record and the events: what a passage says to the centre (spec/exit-record.md). Pure; sealed once."""

from __future__ import annotations

from typing import Any

import msgspec

from laneside.card.outcome import Algorithm
from laneside.codec.card import CappRecord
from laneside.codec.plate import vehicle_id
from laneside.contract.parameters import Station, VirtualEntry
from laneside.contract.records import ExitRecord, FindingNote, PassageEvent, RecordUpload
from laneside.contract.upload_rules import without_controls
from laneside.passage.passage_journal import pass_id
from laneside.passage.record.exit_capp import axle_count, status_flag
from laneside.passage.state import Paid, PassageState
from laneside.rules.finding_texts import describe
from laneside.vocab.media import (
    EtcCardType,
    ExitFeeType,
    LaneType,
    MediaType,
    ObuSign,
    OperationMedia,
    TransactionPayType,
    TransactionType,
)

UNKNOWN_TAC = "00000000"
_NOT_HANDED_OVER = 2
_NO_PLATE = "默A00000_9"


class RecordContext(msgspec.Struct, frozen=True, kw_only=True):
    """Terminal and station at the moment of sealing; ``lane_attached`` is False where no lane is linked (人工放行)."""

    terminal_id: str
    station: Station
    lane_attached: bool


def upload_of(
    stage: Paid, context: RecordContext, *, entry: VirtualEntry, fee_type: ExitFeeType, lane_type: LaneType
) -> RecordUpload:
    """Return the sealed upload of a passage whose debit is proved; the entry's place and the types are the flow's."""
    state, presented, intent, debited = stage.state, stage.presented, stage.intent, stage.debited
    assert presented.card is not None, "only a card is debited"
    card, tag, exit_time = presented.card, presented.tag, intent.purchase_time.hex()
    record = ExitRecord(
        record_id=intent.record_id,
        pass_id=pass_id(card_id=card.card_id, exit_time=exit_time),
        terminal_transaction_number=_hex(debited.transaction_number or intent.transaction_number),
        terminal_number=_hex(intent.terminal_number),
        tac=UNKNOWN_TAC if debited.tac is None else _hex(debited.tac),
        icc_pay_serial=debited.counter,
        algorithm="04" if (debited.algorithm or intent.algorithm) is Algorithm.SM4 else "00",
        key_version=debited.key_version or intent.key_version or 0,
        media_type=int(MediaType.OBU),
        media_number=card.issue.internal_number if tag is None else tag.contract_serial,
        obu_sign=int(ObuSign.DUAL_CHIP),
        card_id=card.card_id,
        etc_card_type=int(EtcCardType.STORED_VALUE if card.issue.is_stored_value else EtcCardType.CREDIT),
        transaction_type=f"{int(TransactionType.COMPOSITE_PURCHASE):02d}",
        transaction_pay_type=int(TransactionPayType.CARD_SWIPED if tag is None else TransactionPayType.ETC_PASS),
        exit_time=exit_time,
        entry_time=exit_time,
        entry_lane_id=entry.lane_id,
        entry_lane_hex=entry.lane_hex,
        entry_station_name=entry.station_name,
        exit_lane_hex=state.opened.lane_hex,
        exit_station_name=context.station.name,
        exit_fee_type=int(fee_type),
        lane_type=int(lane_type),
        **_vehicle(stage),
        **_money(stage),
        **_accumulations(stage),
        **_duty(stage, context),
    )
    return RecordUpload(
        record=record,
        passage_id=state.passage_id,
        terminal_id=context.terminal_id,
        photo_sha256=stage.picture.photo_sha256,
        findings=finding_notes(state),
        fee_lines=tuple(line.zh for line in stage.quote.lines),
        capp_before=_hex(intent.capp_before),
        capp_after=_hex(intent.capp_after),
        tag_write=debited.tag_write,
        released_by=",".join(release.leader_id for release in state.released),
        proof=debited.proof,
    )


def finding_notes(state: PassageState) -> tuple[FindingNote, ...]:
    """Return the findings as they are kept with a record or an event."""
    return tuple(FindingNote(code=f.code, text=describe(f).text.zh) for f in state.findings)


def event_of(state: PassageState, *, terminal_id: str, kind: str, reason: str, at: str) -> PassageEvent:
    """Return the 特情 record of a vehicle that ends without a sealed record, or whose debit is open."""
    presented = state.presented
    card = None if presented is None else presented.card
    return PassageEvent(
        event_id=f"{state.passage_id}-{kind}-{state.revision}",
        kind=kind,
        terminal_id=terminal_id,
        passage_id=state.passage_id,
        at=at,
        lane_hex=state.opened.lane_hex,
        operator_id=state.opened.operator_id,
        card_id="" if card is None else card.card_id,
        obu_id="" if presented is None else presented.contract_serial or "",
        vehicle_id=_confirmed_vehicle(state) or _presented_vehicle(state),
        findings=finding_notes(state),
        reason=without_controls(reason),
        photo_sha256=None if state.photo is None else state.photo.sha256,
        amount_fen=None if state.intent is None else state.intent.amount_fen,
    )


def _confirmed_vehicle(state: PassageState) -> str:
    return "" if state.picture is None else vehicle_id(state.picture.plate, state.picture.colour)


def _presented_vehicle(state: PassageState) -> str:
    plate = None if state.presented is None else state.presented.issued_plate
    return "" if plate is None else vehicle_id(*plate)


def _vehicle(stage: Paid) -> dict[str, Any]:
    axles = axle_count(stage.toll_class)
    return {
        "vehicle_id": _presented_vehicle(stage.state) or _NO_PLATE,
        "identified_vehicle_id": _confirmed_vehicle(stage.state),
        "image_record_id": stage.picture.image_id,
        "toll_class": stage.toll_class,
        "vehicle_kind": stage.vehicle_kind,
        "vehicle_status_flag": f"{status_flag(stage.vehicle_kind):02X}",
        "axle_count": axles,
        "entry_axle_count": axles,
        "exit_weight_kg": 0,
        "entry_weight_kg": 0,
    }


def _money(stage: Paid) -> dict[str, Any]:
    quote, intent = stage.quote, stage.intent
    assert quote.fee_fen == intent.amount_fen, "the record's fee is the debited amount"
    return {
        "transaction_fee_fen": intent.amount_fen,
        "balance_before_fen": intent.balance_before_fen,
        "balance_after_fen": stage.debited.balance_after_fen,
        "pay_fee_fen": quote.pay_fen,
        "fee_fen": quote.fee_fen,
        "discount_fee_fen": quote.discount_fen,
        "province_discount_fee_fen": quote.province_discount_fen,
        "origin_fee_fen": quote.pay_fen - quote.discount_fen,
        "discount_type": quote.discount_type,
        "rate_version": quote.rate_version,
        "short_fee_fen": 0,
        "short_fee_mileage_m": 0,
        "fee_mileage_m": 0,
        "fee_rate": 0,
        "identification": _NOT_HANDED_OVER,
        "split_province": "",
    }


def _accumulations(stage: Paid) -> dict[str, Any]:
    """Return the totals: the card's is what this exit wrote, the tag's are as they were read."""
    block = None if stage.presented.tag is None else stage.presented.tag.passage
    totals = (0, 0, 0, 0, 0, 0, 0)
    if block is not None:
        totals = (
            block.total_payable_fen,
            block.total_payable_fen - block.total_charged_fen,
            block.province_payable_fen,
            block.transaction_count,
            block.province_transaction_count,
            block.province_count,
            block.no_card_count,
        )
    return {
        "card_total_fen": CappRecord.from_bytes(stage.intent.capp_after).accumulated_fen,
        "obu_total_fen": totals[0],
        "obu_total_discount_fen": max(0, totals[1]),
        "obu_province_fee_fen": totals[2],
        "total_count": totals[3],
        "province_transaction_count": totals[4],
        "province_count": totals[5],
        "no_card_count": totals[6],
    }


def _duty(stage: Paid, context: RecordContext) -> dict[str, Any]:
    opened = stage.state.opened
    return {
        "special_type": "|".join(str(f.code) for f in stage.state.findings if isinstance(f.code, int)),
        "description": _description(stage, context),
        "operation_media": int(OperationMedia.HANDHELD),
        "work_date": f"{opened.work_date:%Y%m%d}",
        "shift": opened.shift,
        "operator_id": opened.operator_id,
        "operator_name": opened.operator_name,
        "status_list_version": stage.read.list_version,
    }


def _description(stage: Paid, context: RecordContext) -> str:
    """Put into words what no field of the record holds."""
    debited, parts = stage.debited, []
    if stage.quote.taken_over:
        parts.append("固定车道已扣款，手持机补取TAC")
    if debited.tac is None:
        parts.append("TAC不可取，以终端交易记录为凭")
    if debited.counter is None:
        parts.append("卡序号未知，以卡余额与0019为凭")
    if debited.mac2_verified is False:
        parts.append("MAC2校验失败")
    if debited.mac2_verified is None and debited.tac is not None:
        parts.append("MAC2未校验")
    if not stage.picture.live:
        parts.append("非现场拍摄")
    if not context.lane_attached:
        parts.append("人工放行")
    parts.extend(f"班长{release.leader_id}放行{release.code}：{release.reason}" for release in stage.state.released)
    return "；".join(parts)


def _hex(value: bytes | None) -> str:
    return "" if value is None else value.hex().upper()
