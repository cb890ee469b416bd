"""From a passage with a known debit to its exit record, and from one without to its event. A record is sealed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from laneside.codec import CappRecord, IssueInfo, PassageBlock, vehicle_id
from laneside.contract.parameters import Station
from laneside.contract.records import ExitRecord, FindingNote, PassageEvent, RecordUpload
from laneside.passage import notes as n
from laneside.passage.exit_image import axle_count, status_flag
from laneside.passage.facts import recall
from laneside.passage.numbering import pass_id
from laneside.passage.state import PassageState
from laneside.reader import Algorithm
from laneside.rules import describe
from laneside.vocab import (
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What a record or an event needs besides the passage itself."""

    terminal_id: str
    station: Station
    status_list_version: str
    lane_attached: bool


def upload_of(state: PassageState, marks: Marks) -> RecordUpload:
    """Return the sealed upload of a passage whose debit is known to have happened."""
    assert state.debited and state.intent is not None, "only a proved debit is sealed"
    return RecordUpload(
        record=_record(state, marks),
        passage_id=state.passage_id,
        terminal_id=marks.terminal_id,
        photo_sha256=None if state.picture is None else state.picture.photo_sha256,
        findings=finding_notes(state),
        fee_lines=() if state.quoted is None else tuple(line.zh for line in state.quoted.lines),
        capp_before=state.intent.capp_before.hex().upper(),
        capp_after=state.intent.capp_after.hex().upper(),
        tag_write=state.tag_write,
        released_by=",".join(release.leader_id for release in state.released),
        proof="" if state.debit is None else state.debit.proof,
    )


def finding_notes(state: PassageState) -> tuple[FindingNote, ...]:
    """Return the findings as they are kept with a record or an event."""
    return tuple(FindingNote(code=f.code, text=describe(recall(f)).text.zh) for f in state.findings)


def event_of(state: PassageState, *, terminal_id: str, kind: str, reason: str, at: str) -> PassageEvent:
    """Return the 特情 record of a vehicle that ends without a sealed record, or whose debit is open."""
    presented = state.presented
    card = None if presented is None else presented.card
    tag = None if presented is None else presented.tag
    return PassageEvent(
        event_id=f"{state.passage_id}-{kind}-{state.revision}",
        kind=kind,
        terminal_id=terminal_id,
        passage_id=state.passage_id,
        at=at,
        lane_hex=state.opened.lane_hex,
        operator_id=state.opened.operator_id,
        card_id="" if card is None else card.card_id,
        obu_id="" if tag is None else tag.system.contract_serial,
        vehicle_id=_confirmed_vehicle(state) or _presented_vehicle(state),
        findings=finding_notes(state),
        reason=reason,
        photo_sha256=None if state.photo is None else state.photo.sha256,
        amount_fen=None if state.intent is None else state.intent.amount_fen,
    )


def _confirmed_vehicle(state: PassageState) -> str:
    return "" if state.picture is None else vehicle_id(state.picture.plate, state.picture.colour)


def _presented_vehicle(state: PassageState) -> str:
    """Return the vehicle as the tag says, or else the card (spec/exit-record.md section 2)."""
    presented = state.presented
    if presented is None:
        return ""
    if presented.tag is not None and presented.tag.vehicle is not None:
        return vehicle_id(presented.tag.vehicle.plate, presented.tag.vehicle.plate_colour)
    if presented.card is not None:
        return vehicle_id(presented.card.issue.plate, presented.card.issue.plate_colour)
    return ""


def _record(state: PassageState, marks: Marks) -> ExitRecord:
    """Put the groups of spec/exit-record.md section 2 together."""
    intent, debit, presented = state.intent, state.debit, state.presented
    assert intent is not None and debit is not None
    assert presented is not None and presented.card is not None
    exit_time = intent.purchase_time.hex()
    issue = presented.card.issue
    return ExitRecord(
        record_id=intent.record_id,
        pass_id=pass_id(card_id=issue.card_id, exit_time=exit_time),
        terminal_transaction_number=_hex(debit.transaction_number or intent.transaction_number),
        terminal_number=_hex(intent.terminal_number),
        tac=UNKNOWN_TAC if debit.tac is None else _hex(debit.tac),
        icc_pay_serial=debit.counter,
        algorithm=_algorithm(debit.algorithm or intent.algorithm),
        key_version=debit.key_version or intent.key_version or 0,
        **_medium(state, issue),
        **_time_and_place(state, marks, exit_time),
        **_vehicle(state),
        **_money(state, intent, debit),
        **_accumulations(None if presented.tag is None else presented.tag.passage, intent),
        **_duty(state, marks),
    )


def _medium(state: PassageState, issue: IssueInfo) -> dict[str, Any]:
    presented = state.presented
    tag = None if presented is None else presented.tag
    return {
        "media_type": int(MediaType.OBU),
        "media_number": issue.internal_number if tag is None else tag.system.contract_serial,
        "obu_sign": int(ObuSign.DUAL_CHIP),
        "card_id": issue.card_id,
        "etc_card_type": int(EtcCardType.STORED_VALUE if issue.is_stored_value else EtcCardType.CREDIT),
        "transaction_type": f"{int(TransactionType.COMPOSITE_PURCHASE):02d}",
        "transaction_pay_type": int(TransactionPayType.CARD_SWIPED if tag is None else TransactionPayType.ETC_PASS),
    }


def _time_and_place(state: PassageState, marks: Marks, exit_time: str) -> dict[str, Any]:
    """Return the place twice: an open exit has no entry of its own, the virtual entry station stands in."""
    entry = marks.station.virtual_entry
    return {
        "exit_time": exit_time,
        "entry_time": exit_time,
        "entry_lane_id": entry.lane_id,
        "entry_lane_hex": entry.lane_hex,
        "entry_station_name": entry.station_name,
        "exit_lane_hex": state.opened.lane_hex,
        "exit_station_name": marks.station.name,
    }


def _vehicle(state: PassageState) -> dict[str, Any]:
    toll_class, kind = state.toll_class or 0, state.vehicle_kind or 0
    axles = axle_count(toll_class)
    return {
        "vehicle_id": _presented_vehicle(state) or _NO_PLATE,
        "identified_vehicle_id": _confirmed_vehicle(state) or _NO_PLATE,
        "image_record_id": "" if state.picture is None else state.picture.image_id,
        "toll_class": toll_class,
        "vehicle_kind": kind,
        "vehicle_status_flag": f"{status_flag(kind):02X}",
        "axle_count": axles,
        "entry_axle_count": axles,
        "exit_weight_kg": 0,
        "entry_weight_kg": 0,
    }


def _money(state: PassageState, intent: n.IntentNote, debit: n.DebitNote) -> dict[str, Any]:
    quoted = state.quoted
    assert quoted is not None and quoted.fee_fen == intent.amount_fen, "the record's fee is the debited amount"
    return {
        "transaction_fee_fen": intent.amount_fen,
        "balance_before_fen": intent.balance_before_fen,
        "balance_after_fen": debit.balance_after_fen,
        "pay_fee_fen": quoted.pay_fen,
        "fee_fen": quoted.fee_fen,
        "discount_fee_fen": quoted.discount_fen,
        "province_discount_fee_fen": quoted.province_discount_fen,
        "origin_fee_fen": quoted.pay_fen - quoted.discount_fen,
        "discount_type": quoted.discount_type,
        "rate_version": quoted.rate_version,
        "short_fee_fen": 0,
        "short_fee_mileage_m": 0,
        "fee_mileage_m": 0,
        "fee_rate": 0,
        "exit_fee_type": int(ExitFeeType.OPEN),
        "identification": _NOT_HANDED_OVER,
        "split_province": "",
    }


def _accumulations(block: PassageBlock | None, intent: n.IntentNote) -> dict[str, Any]:
    """Return the totals: the card's is what this exit wrote, the tag's are as they were read."""
    written = CappRecord.from_bytes(intent.capp_after)
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
        "card_total_fen": written.accumulated_fen,
        "obu_total_fen": totals[0],
        "obu_total_discount_fen": max(0, totals[1]),
        "obu_province_fee_fen": totals[2],
        "total_count": totals[3],
        "province_transaction_count": totals[4],
        "province_count": totals[5],
        "no_card_count": totals[6],
    }


def _duty(state: PassageState, marks: Marks) -> dict[str, Any]:
    opened = state.opened
    return {
        "special_type": "|".join(str(f.code) for f in state.findings if isinstance(f.code, int)),
        "description": _description(state, marks),
        "lane_type": int(LaneType.VIRTUAL),
        "operation_media": int(OperationMedia.HANDHELD),
        "work_date": f"{opened.work_date:%Y%m%d}",
        "shift": opened.shift,
        "operator_id": opened.operator_id,
        "operator_name": opened.operator_name,
        "status_list_version": marks.status_list_version,
    }


def _description(state: PassageState, marks: Marks) -> str:
    """Say in words what no field of the record holds."""
    debit, parts = state.debit, []
    if state.quoted is not None and state.quoted.taken_over:
        parts.append("固定车道已扣款，手持机补取TAC")
    if debit is not None and debit.tac is None:
        parts.append("TAC不可取，以终端交易记录为凭")
    if debit is not None and debit.counter is None:
        parts.append("卡序号未知，以卡余额与0019为凭")
    if debit is not None and debit.mac2_verified is False:
        parts.append("MAC2校验失败")
    if debit is not None and debit.mac2_verified is None and debit.tac is not None:
        parts.append("MAC2未校验")
    if state.picture is not None and not state.picture.live:
        parts.append("非现场拍摄")
    if not marks.lane_attached:
        parts.append("人工放行")
    parts.extend(f"班长{release.leader_id}放行{release.code}：{release.reason}" for release in state.released)
    return "；".join(parts)


def _algorithm(name: str | None) -> str:
    return "04" if name == Algorithm.SM4 else "00"


def _hex(value: bytes | None) -> str:
    return "" if value is None else value.hex().upper()
